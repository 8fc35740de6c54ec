// When the next message of a stream is due.
#pragma once

#include <cstdint>

namespace bench {

class Pacer {
 public:
  // `per_second` 0: never.
  Pacer(uint32_t per_second, int64_t start_ns)
      : interval_ns_(per_second == 0 ? 0 : 1e9 / per_second),
        next_ns_(static_cast<double>(start_ns)) {}

  // Whether one is due at `now_ns`; if so, that one is taken.
  //
  // A rig that was held up does not make up for it by a burst, which no sender on a wire could do
  // either: what is more than the tolerance late is left out, and the stream is that much slower.
  bool Take(int64_t now_ns) {
    const auto now = static_cast<double>(now_ns);
    if (interval_ns_ == 0 || now < next_ns_) return false;
    if (now - next_ns_ > kToleranceNs) next_ns_ = now;
    next_ns_ += interval_ns_;
    return true;
  }

  // When the next one is due; never if the rate is 0.
  int64_t next_ns() const { return interval_ns_ == 0 ? INT64_MAX : static_cast<int64_t>(next_ns_); }

 private:
  static constexpr double kToleranceNs = 200'000;
  const double interval_ns_;
  double next_ns_;
};

}  // namespace bench
