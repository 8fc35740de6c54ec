// Notices that CLOCK_REALTIME, the clock of software time stamps, was set: against
// CLOCK_MONOTONIC_RAW, which nobody can set.
#pragma once

#include <cstdint>

namespace ptpswitch::io {

class SystemClockWatch {
 public:
  // True when CLOCK_REALTIME was stepped since the last call. A slew of the kernel's maximum, 500
  // ppm, is not a step: it changes a residence of 50 us by 25 ns.
  bool stepped();

 private:
  int64_t offset_ns_ = 0;  // CLOCK_REALTIME minus CLOCK_MONOTONIC_RAW
  int64_t raw_ns_ = 0;     // when that was read; 0: never
};

}  // namespace ptpswitch::io
