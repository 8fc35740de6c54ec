#include "addon/io/clock_adjustment.h"

#include <sys/timex.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace ptpswitch::io {
namespace {

// adjtimex(2): frequencies are in ppm * 2^16.
constexpr double kFrequencyUnit = 1e-6 / 65536;
constexpr int64_t kNsPerSecond = 1'000'000'000;
// Beyond 500 ppm the kernel would slew the system clock by 500 ppm and say nothing. Hardware clocks
// have limits of their own, which their drivers keep to by refusing.
constexpr double kMaxSystemRate = 500e-6;

int change_rate(clockid_t clock, double rate_change, DriverCalls& calls) {
  timex request{};
  if (calls.adjust_clock(clock, &request) < 0) return errno;
  request.modes = ADJ_FREQUENCY;
  request.freq += std::lround(rate_change / kFrequencyUnit);
  if (clock == CLOCK_REALTIME && std::labs(request.freq) > kMaxSystemRate / kFrequencyUnit) {
    return ERANGE;
  }
  return calls.adjust_clock(clock, &request) < 0 ? errno : 0;
}

int step(clockid_t clock, int64_t ns, DriverCalls& calls) {
  timex request{};
  request.modes = ADJ_SETOFFSET | ADJ_NANO;
  // The kernel takes no negative fraction, so a step back is whole seconds back and a fraction
  // forward.
  const int64_t fraction = ((ns % kNsPerSecond) + kNsPerSecond) % kNsPerSecond;
  request.time.tv_sec = (ns - fraction) / kNsPerSecond;
  request.time.tv_usec = fraction;
  return calls.adjust_clock(clock, &request) < 0 ? errno : 0;
}

std::string remedy(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
      return "run as root, or grant CAP_SYS_TIME and write access, or use clock: virtual";
    case ERANGE:
    case EINVAL:
      return "its oscillator is further off than it can be slewed by; use clock: virtual";
    default:
      return "use clock: virtual";
  }
}

}  // namespace

std::optional<Error> adjust_clock(clockid_t clock, const std::string& name,
                                  const ClockAdjustment& adjustment, DriverCalls& calls) {
  int error = 0;
  if (adjustment.rate_change != 0) error = change_rate(clock, adjustment.rate_change, calls);
  if (error == 0 && adjustment.step_ns != 0) error = step(clock, adjustment.step_ns, calls);
  if (error == 0) return std::nullopt;
  const bool forbidden = error == EPERM || error == EACCES;
  const char* const code =
      forbidden ? kErrPermission : (error == ERANGE ? kErrOutOfRange : kErrSystem);
  return Error{
      code, describe_errno(name + ": the clock cannot be adjusted", error) + "; " + remedy(error)};
}

// clock_gettime(2): the id of a dynamic clock is made of its file descriptor.
clockid_t clock_id_of(int fd) {
  constexpr clockid_t kDynamicClock = 3;
  return (~static_cast<clockid_t>(fd) << 3) | kDynamicClock;
}

}  // namespace ptpswitch::io
