// Sets and slews a clock of the kernel: CLOCK_REALTIME or a hardware clock.
#pragma once

#include <time.h>

#include <cstdint>
#include <optional>
#include <string>

#include "addon/io/driver_calls.h"
#include "addon/io/error.h"

namespace ptpswitch::io {

struct ClockAdjustment {
  int64_t step_ns = 0;     // the clock is set forward by this
  double rate_change = 0;  // added to its present rate: 1e-6 makes it 1 ppm faster
};

// `name` is how the user knows the clock. Returns none on success, else the reason and its remedy;
// the rate may have been changed even when setting the clock failed.
std::optional<Error> adjust_clock(clockid_t clock, const std::string& name,
                                  const ClockAdjustment& adjustment, DriverCalls& calls);

// The clock of an open file /dev/ptpN.
clockid_t clock_id_of(int fd);

}  // namespace ptpswitch::io
