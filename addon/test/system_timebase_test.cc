// Time stamps of the system clock in the common timebase, while somebody sets and slews that clock.
#include "addon/dataplane/system_timebase.h"

#include <cmath>
#include <cstdlib>

#include "addon/dataplane/limits.h"
#include "addon/test/packet_builder.h"

using namespace ptpswitch::dataplane;

namespace {

constexpr int64_t kMicrosecond = 1'000;
// What CLOCK_MONOTONIC_RAW and the system clock show at the start.
constexpr int64_t kUptime = 3'600 * kSecond;
constexpr int64_t kDate = 1'800'000'000 * kSecond;

// A system clock, and what it is read by. Time is CLOCK_MONOTONIC_RAW since the start.
class SystemClock {
 public:
  SystemClock() : timebase_(reading()) {}

  void pass(int64_t ns) { now_ += ns; }
  void step(int64_t ns) { stepped_ += ns; }
  void slew(double rate) {
    slewed_ = slewed();
    slewed_at_ = now_;
    rate_ = rate;
  }
  void read(int64_t window = 0, int64_t error = 0) { timebase_.add(reading(window, error)); }

  // Taken now.
  struct Stamp {
    int64_t realtime_ns;
    int64_t truth_ns;
  };
  Stamp stamp() const { return {kDate + now_ + slewed() + stepped_, kDate + now_}; }

  // How far off the truth it is converted.
  std::optional<int64_t> error_of(const Stamp& stamp) const {
    const auto common = timebase_.to_common(stamp.realtime_ns);
    return common ? std::optional(*common - stamp.truth_ns) : std::nullopt;
  }
  SystemTimebase& timebase() { return timebase_; }

 private:
  int64_t slewed() const {
    return slewed_ + std::llround(static_cast<double>(now_ - slewed_at_) * rate_);
  }
  SystemClockReading reading(int64_t window = 0, int64_t error = 0) const {
    const int64_t monotonic = kUptime + now_ + slewed() + error;
    return {.realtime_ns = monotonic + kDate - kUptime + stepped_,
            .monotonic_ns = monotonic,
            .raw_ns = kUptime + now_,
            .window_ns = window};
  }

  int64_t now_ = 0;
  int64_t stepped_ = 0;
  int64_t slewed_ = 0;
  int64_t slewed_at_ = 0;
  double rate_ = 0;
  SystemTimebase timebase_;
};

// Readings as they are made for a Sync every `interval`: right after it has come in.
void run(SystemClock& clock, int64_t interval, int times) {
  for (int i = 0; i < times; ++i) {
    clock.pass(interval);
    const auto stamp = clock.stamp();
    clock.pass(50 * kMicrosecond);
    clock.read();
    const auto error = clock.error_of(stamp);
    REQUIRE(error);
    CHECK(std::llabs(*error) <= 1);
  }
}

constexpr int64_t kSteps[] = {37 * kSecond,        -37 * kSecond, 100 * kMillisecond,
                              -100 * kMillisecond, kMillisecond,  -kMillisecond};

}  // namespace

TEST_CASE("the timebase begins as the system clock, and goes on as CLOCK_MONOTONIC_RAW") {
  SystemClock clock;
  CHECK(clock.timebase().common_ns() == kDate);
  clock.slew(400e-6);
  clock.pass(kSecond);
  clock.step(-5 * kSecond);
  clock.read();
  CHECK(clock.timebase().common_ns() == kDate + kSecond);
  CHECK(clock.timebase().common_of_raw(kUptime) == kDate);
  CHECK(clock.timebase().system_ahead_ns() == 400 * kMicrosecond - 5 * kSecond);
}

TEST_CASE("data planes of one machine have one timebase where they are told what it begins as") {
  const SystemClockReading early{.realtime_ns = kDate, .monotonic_ns = 7, .raw_ns = kUptime};
  // The system clock has been set and slewed meanwhile.
  const SystemClockReading late{
      .realtime_ns = 2 * kDate, .monotonic_ns = kSecond, .raw_ns = kUptime + kMillisecond};
  const SystemTimebase first(early, 5);
  const SystemTimebase second(late, 5);
  CHECK(first.common_ns() == kUptime + 5);
  CHECK(second.common_ns() == kUptime + kMillisecond + 5);
  CHECK(second.to_common(late.realtime_ns) == second.common_ns());
  CHECK(second.system_ahead_ns() == late.realtime_ns - second.common_ns());
}

TEST_CASE("what a conversion may be off by is told: also of a reading of a step that took long") {
  SystemClock clock;
  clock.pass(20 * kMillisecond);
  clock.read(100);
  const int64_t before = clock.timebase().window_ns();
  CHECK(before <= 200);
  clock.step(37 * kSecond);
  clock.pass(20 * kMillisecond);
  clock.read(700);
  CHECK(clock.timebase().window_ns() >= before + 700);
  // The next one is better, and makes no jump of it.
  clock.pass(20 * kMillisecond);
  clock.read(100);
  CHECK(clock.timebase().window_ns() < 700);
  CHECK(clock.error_of(clock.stamp()) == 0);
}

TEST_CASE("a reading is good that took about as long as those before it") {
  SystemClock clock;
  clock.pass(20 * kMillisecond);
  clock.slew(400e-6);
  for (const int64_t window : {700, 300, 110}) {
    clock.pass(20 * kMillisecond);
    clock.read(window);
  }
  CHECK(clock.timebase().good_window_ns() == 220);
  clock.slew(-400e-6);
  clock.pass(20 * kMillisecond);
  clock.read(5'000);
  CHECK(clock.timebase().good_window_ns() == 1'000);
}

TEST_CASE("an undisturbed clock is converted exactly, whatever its readings are off by") {
  SystemClock clock;
  for (int i = 0; i < 1'000; ++i) {
    clock.pass(7 * kMillisecond);
    clock.read(90, (i * 37) % 91 - 45);
    CHECK(clock.error_of(clock.stamp()) == 0);
  }
}

TEST_CASE("a clock that was set between two messages: none of them is lost, each is right") {
  for (const int64_t step : kSteps) {
    CAPTURE(step);
    SystemClock clock;
    run(clock, kSecond / 64, 64);
    clock.step(step);
    // What tells of a step at once reads the clocks.
    clock.pass(20 * kMicrosecond);
    clock.read();
    clock.pass(2 * kMillisecond);
    run(clock, kSecond / 64, 64);
  }
}

TEST_CASE("a time stamp from before the clock was set that is read after it is right or dropped") {
  for (const int64_t step : kSteps) {
    CAPTURE(step);
    SystemClock clock;
    run(clock, kSecond / 64, 64);
    clock.pass(kSecond / 64 - 300 * kMicrosecond);
    const auto before = clock.stamp();
    clock.pass(100 * kMicrosecond);
    clock.step(step);
    clock.pass(100 * kMicrosecond);
    const auto after = clock.stamp();
    clock.pass(100 * kMicrosecond);
    clock.read();
    CHECK(clock.error_of(before).value_or(0) == 0);
    CHECK(clock.error_of(after).value_or(0) == 0);
    // There is no doubt where the other reading of it lies in the future, or too far back.
    const bool apart = std::llabs(step) > 100 * kMillisecond;
    if (apart || step > 0) CHECK(clock.error_of(after));
    if (apart || step < 0) CHECK(clock.error_of(before));
  }
}

TEST_CASE("a time stamp that may be of before as well as of after the clock was set is dropped") {
  SystemClock clock;
  clock.pass(kSecond);
  clock.read();
  // The thread sleeps: the clock is set back by 100 ms in the middle.
  clock.pass(500 * kMillisecond);
  clock.step(-100 * kMillisecond);
  clock.pass(500 * kMillisecond);
  const auto stamp = clock.stamp();
  clock.pass(50 * kMicrosecond);
  clock.read();
  CHECK_FALSE(clock.error_of(stamp));
  // 100 ms later it is too late for a time stamp of before.
  clock.pass(100 * kMillisecond);
  clock.read();
  CHECK(clock.error_of(clock.stamp()) == 0);
}

TEST_CASE("a clock that is set twice in a moment gives no time stamps until that is over") {
  SystemClock clock;
  run(clock, kSecond / 64, 64);
  clock.step(kSecond);
  clock.read();
  clock.pass(kMillisecond);
  clock.step(-kSecond);
  clock.read();
  CHECK_FALSE(clock.error_of(clock.stamp()));
  clock.pass(kMaxBeforeReception + kMillisecond);
  clock.read();
  CHECK(clock.error_of(clock.stamp()) == 0);
}

TEST_CASE("a step too small to be told from a reading's error moves time stamps by no more") {
  SystemClock clock;
  for (int i = 0; i < 100; ++i) {
    clock.pass(kSecond / 64);
    clock.step(90);
    clock.read(100);
    const auto error = clock.error_of(clock.stamp());
    REQUIRE(error);
    CHECK(std::llabs(*error) <= 2 * 100);
  }
}

TEST_CASE("a slew, from its first time stamp on: 10, 100, 400 and 500 ppm, and chronyd's 83,333") {
  for (const double ppm : {10., 100., 400., 500., -500., 83'333., -83'333.}) {
    CAPTURE(ppm);
    SystemClock clock;
    run(clock, kSecond / 64, 64);
    for (const double rate : {ppm * 1e-6, 0.0}) {
      clock.pass(kMillisecond);
      clock.slew(rate);
      for (int i = 0; i < 64; ++i) {
        clock.pass(kSecond / 64);
        const auto stamp = clock.stamp();
        clock.pass(50 * kMicrosecond);
        clock.read();
        const auto error = clock.error_of(stamp);
        // Between the readings before and after the change nobody knows when it came.
        const bool changed = i == 0;
        const double since_it_came = std::abs(ppm) * 1e-6 * 50 * kMicrosecond;
        const int64_t allowed = 2 + (changed ? std::llround(since_it_came) : 0);
        if (!changed || std::abs(ppm) < 10'000) REQUIRE(error);
        CHECK(std::llabs(error.value_or(0)) <= allowed);
      }
    }
  }
}

TEST_CASE("a slew that begins while the thread sleeps: what was stamped long before is dropped") {
  SystemClock clock;
  clock.pass(kSecond);
  clock.read();
  clock.pass(500 * kMillisecond);
  clock.slew(400e-6);
  const auto long_before = clock.stamp();
  clock.pass(500 * kMillisecond - 50 * kMicrosecond);
  const auto just_before = clock.stamp();
  clock.pass(50 * kMicrosecond);
  clock.read();
  CHECK_FALSE(clock.error_of(long_before));
  REQUIRE(clock.error_of(just_before));
  CHECK(std::llabs(*clock.error_of(just_before)) <= 20);
  // Not for whoever needs it better than that.
  CHECK(clock.timebase().to_common(just_before.realtime_ns, 50));
  CHECK_FALSE(clock.timebase().to_common(just_before.realtime_ns, 10));
}

TEST_CASE("a reading that was interrupted changes nothing") {
  SystemClock clock;
  run(clock, kSecond / 64, 64);
  clock.pass(kMillisecond);
  clock.read(20 * kMicrosecond, 9 * kMicrosecond);
  CHECK(clock.error_of(clock.stamp()) == 0);
}

TEST_CASE("a first reading that was interrupted makes no step of the second, which is believed") {
  const SystemClockReading wrong{.realtime_ns = kDate - 20 * kMicrosecond,
                                 .monotonic_ns = kUptime,
                                 .raw_ns = kUptime - 9 * kMicrosecond,
                                 .window_ns = 50 * kMicrosecond};
  SystemTimebase timebase(wrong);
  const int64_t later = 5 * kMillisecond;
  timebase.add({.realtime_ns = kDate + later,
                .monotonic_ns = kUptime + later,
                .raw_ns = kUptime + later,
                .window_ns = 100});
  CHECK(timebase.to_common(kDate + later) == timebase.common_ns());
  CHECK(timebase.to_common(kDate + later - kMillisecond) == timebase.common_ns() - kMillisecond);
}

TEST_CASE("polled every 50 us, a slew is followed as well") {
  SystemClock clock;
  clock.slew(500e-6);
  for (int i = 0; i < 4'000; ++i) {
    clock.pass(50 * kMicrosecond);
    clock.read(80, i % 41 - 20);
    const auto error = clock.error_of(clock.stamp());
    REQUIRE(error);
    CHECK(std::llabs(*error) <= 2 * 80);
  }
}

TEST_CASE(
    "a time stamp that is newer than the latest reading, or far older, asks for another one") {
  SystemClock clock;
  run(clock, kSecond / 64, 64);
  const auto read = clock.stamp();
  CHECK_FALSE(clock.timebase().needs_reading(read.realtime_ns - kMillisecond));
  clock.pass(10 * kMicrosecond);
  CHECK(clock.timebase().needs_reading(clock.stamp().realtime_ns));
  // Set back since then.
  clock.step(-37 * kSecond);
  CHECK(clock.timebase().needs_reading(clock.stamp().realtime_ns));
  clock.read();
  CHECK(clock.error_of(clock.stamp()) == 0);
}
