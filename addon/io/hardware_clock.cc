#include "addon/io/hardware_clock.h"

#include <fcntl.h>
#include <linux/ptp_clock.h>

#include <algorithm>
#include <cerrno>

namespace ptpswitch::io {
namespace {

using dataplane::CrossTimestamp;

int64_t to_ns(const ptp_clock_time& time) { return time.sec * 1'000'000'000LL + time.nsec; }

CrossTimestamp between(int64_t before, int64_t clock, int64_t after) {
  return {clock, before + (after - before) / 2, after - before};
}

// How a driver or a kernel refuses a call that it does not have. Any other error is taken for a
// temporary one.
bool is_unsupported(int error) { return error == EOPNOTSUPP || error == ENOTTY || error == EINVAL; }

// A driver may have a method that never works on this machine, and say so by any error: precise
// readings fail with ENODEV where the kernel's clock is not the device's, and with ETIMEDOUT on
// some boards. After so many failures in a row the next method is used from then on.
constexpr uint32_t kFailuresOfMethod = 3;

std::string path_of(int phc_index) { return "/dev/ptp" + std::to_string(phc_index); }

}  // namespace

std::variant<HardwareClock, Error> HardwareClock::open(int phc_index) {
  const std::string path = path_of(phc_index);
  // Newer kernels adjust a clock only through a file that is open for writing. Reading is enough
  // for a clock that is never adjusted.
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return Error{kErrTimestamping,
                 describe_errno(path + ": cannot open the hardware clock", errno) +
                     "; run as root, or use timestamping: software"};
  }
  return HardwareClock(std::move(fd), phc_index, driver_calls());
}

std::optional<Error> HardwareClock::adjust(const ClockAdjustment& adjustment) {
  return adjust_clock(clock_id_of(fd_.get()), path_of(phc_index_), adjustment, *calls_);
}

// Methods are tried from best to worst.
std::optional<CrossTimestamp> HardwareClock::read(uint32_t attempts) {
  for (;;) {
    if (const auto reading = read_by(method_, attempts)) {
      failures_ = 0;
      return reading;
    }
    if (method_ == ReadMethod::kPlain) return std::nullopt;
    const bool may_be_temporary = !is_unsupported(errno) && ++failures_ < kFailuresOfMethod;
    if (may_be_temporary) return std::nullopt;
    method_ = method_ == ReadMethod::kPrecise ? ReadMethod::kExtended : ReadMethod::kPlain;
    failures_ = 0;
  }
}

std::optional<CrossTimestamp> HardwareClock::read_by(ReadMethod method, uint32_t attempts) {
  switch (method) {
    case ReadMethod::kPrecise:
      return read_precise();
    case ReadMethod::kExtended:
      return read_extended(attempts);
    case ReadMethod::kPlain:
      break;
  }
  return read_plain(attempts);
}

// The hardware latches both clocks at one instant.
std::optional<CrossTimestamp> HardwareClock::read_precise() {
  ptp_sys_offset_precise request{};
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET_PRECISE, &request) != 0) return std::nullopt;
  return CrossTimestamp{to_ns(request.device), to_ns(request.sys_realtime), 0};
}

// The driver reads the system clock right before and after the register of the hardware clock.
std::optional<CrossTimestamp> HardwareClock::read_extended(uint32_t attempts) {
  ptp_sys_offset_extended request{};
  request.n_samples = std::clamp<uint32_t>(attempts, 1, PTP_MAX_SAMPLES);
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET_EXTENDED, &request) != 0) return std::nullopt;
  std::optional<CrossTimestamp> best;
  for (uint32_t i = 0; i < request.n_samples; ++i) {
    const auto& [before, clock, after] = request.ts[i];
    const CrossTimestamp reading = between(to_ns(before), to_ns(clock), to_ns(after));
    if (!best || reading.window_ns < best->window_ns) best = reading;
  }
  return best;
}

// The kernel reads the system clock and the hardware clock in turn, so each window contains a whole
// call of the driver.
std::optional<CrossTimestamp> HardwareClock::read_plain(uint32_t attempts) {
  ptp_sys_offset request{};
  request.n_samples = std::clamp<uint32_t>(attempts, 1, PTP_MAX_SAMPLES);
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET, &request) != 0) return std::nullopt;
  std::optional<CrossTimestamp> best;
  for (uint32_t i = 0; i < request.n_samples; ++i) {
    const ptp_clock_time* at = &request.ts[2 * i];
    const CrossTimestamp reading = between(to_ns(at[0]), to_ns(at[1]), to_ns(at[2]));
    if (!best || reading.window_ns < best->window_ns) best = reading;
  }
  return best;
}

}  // namespace ptpswitch::io
