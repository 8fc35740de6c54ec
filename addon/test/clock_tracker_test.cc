// The line through cross time stamps: found among noise, left at once when the clock is moved, and
// not bent by readings that were interrupted.
#include "addon/dataplane/clock_tracker.h"

#include <cmath>
#include <random>

#include "addon/test/forwarder_harness.h"

using namespace ptpswitch::dataplane;
using Outcome = ClockTracker::Outcome;

namespace {

constexpr int64_t kIntervalNs = 20'000'000;
constexpr int64_t kReferenceStart = ptpswitch::test::kT0;

// A hardware clock beside the reference, and readings of it as a driver gives them.
class SimulatedClock {
 public:
  SimulatedClock(int64_t offset_ns, double rate_offset)
      : offset_ns_(offset_ns), rate_offset_(rate_offset) {}

  void step(int64_t ns) { offset_ns_ += ns; }

  void set_rate(double rate_offset) {
    drift_ns_ = drift_at(now_);
    rate_since_ = now_;
    rate_offset_ = rate_offset;
  }

  // What the clock shows at a reference time, to a fraction of a nanosecond.
  long double at(int64_t reference_ns) const {
    return static_cast<long double>(reference_ns) + offset_ns_ + drift_at(reference_ns);
  }

  // Lets an interval pass and reads. The clock is read `asymmetry` of half the window off the
  // midpoint: 0 in the middle, 1 at the very end.
  CrossTimestamp read(int64_t window_ns = 0, double asymmetry = 0) {
    now_ += kIntervalNs;
    const auto off_middle = static_cast<int64_t>(asymmetry * static_cast<double>(window_ns) / 2);
    return {static_cast<int64_t>(std::floor(at(now_ + off_middle))), now_, window_ns};
  }

  int64_t now() const { return now_; }

 private:
  long double drift_at(int64_t reference_ns) const {
    return drift_ns_ + static_cast<long double>(reference_ns - rate_since_) * rate_offset_;
  }

  int64_t offset_ns_;
  long double rate_offset_;
  long double drift_ns_ = 0;
  int64_t rate_since_ = kReferenceStart;
  int64_t now_ = kReferenceStart;
};

// By how much the relation is wrong about a time stamp the clock takes at a reference time, ns.
double error_ns(const ClockTracker& tracker, const SimulatedClock& clock, int64_t reference_ns) {
  const long double shown = clock.at(reference_ns);
  const auto raw = static_cast<int64_t>(std::floor(shown));
  const auto truth = static_cast<ScaledInstant>(reference_ns) * 65536;
  const ScaledInstant fraction =
      static_cast<ScaledInstant>((shown - static_cast<long double>(raw)) * 65536);
  return static_cast<double>(tracker.relation().to_common(raw) + fraction - truth) / 65536;
}

void follow(ClockTracker& tracker, SimulatedClock& clock, uint32_t readings) {
  for (uint32_t i = 0; i < readings; ++i) tracker.add(clock.read());
  REQUIRE(tracker.relation().valid);
}

}  // namespace

TEST_CASE("there is no relation before there are enough samples, and one with them") {
  SimulatedClock clock(5'000'000'000, 30e-6);
  ClockTracker tracker;
  CHECK_FALSE(tracker.relation().valid);
  for (uint32_t i = 1; i < ClockTracker::kMinimumSamples; ++i) {
    CHECK(tracker.add(clock.read()) == Outcome::kAcquiring);
    CHECK_FALSE(tracker.relation().valid);
  }
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  CHECK(tracker.relation().valid);
  CHECK(tracker.relation().epoch == 0);
}

TEST_CASE("a line is recovered within 2 ns from noisy samples, however fast the clock") {
  for (const double rate_offset : {-100e-6, -37e-6, 0.0, 1e-9, 62e-6, 100e-6}) {
    for (const int64_t offset_ns : {-200'000'000'000'000'000, int64_t{0}, 7'000'000'000}) {
      CAPTURE(rate_offset);
      CAPTURE(offset_ns);
      SimulatedClock clock(offset_ns, rate_offset);
      ClockTracker tracker;
      std::mt19937 random(1);
      // The shortest windows of a driver over PCIe; the register is read near the middle.
      std::uniform_int_distribution<int64_t> window(300, 340);
      std::normal_distribution<double> asymmetry(0, 0.02);
      for (int i = 0; i < 100; ++i) {
        const Outcome outcome = tracker.add(clock.read(window(random), asymmetry(random)));
        CHECK(outcome != Outcome::kMoved);
      }
      // Where time stamps are related: around the newest sample, and until the next one.
      for (const int64_t ahead_ns : {-kIntervalNs, int64_t{0}, kIntervalNs}) {
        CHECK(std::abs(error_ns(tracker, clock, clock.now() + ahead_ns)) < 2.0);
      }
      CHECK(std::abs(tracker.rate_ppb() - rate_offset * 1e9) < 20);
      const long double offset = clock.at(clock.now()) - static_cast<long double>(clock.now());
      CHECK(std::abs(static_cast<double>(offset - tracker.offset_ns())) < 3);
      CHECK(tracker.noise_ns() < 5);
    }
  }
}

TEST_CASE("readings without noise are related to a nanosecond, and to its fractions") {
  SimulatedClock clock(1'000'000'000, 12.345e-6);
  ClockTracker tracker;
  follow(tracker, clock, ClockTracker::kWindow);
  // The clock itself shows whole nanoseconds.
  CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 1.0);
  CHECK(tracker.noise_ns() < 1.0);
}

TEST_CASE("a step is noticed with the first reading after it") {
  for (const int64_t step_ns : {int64_t{-1'000'000'000}, int64_t{-1'000}, int64_t{250},
                                int64_t{1'000'000'000}, int64_t{3'600'000'000'000}}) {
    CAPTURE(step_ns);
    SimulatedClock clock(0, -45e-6);
    ClockTracker tracker;
    follow(tracker, clock, ClockTracker::kWindow);
    clock.step(step_ns);
    CHECK(tracker.add(clock.read()) == Outcome::kMoved);
    CHECK_FALSE(tracker.relation().valid);
    CHECK(tracker.relation().epoch == 1);
  }
}

TEST_CASE("a slew of 20 ppm is noticed with the first reading after it") {
  for (const double slew : {-20e-6, 20e-6}) {
    SimulatedClock clock(0, 30e-6);
    ClockTracker tracker;
    follow(tracker, clock, ClockTracker::kWindow);
    clock.set_rate(30e-6 + slew);
    CHECK(tracker.add(clock.read()) == Outcome::kMoved);
    CHECK_FALSE(tracker.relation().valid);
  }
}

TEST_CASE("after a move the new line is found, in an epoch of its own") {
  SimulatedClock clock(0, 30e-6);
  ClockTracker tracker;
  follow(tracker, clock, ClockTracker::kWindow);
  clock.step(1'000'000'000);
  clock.set_rate(-50e-6);
  CHECK(tracker.add(clock.read()) == Outcome::kMoved);
  for (uint32_t i = 2; i < ClockTracker::kMinimumSamples; ++i) {
    CHECK(tracker.add(clock.read()) == Outcome::kAcquiring);
  }
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 2.0);
  CHECK(tracker.relation().epoch == 1);

  clock.step(-1);  // within the noise: the same clock still
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  clock.step(-1'000'000);
  CHECK(tracker.add(clock.read()) == Outcome::kMoved);
  CHECK(tracker.relation().epoch == 2);
}

TEST_CASE("a move before there is a line is noticed as well") {
  SimulatedClock clock(0, 0);
  ClockTracker tracker;
  tracker.add(clock.read());
  clock.step(1'000'000);
  CHECK(tracker.add(clock.read()) == Outcome::kMoved);
  CHECK(tracker.relation().epoch == 1);
}

TEST_CASE("a reference that goes back is a move") {
  SimulatedClock clock(0, 0);
  ClockTracker tracker;
  const CrossTimestamp first = clock.read();
  tracker.add(first);
  CHECK(tracker.add({first.clock_ns + kIntervalNs, first.reference_ns - 1, 0}) == Outcome::kMoved);
}

TEST_CASE("a reading that was interrupted bends nothing and moves nothing") {
  constexpr int64_t kWindowNs = 300;
  constexpr int64_t kInterruptedNs = 50'000;
  SimulatedClock clock(0, 80e-6);
  ClockTracker tracker;
  for (uint32_t i = 0; i < ClockTracker::kWindow; ++i) tracker.add(clock.read(kWindowNs));
  // The interruption came right before the register was read, or right after.
  for (const double asymmetry : {-1.0, 1.0}) {
    CHECK(tracker.add(clock.read(kInterruptedNs, asymmetry)) == Outcome::kIgnored);
    CHECK(tracker.relation().valid);
    CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 2.0);
  }
}

TEST_CASE("a step beyond what an interruption explains is noticed in spite of it") {
  SimulatedClock clock(0, 0);
  ClockTracker tracker;
  for (uint32_t i = 0; i < ClockTracker::kWindow; ++i) tracker.add(clock.read(300));
  clock.step(100'000);
  CHECK(tracker.add(clock.read(50'000)) == Outcome::kMoved);
}

TEST_CASE("readings that take long for ever are the machine's new habit") {
  SimulatedClock clock(0, 10e-6);
  ClockTracker tracker;
  for (uint32_t i = 0; i < ClockTracker::kWindow; ++i) tracker.add(clock.read(300));
  int ignored = 0;
  while (tracker.add(clock.read(20'000)) == Outcome::kIgnored) REQUIRE(++ignored < 100);
  CHECK(ignored == 10);
  CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 2.0);
}

TEST_CASE("a clock that cannot be read any more is related no longer, and anew when it can") {
  SimulatedClock clock(3'000'000'000, 30e-6);
  ClockTracker tracker;
  follow(tracker, clock, ClockTracker::kWindow);
  // One reading among the failures: it is still there.
  for (const uint32_t failures :
       {ClockTracker::kMaxFailedReadings - 1, ClockTracker::kMaxFailedReadings - 1}) {
    for (uint32_t i = 0; i < failures; ++i) CHECK_FALSE(tracker.reading_failed());
    CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  }
  for (uint32_t i = 1; i < ClockTracker::kMaxFailedReadings; ++i)
    CHECK_FALSE(tracker.reading_failed());
  CHECK(tracker.reading_failed());
  CHECK_FALSE(tracker.relation().valid);
  CHECK(tracker.relation().epoch == 1);
  CHECK_FALSE(tracker.reading_failed());  // said once

  clock.step(-1'000'000'000);
  for (uint32_t i = 1; i < ClockTracker::kMinimumSamples; ++i) {
    CHECK(tracker.add(clock.read()) == Outcome::kAcquiring);
  }
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 2.0);
}

TEST_CASE("a clock that we slew ourselves stays related, by a line that is bent at once") {
  SimulatedClock clock(5'000'000'000, 30e-6);
  ClockTracker tracker;
  follow(tracker, clock, 40);
  const uint32_t epoch = tracker.relation().epoch;
  clock.set_rate(30e-6 - 25e-6);
  tracker.adjusted(clock.now(), 0, -25e-6);
  CHECK(tracker.relation().valid);
  CHECK(tracker.rate_ppb() == doctest::Approx(5'000).epsilon(0.01));
  CHECK(std::abs(error_ns(tracker, clock, clock.now() + kIntervalNs)) < 3);
  for (int i = 0; i < 40; ++i) {
    REQUIRE(tracker.add(clock.read()) == Outcome::kFollowing);
    REQUIRE(std::abs(error_ns(tracker, clock, clock.now())) < 3);
  }
  CHECK(tracker.relation().epoch == epoch);
}

TEST_CASE("a clock that we set ourselves is related again by the next reading") {
  SimulatedClock clock(5'000'000'000, 30e-6);
  ClockTracker tracker;
  follow(tracker, clock, 40);
  const uint32_t epoch = tracker.relation().epoch;
  clock.step(-3'600'000'000'000);
  tracker.adjusted(clock.now(), -3'600'000'000'000, 0);
  // Time stamps from before may still be on their way.
  CHECK_FALSE(tracker.relation().valid);
  CHECK(tracker.relation().epoch == epoch + 1);
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
  CHECK(tracker.relation().valid);
  CHECK(std::abs(error_ns(tracker, clock, clock.now())) < 3);
}

TEST_CASE("a clock that does not do as it was told is noticed as one that was moved") {
  SimulatedClock clock(5'000'000'000, 30e-6);
  ClockTracker tracker;
  follow(tracker, clock, 40);
  tracker.adjusted(clock.now(), 1'000'000, 0);
  CHECK(tracker.add(clock.read()) == Outcome::kMoved);
}

TEST_CASE("what we do to a clock before there is a line is no move of it") {
  SimulatedClock clock(5'000'000'000, 30e-6);
  ClockTracker tracker;
  for (uint32_t i = 1; i < ClockTracker::kMinimumSamples; ++i) tracker.add(clock.read());
  clock.step(1'000'000'000);
  tracker.adjusted(clock.now(), 1'000'000'000, 0);
  CHECK(tracker.add(clock.read()) == Outcome::kFollowing);
}
