#include "addon/dataplane/system_timebase.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {
namespace {

// Readings that are closer together say too little of a rate: 100 ns of 10 ms are 10 ppm, and what
// lies between two readings is shorter than that most of the time.
constexpr int64_t kRateBaselineNs = 10 * kMillisecond;

// No reading is worth being made anew for less than the first, nor good that took longer than the
// second.
constexpr int64_t kShortWindowNs = 200;
constexpr int64_t kLongWindowNs = 1'000;

}  // namespace

int64_t SystemTimebase::Line::monotonic_at(int64_t raw) const {
  const int64_t since = raw - raw_ns;
  return monotonic_ns + since + std::llround(static_cast<double>(since) * slope);
}

int64_t SystemTimebase::Line::raw_at(int64_t monotonic) const {
  const int64_t since = monotonic - monotonic_ns;
  return raw_ns + since - std::llround(static_cast<double>(since) * slope / (1 + slope));
}

SystemTimebase::SystemTimebase(const SystemClockReading& first, std::optional<int64_t> ahead_ns)
    : origin_ns_(ahead_ns.value_or(first.realtime_ns - first.raw_ns)),
      line_{first.raw_ns, first.monotonic_ns, 0, first.window_ns},
      older_(line_),
      newer_(line_),
      set_ahead_ns_(first.realtime_ns - first.monotonic_ns),
      set_ahead_window_ns_(first.window_ns),
      earlier_raw_ns_(first.raw_ns),
      latest_raw_ns_(first.raw_ns),
      system_ahead_ns_(first.realtime_ns - common_ns()) {}

void SystemTimebase::add(const SystemClockReading& reading) {
  if (reading.raw_ns < latest_raw_ns_) return;
  follow_rate(reading);
  follow_steps(reading);
  earlier_raw_ns_ = latest_raw_ns_;
  latest_raw_ns_ = reading.raw_ns;
  system_ahead_ns_ = reading.realtime_ns - common_ns();
}

// The line is kept for as long as readings cannot tell that it is wrong by more than they may be.
// So what is converted of an undisturbed clock has none of their noise. One that took less time
// makes it more certain; it takes the place of one that was interrupted.
void SystemTimebase::follow_rate(const SystemClockReading& reading) {
  if (reading.raw_ns - newer_.raw_ns >= kRateBaselineNs) {
    older_ = newer_;
    newer_ = {reading.raw_ns, reading.monotonic_ns, 0, reading.window_ns};
  }
  const int64_t off_by = reading.monotonic_ns - line_.monotonic_at(reading.raw_ns);
  const bool agrees = std::llabs(off_by) <= (reading.window_ns + line_.window_ns) / 2 + 1;
  if (agrees) {
    const int64_t uncertainty = reading.window_ns + 2 * std::llabs(off_by);
    if (uncertainty >= line_.window_ns) return;
    line_.window_ns = uncertainty;
    if (std::llabs(off_by) <= kTolerance) return;
    line_ = {reading.raw_ns, reading.monotonic_ns, line_.slope, reading.window_ns};
    bend_.reset();
    return;
  }
  bend_ = Bend{line_, latest_raw_ns_, line_.monotonic_at(latest_raw_ns_), off_by};
  const auto raw = static_cast<double>(reading.raw_ns - older_.raw_ns);
  const auto monotonic = static_cast<double>(reading.monotonic_ns - older_.monotonic_ns);
  const double slope = raw >= kRateBaselineNs ? monotonic / raw - 1 : line_.slope;
  line_ = {reading.raw_ns, reading.monotonic_ns, slope, reading.window_ns};
}

void SystemTimebase::follow_steps(const SystemClockReading& reading) {
  if (step_ && reading.raw_ns - step_->to_raw_ns > kMaxBeforeReception) step_.reset();
  const int64_t set_ahead = reading.realtime_ns - reading.monotonic_ns;
  const int64_t change = set_ahead - set_ahead_ns_;
  const int64_t uncertainty = reading.window_ns + set_ahead_window_ns_;
  if (std::llabs(change) <= uncertainty) {
    const int64_t smaller = reading.window_ns + std::llabs(change);
    if (smaller >= set_ahead_window_ns_) return;
    set_ahead_window_ns_ = smaller;
    if (std::llabs(change) <= kTolerance) return;
  } else if (std::llabs(change) > uncertainty + kSmallestStepNs) {
    step_ = Step{latest_raw_ns_, reading.raw_ns, set_ahead_ns_, step_.has_value()};
  }
  set_ahead_ns_ = set_ahead;
  set_ahead_window_ns_ = reading.window_ns;
}

int64_t SystemTimebase::good_window_ns() const {
  return std::clamp(2 * line_.window_ns, kShortWindowNs, kLongWindowNs);
}

bool SystemTimebase::needs_reading(int64_t realtime_ns) const {
  const auto raw = raw_of(realtime_ns - set_ahead_ns_, kTolerance);
  return raw && (*raw > latest_raw_ns_ || *raw < earlier_raw_ns_ - kMaxBeforeReception);
}

std::optional<int64_t> SystemTimebase::to_common(int64_t realtime_ns, int64_t tolerance) const {
  const auto after = raw_of(realtime_ns - set_ahead_ns_, tolerance);
  if (!step_) return after ? std::optional(common_of_raw(*after)) : std::nullopt;
  if (step_->twice) return std::nullopt;
  const auto before = raw_of(realtime_ns - step_->set_ahead_before_ns, tolerance);
  if (!after || !before) return std::nullopt;
  const bool may_be_after =
      *after >= step_->from_raw_ns - kTolerance && *after <= latest_raw_ns_ + kTolerance;
  const bool may_be_before = *before >= step_->from_raw_ns - kMaxBeforeReception &&
                             *before <= step_->to_raw_ns + kTolerance;
  if (may_be_after == may_be_before) return std::nullopt;
  return common_of_raw(may_be_after ? *after : *before);
}

// None where the time stamp was taken between two readings of which the second was off the line,
// and so long before it that it is not known well enough what the clock did then.
std::optional<int64_t> SystemTimebase::raw_of(int64_t monotonic_ns, int64_t tolerance) const {
  if (!bend_ || monotonic_ns >= line_.monotonic_ns) return line_.raw_at(monotonic_ns);
  if (monotonic_ns <= bend_->from_monotonic_ns) return bend_->before.raw_at(monotonic_ns);
  const auto raw = static_cast<double>(line_.raw_ns - bend_->from_raw_ns);
  const auto monotonic = static_cast<double>(line_.monotonic_ns - bend_->from_monotonic_ns);
  const auto before_end = static_cast<double>(line_.monotonic_ns - monotonic_ns);
  const double doubt = std::abs(static_cast<double>(bend_->by_ns)) * before_end / monotonic;
  if (doubt > static_cast<double>(tolerance)) return std::nullopt;
  return line_.raw_ns - std::llround(before_end * raw / monotonic);
}

}  // namespace ptpswitch::dataplane
