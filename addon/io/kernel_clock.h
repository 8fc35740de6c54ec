// What the kernel says of CLOCK_REALTIME beside the time: whether somebody keeps it synchronised,
// the leap second that is to come, and how far CLOCK_TAI is ahead of it (adjtimex(2)).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "addon/io/driver_calls.h"
#include "addon/io/error.h"

namespace ptpswitch::io {

enum class LeapSecond { kNone, kInsert, kDelete };

struct KernelClockState {
  int32_t tai_offset = 0;  // CLOCK_TAI - CLOCK_REALTIME, seconds; 0: nobody has told the kernel
  bool synchronised = false;
  LeapSecond leap_second = LeapSecond::kNone;  // at the end of this UTC day
  int64_t max_error_us = 0;
  int64_t estimated_error_us = 0;
};

// What is to be changed; what is left out stays.
struct KernelClockChange {
  std::optional<int32_t> tai_offset;
  std::optional<bool> synchronised;
  std::optional<LeapSecond> leap_second;
  std::optional<int64_t> max_error_us;
  std::optional<int64_t> estimated_error_us;
};

std::variant<KernelClockState, Error> read_kernel_clock(DriverCalls& calls);

// None on success, else the reason for the user, with the remedy.
std::optional<Error> change_kernel_clock(const KernelClockChange& change, DriverCalls& calls);

}  // namespace ptpswitch::io
