// Reads the system clock and the clocks of the kernel that it is compared with. No reading is a
// system call, where the processor's counter is the kernel's clock source.
#pragma once

#include <variant>

#include "addon/dataplane/system_timebase.h"
#include "addon/io/driver_calls.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

// The first of a few readings that took no longer than this, or the one that took least time.
dataplane::SystemClockReading read_system_clock(int64_t enough_ns);

// As Network::watch_system_clock.
std::variant<FileDescriptor, Error> watch_system_clock();

// Seconds of the system clock per second of CLOCK_MONOTONIC_RAW, minus 1, as it was told to run;
// adjtime(3) may slew it beside that.
double system_clock_rate(DriverCalls& calls);

}  // namespace ptpswitch::io
