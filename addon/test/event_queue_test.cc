// Hardware that holds few transmit time stamps: event messages wait their turn, first in first out,
// and the wait is residence.
#include "addon/dataplane/event_queue.h"

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::EventQueue;
using ptpswitch::dataplane::kMaxFrameLength;
using ptpswitch::dataplane::TransmitTag;

namespace {

// Port 1 of the network holds `limit` time stamps; the others any number.
constexpr uint32_t kNarrow = 1;

struct NarrowNetwork : Network {
  explicit NarrowNetwork(uint32_t limit, const Limits& limits = ForwarderHarness::small_limits())
      : Network(plain(), limits) {
    harness.forwarder.configure(kNarrow, {.outstanding_limit = limit});
  }
  Bytes sync(uint32_t sequence) const { return numbered(MessageType::kSync, sequence).build(); }
  PacketBuilder follow_up(uint32_t sequence) const {
    return numbered(MessageType::kFollowUp, sequence);
  }
  void receive_syncs(uint32_t first, uint32_t last) {
    for (uint32_t sequence = first; sequence <= last; ++sequence) {
      harness.receive(kMasterPort, sync(sequence), kT0);
    }
  }

 private:
  PacketBuilder numbered(MessageType type, uint32_t sequence) const {
    return from_master(type).sequence(static_cast<uint16_t>(sequence));
  }
};

}  // namespace

TEST_CASE("a queue gives back what was put in, in order, around its end") {
  EventQueue queue(3);
  CHECK(queue.empty());
  uint8_t frame[kMaxFrameLength] = {};
  uint32_t in = 0, out = 0;
  for (int round = 0; round < 10; ++round) {
    while (!queue.full()) {
      frame[0] = static_cast<uint8_t>(in);
      queue.push({TransmitTag::Owner::kClock, in, 0}, MessageType::kDelayReq, frame,
                 static_cast<uint16_t>(60 + in));
      ++in;
    }
    CHECK(in - out == 3);
    for (int i = 0; i < 2; ++i, ++out) {
      CHECK(queue.front().tag.index == out);
      CHECK(queue.front().length == 60 + out);
      CHECK(queue.front().frame[0] == out);
      CHECK(queue.front().type == MessageType::kDelayReq);
      queue.pop();
    }
    CHECK_FALSE(queue.full());
    CHECK_FALSE(queue.empty());
  }
}

TEST_CASE(
    "one time stamp at a time: the next event message leaves when the time stamp of the one before "
    "is in") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 3);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(1)});
  CHECK(harness.sent(2).size() == 3);  // no other port waits for it
  CHECK(harness.count(kNarrow, Counter::kEventsQueued) == 2);
  harness.stamp(kNarrow, kT0 + 100);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(2)});
  harness.stamp(kNarrow, kT0 + 5'100);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
  harness.stamp(kNarrow, kT0 + 10'100);
  CHECK(harness.sent(kNarrow).empty());
  // The wait is part of the residence.
  for (uint32_t sequence = 1; sequence <= 3; ++sequence) {
    harness.receive(kMasterPort, network.follow_up(sequence).build());
    CHECK(
        harness.sent(kNarrow) ==
        Frames{
            network.follow_up(sequence).correction(scaled(5'000 * (sequence - 1) + 100)).build()});
  }
}

TEST_CASE("a Follow_Up waits for its queued Sync") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 2);
  harness.receive(kMasterPort, network.follow_up(2).build());
  harness.clear_sent();
  harness.stamp(kNarrow, kT0 + 100);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(2)});
  harness.stamp(kNarrow, kT0 + 900);
  CHECK(harness.sent(kNarrow) == Frames{network.follow_up(2).correction(scaled(900)).build()});
}

TEST_CASE("hardware that holds two time stamps has two messages under way") {
  NarrowNetwork network(2);
  auto& harness = network.harness;
  network.receive_syncs(1, 4);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(1), network.sync(2)});
  harness.stamp(kNarrow, kT0 + 200, 1);  // in any order
  CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
  harness.stamp(kNarrow, kT0 + 300);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(4)});
}

TEST_CASE("general messages do not queue") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 2);
  harness.clear_sent();
  const auto announce = network.from_master(MessageType::kAnnounce);
  harness.receive(kMasterPort, announce.build());
  CHECK(harness.sent(kNarrow) == Frames{announce.build()});
}

TEST_CASE(
    "a full queue turns away the newest, counted, at that port alone; its Follow_Up is not sent "
    "there") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  const uint32_t fit = 1 + harness.small_limits().queued_events;
  network.receive_syncs(1, fit + 1);
  CHECK(harness.count(kNarrow, Counter::kDropEventQueueFull) == 1);
  CHECK(harness.sent(2).size() == fit + 1);
  for (const uint32_t port : {2u, 3u}) {
    while (harness.stamps_waiting(port) != 0) harness.stamp(port, kT0 + 50);
  }
  harness.clear_sent();
  harness.receive(kMasterPort, network.follow_up(fit + 1).build());
  network.check_sent({2, 3}, network.follow_up(fit + 1).correction(scaled(50)).build());
  CHECK(harness.count(kNarrow, Counter::kDropCorrectionUnknown) == 1);
  for (uint32_t sequence = 2; sequence <= fit; ++sequence) {
    harness.stamp(kNarrow, kT0 + 50);
    CHECK(harness.sent(kNarrow) == Frames{network.sync(sequence)});
  }
}

TEST_CASE("a time stamp that never comes holds the queue up while a register may hold it") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  const auto limits = harness.small_limits();
  const int64_t start = harness.now;
  network.receive_syncs(1, 3);
  harness.clear_sent();
  harness.lose_stamp(kNarrow);
  CHECK(harness.forwarder.next_deadline() == start + limits.register_timeout);
  harness.advance(limits.register_timeout - 1);
  CHECK(harness.sent(kNarrow).empty());
  harness.advance(1);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(2)});
  harness.stamp(kNarrow, kT0 + limits.register_timeout + 77);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
  harness.receive(kMasterPort, network.follow_up(2).build());
  CHECK(harness.sent(kNarrow) ==
        Frames{network.follow_up(2).correction(scaled(limits.register_timeout + 77)).build()});
  // Its time stamp is given up after the same time-out as any other.
  harness.advance(start + limits.transmit_timestamp_timeout - harness.now);
  CHECK(harness.count(kNarrow, Counter::kTransmitTimestampMissing) == 0);
  harness.advance(1);
  CHECK(harness.count(kNarrow, Counter::kTransmitTimestampMissing) == 1);
}

TEST_CASE("a time stamp that comes after the next message has left is its own message's still") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 2);
  harness.advance(harness.small_limits().register_timeout);
  harness.clear_sent();
  REQUIRE(harness.stamps_waiting(kNarrow) == 2);
  for (const uint16_t sequence : {1, 2}) {
    harness.stamp(kNarrow, kT0 + 1'000 * sequence);
    harness.receive(kMasterPort, network.follow_up(sequence).build());
    CHECK(harness.sent(kNarrow) ==
          Frames{network.follow_up(sequence).correction(scaled(1'000 * sequence)).build()});
  }
}

TEST_CASE("of several registers, one whose time stamp never comes makes room for one message") {
  NarrowNetwork network(2);
  auto& harness = network.harness;
  network.receive_syncs(1, 4);  // 1 and 2 have left
  harness.clear_sent();
  harness.advance(harness.small_limits().register_timeout / 2);
  harness.stamp(kNarrow, kT0 + 10, 1);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
  harness.advance(harness.small_limits().register_timeout / 2);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(4)});
}

TEST_CASE(
    "a queued message whose turn comes on a dead link, or whose send fails, makes way for the "
    "next") {
  for (const bool link_down : {true, false}) {
    CAPTURE(link_down);
    NarrowNetwork network(1);
    auto& harness = network.harness;
    network.receive_syncs(1, 3);
    harness.receive(kMasterPort, network.follow_up(2).build());
    harness.clear_sent();
    if (link_down) {
      harness.forwarder.set_link(kNarrow, false);
    } else {
      harness.fail_sends(kNarrow, 1);
    }
    harness.stamp(kNarrow, kT0 + 100);
    if (link_down) {
      CHECK(harness.sent(kNarrow).empty());
      CHECK(harness.count(kNarrow, Counter::kDropLinkDown) == 2);
    } else {
      CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
      CHECK(harness.count(kNarrow, Counter::kDropSendFailed) == 1);
    }
    CHECK(harness.count(kNarrow, Counter::kDropCorrectionUnknown) == 1);  // of the held Follow_Up
  }
}

TEST_CASE("a queued message whose exchange was evicted meanwhile is dropped and counted") {
  Limits limits = ForwarderHarness::small_limits();
  limits.exchanges = 2;
  NarrowNetwork network(1, limits);
  auto& harness = network.harness;
  network.receive_syncs(1, 4);  // 2 takes the place of none, 3 that of 1, 4 that of 2
  harness.clear_sent();
  harness.stamp(kNarrow, kT0 + 100);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(3)});
  CHECK(harness.count(kNarrow, Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE(
    "frames of a clock of this box queue with the others, and are told when they are turned away") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 1);
  harness.clear_sent();
  const PacketBuilder request(MessageType::kDelayReq);
  const uint32_t places = harness.small_limits().queued_events;
  for (uint32_t context = 0; context <= places; ++context) {
    CHECK(harness.submit(kNarrow, request.build(), context));
  }
  using ClockStamps = std::vector<ForwarderHarness::ClockStamp>;
  CHECK(harness.clock_stamps == ClockStamps{{kNarrow, places, std::nullopt}});
  CHECK(harness.sent(kNarrow).empty());
  harness.stamp(kNarrow, kT0 + 1);
  CHECK(harness.sent(kNarrow) == Frames{request.build()});
  harness.stamp(kNarrow, kT0 + 2);
  CHECK(harness.clock_stamps.back() == ForwarderHarness::ClockStamp{kNarrow, 0, kT0 + 2});
}

TEST_CASE("what is queued when the limit is lifted leaves") {
  NarrowNetwork network(1);
  auto& harness = network.harness;
  network.receive_syncs(1, 3);
  harness.clear_sent();
  harness.forwarder.configure(kNarrow, {.outstanding_limit = 0});
  harness.stamp(kNarrow, kT0 + 1);
  CHECK(harness.sent(kNarrow) == Frames{network.sync(2), network.sync(3)});
}
