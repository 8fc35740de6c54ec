#include "addon/io/hardware_clock.h"

#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace ptpswitch::io {
namespace {

using Reading = HardwareClockReading;
using Reference = Reading::Reference;

int64_t to_ns(const ptp_clock_time& time) { return time.sec * 1'000'000'000LL + time.nsec; }

Reading between(int64_t before, int64_t clock, int64_t after, Reference reference) {
  return {{clock, before + (after - before) / 2, after - before}, reference};
}

// The shorter one. A window that ends before it begins is none: the system clock was set back in
// it.
std::optional<Reading> better_of(const std::optional<Reading>& best, const Reading& other) {
  if (other.window_ns < 0 || (best && best->window_ns <= other.window_ns)) return best;
  return other;
}

// The request to read a clock beside CLOCK_MONOTONIC_RAW is as long as the one that older kernels
// know: they refuse what they took for reserved.
void ask_for_monotonic_raw(ptp_sys_offset_extended& request) {
  constexpr size_t kClockIdOffset = offsetof(ptp_sys_offset_extended, n_samples) + 4;
  const clockid_t clock = CLOCK_MONOTONIC_RAW;  // Linux 6.12
  std::memcpy(reinterpret_cast<uint8_t*>(&request) + kClockIdOffset, &clock, sizeof clock);
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
std::optional<Reading> HardwareClock::read(uint32_t attempts) {
  for (;;) {
    if (const auto reading = read_by(method_, attempts)) {
      failures_ = 0;
      return reading;
    }
    if (method_ == ReadMethod::kPlain) return std::nullopt;
    const bool may_be_temporary = !is_unsupported(errno) && ++failures_ < kFailuresOfMethod;
    if (may_be_temporary) return std::nullopt;
    method_ = static_cast<ReadMethod>(static_cast<uint8_t>(method_) + 1);
    failures_ = 0;
  }
}

void HardwareClock::distrust_reference() {
  method_ = std::max(method_, ReadMethod::kExtended);
  failures_ = 0;
}

std::optional<Reading> HardwareClock::read_by(ReadMethod method, uint32_t attempts) {
  switch (method) {
    case ReadMethod::kPrecise:
      return read_precise();
    case ReadMethod::kExtendedRaw:
      return read_extended(attempts, Reference::kMonotonicRaw);
    case ReadMethod::kExtended:
      return read_extended(attempts, Reference::kRealtime);
    case ReadMethod::kPlain:
      break;
  }
  return read_plain(attempts);
}

// The hardware latches both clocks at one instant.
std::optional<Reading> HardwareClock::read_precise() {
  ptp_sys_offset_precise request{};
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET_PRECISE, &request) != 0) return std::nullopt;
  return Reading{{to_ns(request.device), to_ns(request.sys_monoraw), 0}, Reference::kMonotonicRaw};
}

// The driver reads the kernel's clock right before and after the register of the hardware clock.
std::optional<Reading> HardwareClock::read_extended(uint32_t attempts, Reference reference) {
  ptp_sys_offset_extended request{};
  request.n_samples = std::clamp<uint32_t>(attempts, 1, PTP_MAX_SAMPLES);
  if (reference == Reference::kMonotonicRaw) ask_for_monotonic_raw(request);
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET_EXTENDED, &request) != 0) return std::nullopt;
  std::optional<Reading> best;
  for (uint32_t i = 0; i < request.n_samples; ++i) {
    const auto& [before, clock, after] = request.ts[i];
    best = better_of(best, between(to_ns(before), to_ns(clock), to_ns(after), reference));
  }
  if (!best) errno = EAGAIN;
  return best;
}

// The kernel reads the system clock and the hardware clock in turn, so each window contains a whole
// call of the driver.
std::optional<Reading> HardwareClock::read_plain(uint32_t attempts) {
  ptp_sys_offset request{};
  request.n_samples = std::clamp<uint32_t>(attempts, 1, PTP_MAX_SAMPLES);
  if (calls_->ioctl(fd_.get(), PTP_SYS_OFFSET, &request) != 0) return std::nullopt;
  std::optional<Reading> best;
  for (uint32_t i = 0; i < request.n_samples; ++i) {
    const ptp_clock_time* at = &request.ts[2 * i];
    best = better_of(best, between(to_ns(at[0]), to_ns(at[1]), to_ns(at[2]), Reference::kRealtime));
  }
  return best;
}

}  // namespace ptpswitch::io
