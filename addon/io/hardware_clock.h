// One PTP hardware clock (/dev/ptpN), read against a clock of the kernel by the best method that
// its driver has, and adjusted.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "addon/dataplane/clock_tracker.h"
#include "addon/io/clock_adjustment.h"
#include "addon/io/driver_calls.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

// A reading, and the clock of the kernel that its reference_ns is of.
struct HardwareClockReading : dataplane::CrossTimestamp {
  enum class Reference : uint8_t { kRealtime, kMonotonicRaw };
  Reference reference = Reference::kRealtime;
};

class HardwareClock {
 public:
  static std::variant<HardwareClock, Error> open(int phc_index);
  // For a clock that is open already.
  HardwareClock(FileDescriptor fd, int phc_index, DriverCalls& calls)
      : fd_(std::move(fd)), phc_index_(phc_index), calls_(&calls) {}

  int phc_index() const { return phc_index_; }

  // None on success, else the reason for the user.
  std::optional<Error> adjust(const ClockAdjustment& adjustment);

  // Of `attempts` readings the one that took least time; none when the driver fails.
  std::optional<HardwareClockReading> read(uint32_t attempts);
  // To be called when the latest reading was not of the clock that it says it is of: some drivers
  // do not look which one they are asked for.
  void distrust_reference();

 private:
  enum class ReadMethod : uint8_t { kPrecise, kExtendedRaw, kExtended, kPlain };

  using Reading = HardwareClockReading;

  std::optional<Reading> read_by(ReadMethod method, uint32_t attempts);
  std::optional<Reading> read_precise();
  std::optional<Reading> read_extended(uint32_t attempts, Reading::Reference reference);
  std::optional<Reading> read_plain(uint32_t attempts);

  FileDescriptor fd_;
  int phc_index_;
  DriverCalls* calls_;
  ReadMethod method_ = ReadMethod::kPrecise;
  uint32_t failures_ = 0;  // in a row, of that method
};

}  // namespace ptpswitch::io
