// Relates one hardware clock to the common timebase from cross time stamps: a straight line through
// the recent ones. A cross time stamp that is off the line by more than noise explains means that
// somebody has set or slewed the clock: then the line is forgotten, and there is none until enough
// new ones agree.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "addon/dataplane/clock_relation.h"

namespace ptpswitch::dataplane {

// The hardware clock read between two readings of the reference.
struct CrossTimestamp {
  int64_t clock_ns = 0;      // hardware clock
  int64_t reference_ns = 0;  // midpoint of the two
  int64_t window_ns = 0;     // their distance: what the midpoint may be wrong by, twice
};

class ClockTracker {
 public:
  // Samples a line goes through: 0.64 s at one in 20 ms, over which an oscillator is straight to a
  // nanosecond.
  static constexpr uint32_t kWindow = 32;
  // Fewer give no rate worth the name.
  static constexpr uint32_t kMinimumSamples = 6;
  // A clock that is off its line by more than this, and by more than the reading can be wrong by,
  // was moved.
  static constexpr int64_t kJumpThresholdNs = 200;

  enum class Outcome : uint8_t {
    kFollowing,  // on the line
    kIgnored,    // no contradiction, but the reading was interrupted: too coarse to learn from
    kAcquiring,  // not enough yet for a line
    kMoved,      // the clock was set or slewed: a new epoch begins
  };
  Outcome add(const CrossTimestamp& sample);

  // We have adjusted the clock ourselves when the reference was `reference_ns`: set it forward by
  // `step_ns` and let it run faster by `rate_change` (1e-6 is 1 ppm). The line is bent, not
  // forgotten. A step ends its epoch, and the next reading must confirm it before it is believed.
  void adjusted(int64_t reference_ns, int64_t step_ns, double rate_change);

  // So many readings that fail in a row say that the clock is gone.
  static constexpr uint32_t kMaxFailedReadings = 50;
  // A reading has failed. True when the line is forgotten for it: nobody would notice a move any
  // more.
  bool reading_failed();

  const ClockRelation& relation() const { return relation_; }
  // Clock minus reference at the last sample, and how much faster the clock runs, in parts per
  // billion.
  int64_t offset_ns() const { return offset_ns_; }
  double rate_ppb() const { return rate_ppb_; }
  // One standard deviation of the samples around the line.
  double noise_ns() const { return noise_ns_; }

 private:
  void restart(const CrossTimestamp& sample);
  void append(const CrossTimestamp& sample);
  void fit();
  double predicted_offset(int64_t reference_ns) const;

  std::array<CrossTimestamp, kWindow> samples_;
  uint32_t count_ = 0;
  uint32_t next_ = 0;
  ClockRelation relation_{.valid = false};
  bool unconfirmed_ = false;  // there is a line, but no reading since the clock was set by us
  // The line: clock - reference = offset_at_origin + slope * (reference - origin), the first sample
  // taken off both.
  int64_t origin_reference_ns_ = 0;
  int64_t origin_offset_ns_ = 0;
  double intercept_ns_ = 0;
  double slope_ = 0;
  int64_t offset_ns_ = 0;
  double rate_ppb_ = 0;
  double noise_ns_ = 0;
  int64_t shortest_window_ns_ = 0;
  uint32_t ignored_in_a_row_ = 0;
  uint32_t failed_in_a_row_ = 0;
};

}  // namespace ptpswitch::dataplane
