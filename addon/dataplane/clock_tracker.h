// Relates one hardware clock to the common timebase from cross time stamps: a straight line through
// the recent ones. A cross time stamp that is further off the line than noise explains shows that
// somebody has set or slewed the clock. The line is then forgotten, and the clock is not related
// until enough new cross time stamps agree.
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
  int64_t window_ns = 0;     // distance of the two; the midpoint is wrong by at most half of it
};

class ClockTracker {
 public:
  ClockTracker() = default;
  // `first_epoch` tells the epochs of this clock from those of another one that the same port had
  // before.
  explicit ClockTracker(uint32_t first_epoch) { relation_.epoch = first_epoch; }

  // The line is fitted through this many samples. At one every 20 ms they span 0.64 s, over which
  // the rate of an oscillator is steady enough for an error below a nanosecond.
  static constexpr uint32_t kWindow = 32;
  // The rate of a line through fewer samples is too uncertain to be used.
  static constexpr uint32_t kMinimumSamples = 6;
  // A clock that is off its line by more than this, and by more than the reading can be wrong by,
  // was moved.
  static constexpr int64_t kJumpThresholdNs = 200;

  enum class Outcome : uint8_t {
    kFollowing,  // on the line
    kIgnored,    // not off the line, but interrupted and so too coarse to be added to it
    kAcquiring,  // not enough yet for a line
    kMoved,      // the clock was set or slewed: a new epoch begins
  };
  Outcome add(const CrossTimestamp& sample);

  // To be called when this program has adjusted the clock, at `reference_ns` of the reference: it
  // was set forward by `step_ns` and runs faster by `rate_change` (1e-6 is 1 ppm). The samples are
  // moved along, so that the line is kept. A step begins a new epoch, and the relation is not valid
  // until the next reading confirms it.
  void adjusted(int64_t reference_ns, int64_t step_ns, double rate_change);

  // After this many failed readings in a row the clock counts as gone, because nobody would notice
  // any more that it was set.
  static constexpr uint32_t kMaxFailedReadings = 50;
  // To be called when a reading has failed. True when the line is forgotten because of it.
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
  // The line: clock - reference - origin_offset = intercept + slope * (reference -
  // origin_reference). Its origin is the newest sample.
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
