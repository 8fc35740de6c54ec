// The system clock is set and slewed under the engine, which uses its time stamps.
#include "addon/test/engine/engine_harness.h"
#include "addon/test/engine/messages.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kTenth = kSecond / 10;

// A test that has to wait for a processor loses nothing by it.
io::EngineOptions patient() {
  io::EngineOptions options;
  options.limits.transmit_timestamp_timeout = 3'600 * dataplane::kSecond;
  options.limits.held_lifetime = 3'600 * dataplane::kSecond;
  return options;
}

// How far two readings of the kernel's clocks are apart from what they should be, at most.
constexpr int64_t kReadingsNs = 2'000;

// One Sync with its Follow_Up through the switch, which holds it for 30 ms and whatever this takes:
// how far the correction that it gets is off. Meanwhile `disturb` is called.
template <typename Disturb>
int64_t error_through(EngineHarness& harness, uint16_t sequence, Disturb disturb) {
  const auto received = harness.network.system_clock();
  harness.port(0).put({sync(sequence), received.realtime_ns});
  const auto sent = harness.port(1).wait_sent(1);
  disturb();
  harness.network.pass(30'000'000);
  const auto left = harness.network.system_clock();
  harness.port(1).stamp(*sent.at(0).number, left.realtime_ns);
  harness.port(0).put({follow_up(sequence), harness.network.system_clock_ns()});
  const int64_t correction = correction_ns(harness.port(1).wait_sent(1).at(0).frame);
  return correction - (left.raw_ns - received.raw_ns);
}

}  // namespace

TEST_CASE("a residence through a step of the system clock is as long as it was") {
  for (const int64_t step : {37 * kSecond, -37 * kSecond}) {
    CAPTURE(step);
    EngineHarness harness(2, patient());
    const auto nothing = [] {};
    CHECK(std::abs(error_through(harness, 1, nothing)) < kReadingsNs);
    const auto disturb = [&] { harness.network.step_system_clock(step); };
    CHECK(std::abs(error_through(harness, 2, disturb)) < kReadingsNs);
    CHECK(std::abs(error_through(harness, 3, nothing)) < kReadingsNs);
    for (const uint32_t port : {0, 1}) {
      CHECK(harness.count(port, Counter::kClockDisturbed) == 0);
      CHECK(harness.count(port, Counter::kClockMoved) == 0);
    }
  }
}

TEST_CASE("a residence in a slew of the system clock is as long as it was") {
  EngineHarness harness(2, patient());
  harness.network.slew_system_clock(400e-6);
  for (uint16_t sequence = 0; sequence < 3; ++sequence) {
    harness.network.pass(30'000'000);
    harness.port(0).put({announce(sequence), harness.network.system_clock_ns()});
    harness.port(1).wait_sent(1);
  }
  for (uint16_t sequence = 3; sequence < 20; ++sequence) {
    // 400 ppm of 30 ms are 12 us.
    CHECK(std::abs(error_through(harness, sequence, [] {})) < kReadingsNs);
  }
}

TEST_CASE("a time stamp that nobody can place is counted, and its Follow_Up does not go out") {
  EngineHarness harness(2, patient());
  harness.port(0).put({sync(1), harness.network.system_clock_ns()});
  const auto sent = harness.port(1).wait_sent(1);
  harness.network.step_system_clock(kSecond);
  // As if taken half a second ago, which is neither of before nor of after.
  harness.port(1).stamp(*sent.at(0).number, harness.network.system_clock_ns() - kSecond / 2);
  harness.port(0).put({follow_up(1), harness.network.system_clock_ns()});
  CHECK(harness.counts(1, Counter::kClockDisturbed, 1));
  CHECK(harness.counts(1, Counter::kDropCorrectionUnknown, 1));
  CHECK(harness.count(1, Counter::kTransmitTimestampMissing) == 0);
  harness.port(0).put({sync(2), harness.network.system_clock_ns() - kSecond / 2});
  CHECK(harness.counts(0, Counter::kClockDisturbed, 1));
  CHECK(harness.count(0, Counter::kReceiveTimestampMissing) == 0);
}

TEST_CASE("a step while the thread sleeps wakes it: the next time stamps are of after that") {
  for (const bool told : {true, false}) {
    CAPTURE(told);
    EngineHarness harness(2);
    harness.port(0).put({sync(1), harness.network.system_clock_ns()});
    harness.port(1).wait_sent(1);
    harness.network.pass(3 * kTenth);
    const uint32_t readings = harness.network.system_clock_readings();
    if (told) {
      harness.network.step_system_clock(-kTenth);
      CHECK(eventually([&] { return harness.network.system_clock_readings() != readings; }));
    } else {
      harness.network.step_system_clock_quietly(-kTenth);
    }
    harness.network.pass(2 * kTenth);
    harness.port(0).put({sync(2), harness.network.system_clock_ns()});
    harness.port(1).wait_sent(1);
    CHECK(harness.count(0, Counter::kClockDisturbed) == (told ? 0 : 1));
  }
}

TEST_CASE("what is handed up is of the timebase, and the system clock is told beside it") {
  EngineHarness harness(1);
  harness.engine->program(policy_everywhere(dataplane::Action::kTerminate));
  harness.network.step_system_clock(-5 * kSecond);
  harness.network.slew_system_clock(100e-6);
  const auto clock = harness.engine->read_system_clock();
  CHECK(std::abs(clock.realtime_ns - clock.common_ns + 5 * kSecond) < 1'000'000);
}

TEST_CASE("a hardware clock keeps its relation while the system clock is set and slewed") {
  using Reference = FakeNetwork::Reference;
  for (const auto reference :
       {Reference::kRealtimeAlone, Reference::kRealtimeAlways, Reference::kMonotonicRaw}) {
    CAPTURE(static_cast<int>(reference));
    EngineHarness harness(2, {}, 3);
    harness.network.reference = reference;
    harness.network.set_clock(3, 7 * kSecond);
    const auto related = [&] { return harness.engine->ports().at(0).clock_related; };
    REQUIRE(eventually(related));
    int64_t ahead = 0;
    for (const int64_t step : {37 * kSecond, -36 * kSecond, 2 * kSecond}) {
      harness.network.step_system_clock(step);
      harness.network.slew_system_clock(400e-6);
      ahead += step;
      // It is told as it stands to the system clock: so the clocks have been read since.
      CHECK(eventually([&] {
        const int64_t told = harness.engine->ports().at(0).clock_offset_ns;
        return std::abs(told - (7 * kSecond - ahead)) < 100'000'000;
      }));
      CHECK(related());
    }
    CHECK(harness.count(0, Counter::kClockMoved) == 0);
  }
}
