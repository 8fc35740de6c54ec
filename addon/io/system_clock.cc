#include "addon/io/system_clock.h"

#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace ptpswitch::io {
namespace {

constexpr int kAttempts = 4;
// adjtimex(2): frequencies are in ppm * 2^16, and a tick is in microseconds.
constexpr double kFrequencyUnit = 1e-6 / 65536;
constexpr double kMicrosecond = 1e-6;

int64_t now_ns(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

dataplane::SystemClockReading read_system_clock(int64_t enough_ns) {
  dataplane::SystemClockReading best;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int64_t before = now_ns(CLOCK_MONOTONIC_RAW);
    const int64_t realtime = now_ns(CLOCK_REALTIME);
    const int64_t monotonic = now_ns(CLOCK_MONOTONIC);
    const int64_t window = now_ns(CLOCK_MONOTONIC_RAW) - before;
    if (attempt == 0 || window < best.window_ns) {
      best = {realtime, monotonic, before + window / 2, window};
    }
    if (window <= enough_ns) break;
  }
  return best;
}

// A timer of that clock which is not to expire, but is cancelled when the clock is set.
std::variant<FileDescriptor, Error> watch_system_clock() {
  FileDescriptor fd(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<time_t>::max();
  constexpr int kFlags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if (!fd.valid() || ::timerfd_settime(fd.get(), kFlags, &never, nullptr) != 0) {
    return Error{kErrSystem, describe_errno("watching the system clock", errno)};
  }
  return fd;
}

double system_clock_rate(DriverCalls& calls) {
  timex request{};
  if (calls.adjust_clock(CLOCK_REALTIME, &request) < 0) return 0;
  const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double tick_rate = static_cast<double>(request.tick) * kMicrosecond * ticks_per_second;
  return tick_rate - 1 + static_cast<double>(request.freq) * kFrequencyUnit;
}

}  // namespace ptpswitch::io
