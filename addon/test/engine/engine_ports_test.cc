// Interfaces that come, go, change their names and their link, while others forward.
#include <linux/net_tstamp.h>

#include "addon/test/engine/engine_harness.h"
#include "addon/test/engine/messages.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

constexpr uint16_t kGone = 0;
constexpr uint16_t kDown = 1;
constexpr uint16_t kUp = 3;

}  // namespace

TEST_CASE("while a question about one interface is held up, two others forward") {
  EngineHarness harness(3);
  harness.network.hold();
  harness.network.set_link("p2", false);
  harness.network.wait_held();
  for (uint16_t sequence = 1; sequence <= 100; ++sequence) {
    const int64_t received = realtime_ns();
    harness.port(0).put({sync(sequence), received});
    const auto sent = harness.port(1).wait_sent(1);
    harness.port(1).stamp(*sent.at(0).number, received + 900);
    harness.port(0).put({follow_up(sequence), received});
    CHECK(correction_ns(harness.port(1).wait_sent(1).at(0).frame) == 900);
  }
  harness.network.release();
  CHECK(harness.link_told(2, kDown));
}

TEST_CASE("a link that goes and comes is told, and forwarding follows it") {
  EngineHarness harness(2);
  CHECK(harness.link_told(1, kUp));
  harness.network.set_link("p1", false);
  CHECK(harness.link_told(1, kDown));
  harness.port(0).put({announce(1), realtime_ns()});
  CHECK(harness.counts(1, Counter::kDropLinkDown, 1));
  harness.forget_records();
  harness.network.set_link("p1", true);
  CHECK(harness.link_told(1, kUp));
  harness.port(0).put({announce(2), realtime_ns()});
  CHECK(sequence_of(harness.port(1).wait_sent(1).at(0).frame) == 2);
}

TEST_CASE("an interface that is renamed is gone, and back when it has its name again") {
  EngineHarness harness(2);
  CHECK(harness.link_told(1, kUp));
  harness.network.rename("p1", "other");
  CHECK(harness.link_told(1, kGone));
  CHECK_FALSE(harness.engine->ports().at(1).present);
  CHECK(eventually([&] { return !harness.network.at("other").is_open(); }));
  // What comes in by it is not forwarded any more.
  harness.network.at("other").put({announce(1), realtime_ns()});
  harness.forget_records();
  harness.network.rename("other", "p1");
  CHECK(harness.link_told(1, kUp));
  CHECK(harness.engine->ports().at(1).present);
  harness.port(1).put({announce(2), realtime_ns()});
  CHECK(sequence_of(harness.port(0).wait_sent(1).at(0).frame) == 2);
}

TEST_CASE("an interface that another one takes the name of is opened as that one") {
  EngineHarness harness(2);
  CHECK(harness.link_told(1, kUp));
  const int before = harness.engine->ports().at(1).interface_index;
  harness.network.remove("p1");
  CHECK(harness.link_told(1, kGone));
  harness.forget_records();
  harness.network.add("p1");
  CHECK(harness.link_told(1, kUp));
  CHECK(harness.engine->ports().at(1).interface_index != before);
}

TEST_CASE("a policy is in force for whatever comes in after it, also while the thread polls") {
  io::EngineOptions options;
  options.busy_poll = true;
  EngineHarness harness(2, options);
  for (uint16_t turn = 0; turn < 200; ++turn) {
    harness.engine->program(policy_everywhere(dataplane::Action::kDrop));
    harness.port(0).put({announce(2 * turn), realtime_ns()});
    REQUIRE(harness.counts(0, Counter::kDropByPolicy, turn + 1));
    harness.engine->program(policy_everywhere(dataplane::Action::kEndToEndTransparent));
    harness.port(0).put({announce(2 * turn + 1), realtime_ns()});
    REQUIRE(harness.port(1).wait_sent(1).size() == 1);
  }
}

TEST_CASE("a message that waits for a port that goes is dropped, and its clock is told") {
  EngineHarness harness(2);
  harness.engine->submit({{.port = 1, .frame = sync(9), .context = 41}});
  harness.port(1).wait_sent(1);
  harness.network.remove("p1");
  CHECK(harness.told([](const ReadRecord& record) {
    return record.kind == io::RecordKind::kTransmitTimestampLost && record.context == 41;
  }));
}

TEST_CASE("what tells of a state is never lost to frames") {
  EngineHarness harness(2);
  CHECK(harness.link_told(1, kUp));
  harness.forget_records();
  harness.engine->program(policy_everywhere(dataplane::Action::kTerminate));
  // Far more than there is room for, and nobody drains.
  uint16_t sequence = 0;
  while (harness.count(0, Counter::kDropRecordsFull) == 0) {
    for (int i = 0; i < 200; ++i) harness.port(0).put({announce(sequence++), realtime_ns()});
    std::this_thread::yield();
  }
  harness.network.set_link("p1", false);
  CHECK(eventually([&] { return !harness.engine->ports().at(1).link; }));
  CHECK(harness.link_told(1, kDown));
}

TEST_CASE("a hardware clock that goes with its interface is opened again when it comes back") {
  io::EngineOptions options;
  EngineHarness harness(2, options, 3);
  harness.network.set_clock(3, 1'000'000'000);
  const auto related = [&] {
    const auto ports = harness.engine->ports();
    return ports[0].clock_related && ports[1].clock_related;
  };
  CHECK(eventually(related));
  CHECK(harness.engine->ports().at(0).timestamping == io::TimestampingMode::kHardware);
  // The driver is unloaded: both interfaces go, and the clock answers no more.
  harness.network.set_clock(3, std::nullopt);
  harness.network.remove("p0");
  harness.network.remove("p1");
  CHECK(harness.link_told(0, kGone));
  CHECK(harness.link_told(1, kGone));
  CHECK_FALSE(harness.engine->ports().at(0).clock_related);
  // And loaded again: the same number, another clock.
  harness.network.set_clock(3, -5'000'000'000);
  harness.network.add("p0", 3);
  harness.network.add("p1", 3);
  CHECK(eventually(related));
  CHECK(std::abs(harness.engine->ports().at(1).clock_offset_ns + 5'000'000'000) < 1'000'000);
  const int64_t received = realtime_ns() - 5'000'000'000;
  harness.port(0).put({sync(1), received});
  const auto sent = harness.port(1).wait_sent(1);
  harness.port(1).stamp(*sent.at(0).number, received + 2'000);
  harness.port(0).put({follow_up(1), received});
  // The rate of the clock is known by readings.
  const int64_t correction = correction_ns(harness.port(1).wait_sent(1).at(0).frame);
  CHECK(std::abs(correction - 2'000) <= 1);
}

TEST_CASE("an interface that comes back without hardware time stamps goes on with software ones") {
  EngineHarness harness(2, {}, 3);
  harness.network.set_clock(3, 0);
  CHECK(harness.engine->ports().at(1).timestamping == io::TimestampingMode::kHardware);
  harness.network.remove("p1");
  harness.network.add("p1");
  CHECK(eventually([&] {
    const auto port = harness.engine->ports().at(1);
    return port.present && port.timestamping == io::TimestampingMode::kSoftware;
  }));
}

TEST_CASE(
    "a mode that another program changes is told and set again, also while the thread polls") {
  for (const bool busy_poll : {false, true}) {
    CAPTURE(busy_poll);
    io::EngineOptions options;
    options.busy_poll = busy_poll;
    EngineHarness harness(2, options, 3);
    harness.network.set_clock(3, 0);
    const io::HardwareTimestampConfig wanted{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_ALL};
    CHECK(harness.network.mode("p1") == wanted);
    harness.network.change_mode("p1", {HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_NONE});
    CHECK(harness.told([](const ReadRecord& record) {
      return record.kind == io::RecordKind::kPortError && record.port == 1 &&
             record.payload.find("another program has changed") == 0;
    }));
    CHECK(eventually([&] { return harness.network.mode("p1") == wanted; }));
  }
}

TEST_CASE("the former mode is given back to the interface that had it, and to no other") {
  const io::HardwareTimestampConfig former{HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_ALL};
  auto harness = std::make_unique<EngineHarness>(1, io::EngineOptions{}, 3);
  FakeNetwork& network = harness->network;
  network.remove("p0");
  CHECK(harness->link_told(0, kGone));
  harness->engine.reset();
  network.add("p0", 3);
  network.change_mode("p0", former);
  io::EngineOptions options;
  options.ports.push_back({.interface = "p0", .settings = {}, .former = {}});
  harness->open(options);
  // While the engine is held up, another interface takes the name.
  network.hold();
  network.remove("p0");
  network.add("p0", 3);
  network.change_mode("p0", {HWTSTAMP_TX_ON, HWTSTAMP_FILTER_PTP_V2_EVENT});
  network.wait_held();
  network.release();
  harness->engine.reset();
  CHECK(network.mode("p0") != former);
}

TEST_CASE("a port that cannot be opened is told once, and tried until it can") {
  EngineHarness harness(2, {}, 3);
  harness.network.set_clock(3, 0);
  harness.network.remove("p1");
  CHECK(harness.link_told(1, kGone));
  harness.network.mode_error = EBUSY;
  harness.network.add("p1", 3);
  CHECK(harness.told([](const ReadRecord& record) {
    return record.kind == io::RecordKind::kPortError && record.port == 1 &&
           record.payload.find("refused") != std::string::npos;
  }));
  harness.forget_records();
  harness.network.mode_error = 0;
  CHECK(harness.link_told(1, kUp));  // nothing has happened to the interface meanwhile
}
