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
  int64_t step_ns = 0;     // set forward by
  double rate_change = 0;  // from now on faster by, on top of its present rate: 1e-6 is 1 ppm
};

// `name` is what the user knows the clock by. None: done; else why not, with the remedy. A clock
// that was slewed may not have been set.
std::optional<Error> adjust_clock(clockid_t clock, const std::string& name,
                                  const ClockAdjustment& adjustment, DriverCalls& calls);

// Of a file of /dev.
clockid_t clock_id_of(int fd);

}  // namespace ptpswitch::io
