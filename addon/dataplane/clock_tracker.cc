#include "addon/dataplane/clock_tracker.h"

#include <algorithm>
#include <cmath>

namespace ptpswitch::dataplane {
namespace {

// A reading that took this many times as long as the shortest one was interrupted in the middle.
constexpr int64_t kInterruptedFactor = 3;
// After this many interrupted readings in a row the next one is used all the same: reading has
// become slower on this machine.
constexpr uint32_t kMaxInterrupted = 10;
// Before there is a line, two samples in a row may differ by this rate, because no oscillator is
// further off. If they differ by more, the clock was set.
constexpr double kMaxRateOffset = 1e-3;

}  // namespace

ClockTracker::Outcome ClockTracker::add(const CrossTimestamp& sample) {
  failed_in_a_row_ = 0;
  if (count_ == 0) {
    restart(sample);
    return Outcome::kAcquiring;
  }
  const int64_t offset = sample.clock_ns - sample.reference_ns;
  const double noise_limit =
      std::max<double>(kJumpThresholdNs, 5 * noise_ns_) + static_cast<double>(sample.window_ns) / 2;
  bool moved;
  if (relation_.valid || unconfirmed_) {
    const double residual =
        static_cast<double>(offset - origin_offset_ns_) - predicted_offset(sample.reference_ns);
    moved = std::abs(residual) > noise_limit;
  } else {
    const CrossTimestamp& last = samples_[(next_ + kWindow - 1) % kWindow];
    const double change = static_cast<double>(offset - (last.clock_ns - last.reference_ns));
    const double elapsed = static_cast<double>(sample.reference_ns - last.reference_ns);
    moved = elapsed <= 0 || std::abs(change) > noise_limit + elapsed * kMaxRateOffset;
  }
  if (moved) {
    ++relation_.epoch;
    restart(sample);
    return Outcome::kMoved;
  }
  if (sample.window_ns > kInterruptedFactor * shortest_window_ns_ + kJumpThresholdNs &&
      ++ignored_in_a_row_ <= kMaxInterrupted) {
    return Outcome::kIgnored;
  }
  ignored_in_a_row_ = 0;
  append(sample);
  fit();
  return relation_.valid ? Outcome::kFollowing : Outcome::kAcquiring;
}

// Every sample becomes what it would have been, had the clock always run as it does from now on.
void ClockTracker::adjusted(int64_t reference_ns, int64_t step_ns, double rate_change) {
  for (uint32_t i = 0; i < count_; ++i) {
    const auto since = static_cast<double>(samples_[i].reference_ns - reference_ns);
    samples_[i].clock_ns += step_ns + std::llround(rate_change * since);
  }
  if (!relation_.valid && !unconfirmed_) {
    if (step_ns != 0) ++relation_.epoch;
    return;
  }
  fit();
  if (step_ns == 0) return;
  ++relation_.epoch;
  relation_.valid = false;
  unconfirmed_ = true;
}

bool ClockTracker::reading_failed() {
  if (++failed_in_a_row_ < kMaxFailedReadings || !(relation_.valid || unconfirmed_)) return false;
  ++relation_.epoch;
  relation_.valid = false;
  unconfirmed_ = false;
  count_ = 0;
  next_ = 0;
  return true;
}

void ClockTracker::restart(const CrossTimestamp& sample) {
  count_ = 0;
  next_ = 0;
  relation_.valid = false;
  unconfirmed_ = false;
  noise_ns_ = 0;
  shortest_window_ns_ = sample.window_ns;
  append(sample);
  offset_ns_ = sample.clock_ns - sample.reference_ns;
}

void ClockTracker::append(const CrossTimestamp& sample) {
  samples_[next_] = sample;
  next_ = (next_ + 1) % kWindow;
  count_ = std::min(count_ + 1, kWindow);
}

double ClockTracker::predicted_offset(int64_t reference_ns) const {
  return intercept_ns_ + slope_ * static_cast<double>(reference_ns - origin_reference_ns_);
}

void ClockTracker::fit() {
  const CrossTimestamp& newest = samples_[(next_ + kWindow - 1) % kWindow];
  // Everything relative to the newest sample: small numbers, so that doubles keep fractions of a
  // nanosecond.
  origin_reference_ns_ = newest.reference_ns;
  origin_offset_ns_ = newest.clock_ns - newest.reference_ns;
  double sum_w = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  shortest_window_ns_ = newest.window_ns;
  for (uint32_t i = 0; i < count_; ++i) {
    shortest_window_ns_ = std::min(shortest_window_ns_, samples_[i].window_ns);
  }
  auto each = [&](auto visit) {
    for (uint32_t i = 0; i < count_; ++i) {
      const CrossTimestamp& sample = samples_[i];
      const double x = static_cast<double>(sample.reference_ns - origin_reference_ns_);
      const double y =
          static_cast<double>(sample.clock_ns - sample.reference_ns - origin_offset_ns_);
      // The longer a reading took, the less certain its midpoint is, and the less it weighs.
      const double doubt = 1.0 + static_cast<double>(sample.window_ns - shortest_window_ns_) /
                                     (1.0 + static_cast<double>(shortest_window_ns_) / 8);
      visit(x, y, 1.0 / (doubt * doubt));
    }
  };
  each([&](double x, double y, double w) {
    sum_w += w;
    sum_x += w * x;
    sum_y += w * y;
    sum_xx += w * x * x;
    sum_xy += w * x * y;
  });
  const double determinant = sum_w * sum_xx - sum_x * sum_x;
  if (count_ < kMinimumSamples || determinant <= 0) return;
  slope_ = (sum_w * sum_xy - sum_x * sum_y) / determinant;
  intercept_ns_ = (sum_y - slope_ * sum_x) / sum_w;
  double sum_squares = 0;
  each([&](double x, double y, double w) {
    const double residual = y - (intercept_ns_ + slope_ * x);
    sum_squares += w * residual * residual;
  });
  noise_ns_ = std::sqrt(sum_squares / sum_w);

  // clock = reference + offset, so reference = anchor + (clock - raw_anchor) / (1 + slope), through
  // the line at the newest sample.
  relation_.raw_anchor_ns = origin_reference_ns_ + origin_offset_ns_;
  relation_.rate_offset = 1.0 / (1.0 + slope_) - 1.0;
  relation_.common_anchor = static_cast<ScaledInstant>(origin_reference_ns_) * 65536 -
                            static_cast<ScaledInstant>(intercept_ns_ * 65536.0);
  relation_.valid = true;
  unconfirmed_ = false;
  offset_ns_ = origin_offset_ns_ + static_cast<int64_t>(std::llround(intercept_ns_));
  rate_ppb_ = slope_ * 1e9;
}

}  // namespace ptpswitch::dataplane
