// Converts the time stamps that the kernel takes of the system clock (CLOCK_REALTIME) to the common
// timebase, which nobody can set or slew: CLOCK_MONOTONIC_RAW, plus what the system clock was ahead
// of it when the first reading was made. It knows the clocks by readings that are handed in. A time
// stamp of which they cannot tell what it is in the timebase has no conversion.
#pragma once

#include <cstdint>
#include <optional>

namespace ptpswitch::dataplane {

// The clocks of the kernel, read one right after the other.
struct SystemClockReading {
  int64_t realtime_ns = 0;   // the system clock
  int64_t monotonic_ns = 0;  // CLOCK_MONOTONIC: slewed as the system clock is, but never set
  int64_t raw_ns = 0;        // CLOCK_MONOTONIC_RAW, in the middle
  int64_t window_ns = 0;     // all three were read within this time
};

class SystemTimebase {
 public:
  // `ahead_ns`: of the timebase, of CLOCK_MONOTONIC_RAW; none: what the system clock is now.
  explicit SystemTimebase(const SystemClockReading& first,
                          std::optional<int64_t> ahead_ns = std::nullopt);

  // A clock that was set by less than this passes for one that was not: readings are no better.
  static constexpr int64_t kSmallestStepNs = 1'000;
  // What is converted is right to this, unless something better is asked for.
  static constexpr int64_t kTolerance = 1'000;

  // The clocks were read again.
  void add(const SystemClockReading& reading);

  // True when the latest reading does not serve to convert it: the clocks are to be read first.
  bool needs_reading(int64_t realtime_ns) const;
  // A time stamp of the system clock in ns of the timebase. None when it may have been taken before
  // the clock was set as well as after that, or while it began to be slewed otherwise.
  std::optional<int64_t> to_common(int64_t realtime_ns, int64_t tolerance = kTolerance) const;
  // How far apart two conversions may be because of the readings.
  int64_t window_ns() const { return line_.window_ns + set_ahead_window_ns_; }
  // A reading that took no longer than this is about as good as those before it.
  int64_t good_window_ns() const;

  int64_t common_of_raw(int64_t raw_ns) const { return raw_ns + origin_ns_; }
  // At the latest reading: the time of the timebase, and what the system clock was ahead of it.
  int64_t common_ns() const { return common_of_raw(latest_raw_ns_); }
  int64_t system_ahead_ns() const { return system_ahead_ns_; }

 private:
  // CLOCK_MONOTONIC as a line over CLOCK_MONOTONIC_RAW.
  struct Line {
    int64_t raw_ns;
    int64_t monotonic_ns;
    double slope;       // monotonic seconds per raw second, minus 1
    int64_t window_ns;  // it is wrong by at most half of this

    int64_t monotonic_at(int64_t raw) const;
    int64_t raw_at(int64_t monotonic) const;
  };
  // Where one line gives way to another: somewhere between two readings.
  struct Bend {
    Line before;
    int64_t from_raw_ns;  // the reading before it
    int64_t from_monotonic_ns;
    int64_t by_ns;  // how far the reading after it was off the line before it
  };
  // The system clock was set, between two readings.
  struct Step {
    int64_t from_raw_ns;
    int64_t to_raw_ns;
    int64_t set_ahead_before_ns;
    bool twice;  // and set again so soon that time stamps of all three times may come in
  };

  void follow_rate(const SystemClockReading& reading);
  void follow_steps(const SystemClockReading& reading);
  std::optional<int64_t> raw_of(int64_t monotonic_ns, int64_t tolerance) const;

  const int64_t origin_ns_;  // of the timebase, minus CLOCK_MONOTONIC_RAW
  Line line_;
  std::optional<Bend> bend_;
  // Two readings, the older of them at least kRateBaselineNs before the latest, to know the slope
  // by.
  Line older_;
  Line newer_;
  // The system clock minus CLOCK_MONOTONIC, which changes when it is set, and how wrong that may
  // be.
  int64_t set_ahead_ns_;
  int64_t set_ahead_window_ns_;
  std::optional<Step> step_;
  int64_t earlier_raw_ns_;  // of the reading before the latest
  int64_t latest_raw_ns_;
  int64_t system_ahead_ns_;
};

}  // namespace ptpswitch::dataplane
