#include "addon/io/system_clock_watch.h"

#include <time.h>

#include <cstdlib>

namespace ptpswitch::io {
namespace {

// Two clock readings in a row, interrupted or not, differ by less than this most of the time; a
// smaller step hides in it.
constexpr int64_t kReadingNoiseNs = 1'000;
constexpr int64_t kMaxSlewPpm =
    600;  // adjtimex allows 500, and the raw clock has an error of its own
constexpr int kAttempts = 4;

int64_t now_ns(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

bool SystemClockWatch::stepped() {
  for (int attempt = 0;; ++attempt) {
    const int64_t before = now_ns(CLOCK_MONOTONIC_RAW);
    const int64_t real = now_ns(CLOCK_REALTIME);
    const int64_t after = now_ns(CLOCK_MONOTONIC_RAW);
    const int64_t window = after - before;
    if (window > kReadingNoiseNs && attempt < kAttempts) continue;  // interrupted: again

    const int64_t raw = before + window / 2;
    const int64_t offset = real - raw;
    const int64_t allowed =
        kReadingNoiseNs + window / 2 + (raw - raw_ns_) / 1'000'000 * kMaxSlewPpm;
    const bool step = raw_ns_ != 0 && std::llabs(offset - offset_ns_) > allowed;
    offset_ns_ = offset;
    raw_ns_ = raw;
    return step;
  }
}

}  // namespace ptpswitch::io
