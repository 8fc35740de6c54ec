// Every bound of the data plane: what it turns away is counted, and once what fills it has aged
// everything is free again.
#include <random>

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::kMaxHeldPerExchange;
using ptpswitch::dataplane::kMillisecond;
using ptpswitch::dataplane::kSecond;

namespace {

Bytes numbered(const Network& network, MessageType type, uint32_t sequence) {
  return network.from_master(type).sequence(static_cast<uint16_t>(sequence)).build();
}

Limits with(auto change) {
  Limits limits = ForwarderHarness::small_limits();
  change(limits);
  return limits;
}

}  // namespace

TEST_CASE("a full exchange table forgets the oldest exchange, counted; the newest are all there") {
  Network network(plain(), with([](Limits& limits) { limits.exchanges = 16; }));
  auto& harness = network.harness;
  for (uint32_t sequence = 0; sequence < 40; ++sequence) {
    harness.receive(kMasterPort, numbered(network, MessageType::kSync, sequence), kT0);
    network.stamp_all();
  }
  CHECK(harness.total(Counter::kExchangesEvicted) == 40 - 16);
  harness.clear_sent();
  for (uint32_t sequence = 24; sequence < 40; ++sequence) {
    harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, sequence));
    CHECK(harness.clear_sent() == 3);
  }
  CHECK(harness.total(Counter::kExchangesEvicted) == 40 - 16);
  // An evicted one is unknown: its Follow_Up waits in vain.
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 23));
  harness.advance(harness.small_limits().held_lifetime);
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 1);
}

TEST_CASE("an evicted exchange takes the messages that waited for it along, counted") {
  Network network(plain(), with([](Limits& limits) { limits.exchanges = 4; }));
  auto& harness = network.harness;
  for (uint32_t sequence = 0; sequence < 4; ++sequence) {
    harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, sequence));
  }
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 9), kT0);
  CHECK(harness.count(kMasterPort, Counter::kExchangesEvicted) == 1);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldFull) == 1);
  harness.clear_sent();
  // The one that was evicted is the oldest; time stamps of what followed still arrive.
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 3), kT0);
  harness.clear_sent();
  network.stamp_all();
  CHECK(harness.clear_sent() == 3);
}

TEST_CASE("an exchange ages: a Follow_Up or an answer after its lifetime finds nothing") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 1), kT0);
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  const auto lifetime = harness.small_limits().exchange_lifetime;
  harness.advance(lifetime - 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build());
  CHECK(harness.clear_sent() == 1);
  harness.advance(1);
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build());
  CHECK(harness.count(kMasterPort, Counter::kDropNoRequest) == 1);
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 1));
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(kMasterPort, Counter::kHeld) == 1);
}

TEST_CASE(
    "held messages are bounded: one more is dropped and counted, and after ageing all places are "
    "free") {
  Network network(plain(), with([](Limits& limits) { limits.held_messages = 8; }));
  auto& harness = network.harness;
  for (uint32_t round = 0; round < 3; ++round) {
    for (uint32_t sequence = 0; sequence < 9; ++sequence) {
      harness.receive(kMasterPort,
                      numbered(network, MessageType::kFollowUp, 100 * round + sequence));
    }
    CHECK(harness.count(kMasterPort, Counter::kHeld) == 8 * (round + 1));
    CHECK(harness.count(kMasterPort, Counter::kDropHeldFull) == round + 1);
    harness.advance(harness.small_limits().held_lifetime - 1);
    CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 8 * round);
    harness.advance(1);
    CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 8 * (round + 1));
  }
}

TEST_CASE("a place of a held message is free again as soon as the message has left") {
  Network network(plain(), with([](Limits& limits) { limits.held_messages = 1; }));
  auto& harness = network.harness;
  for (uint32_t sequence = 0; sequence < 10; ++sequence) {
    harness.receive(kMasterPort, numbered(network, MessageType::kSync, sequence), kT0);
    harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, sequence));
    network.stamp_all();
    CHECK(harness.clear_sent() == 6);
  }
  CHECK(harness.total(Counter::kDropHeldFull) == 0);
}

TEST_CASE(
    "messages that wait for one event message are bounded, so that one exchange cannot take all "
    "places") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  harness.clear_sent();
  for (uint32_t master = 0; master < kMaxHeldPerExchange + 3; ++master) {
    harness.receive(
        kMasterPort,
        network.from_master(MessageType::kDelayResp).source({0x1000 + master, 1}).build());
  }
  CHECK(harness.count(kMasterPort, Counter::kHeld) == kMaxHeldPerExchange);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldFull) == 3);
  network.stamp_all();
  CHECK(harness.clear_sent() == kMaxHeldPerExchange);
}

TEST_CASE("messages that go on waiting, port by port, count once") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 1), kT0);
  for (uint32_t i = 0; i < kMaxHeldPerExchange - 1; ++i) {
    harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 1));
  }
  harness.stamp(1, kT0 + 5);
  harness.stamp(2, kT0 + 5);
  // All of them still wait for port 3: there is room for one more.
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 1));
  CHECK(harness.count(kMasterPort, Counter::kDropHeldFull) == 0);
  harness.clear_sent();
  harness.stamp(3, kT0 + 5);
  CHECK(harness.clear_sent() == kMaxHeldPerExchange);
}

TEST_CASE(
    "time stamps in flight are bounded: one more event message goes out without, and its Follow_Up "
    "is dropped there") {
  Network network(plain(), with([](Limits& limits) { limits.in_flight = 4; }));
  auto& harness = network.harness;
  for (uint32_t sequence = 0; sequence < 5; ++sequence) {
    harness.receive(kMasterPort, numbered(network, MessageType::kSync, sequence), kT0);
  }
  for (const uint32_t port : {1u, 2u, 3u}) {
    CHECK(harness.sent(port).size() == 5);
    CHECK(harness.stamps_waiting(port) == 4);
    CHECK(harness.count(port, Counter::kTransmitTimestampsFull) == 1);
    CHECK(harness.count(port, Counter::kTxSync) == 5);
  }
  network.stamp_all();
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 4));
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.total(Counter::kDropCorrectionUnknown) == 3);
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 3));
  CHECK(harness.clear_sent() == 3);
}

TEST_CASE(
    "one port without room for time stamps takes no Follow_Up from the others, whatever came "
    "first") {
  Network network(plain(), with([](Limits& limits) { limits.in_flight = 1; }));
  auto& harness = network.harness;
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 1), kT0);
  for (const uint32_t port : {2u, 3u}) harness.stamp(port, kT0 + 5);  // port 1 is full
  harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, 2));
  harness.receive(kMasterPort, numbered(network, MessageType::kSync, 2), kT0);
  harness.clear_sent();
  for (const uint32_t port : {2u, 3u}) harness.stamp(port, kT0 + 6);
  network.check_sent(
      {2, 3},
      network.from_master(MessageType::kFollowUp).sequence(2).correction(scaled(6)).build());
  CHECK(harness.count(1, Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE("nothing leaks: whatever was left undone, after ageing every place is free again") {
  constexpr uint32_t kSeeds = 20;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Network network(plain());
    auto& harness = network.harness;
    harness.forwarder.configure(3, {.outstanding_limit = 1});
    constexpr MessageType kTypes[] = {MessageType::kSync,
                                      MessageType::kDelayReq,
                                      MessageType::kPdelayReq,
                                      MessageType::kPdelayResp,
                                      MessageType::kFollowUp,
                                      MessageType::kDelayResp,
                                      MessageType::kPdelayRespFollowUp};
    harness.keep_sent = false;
    for (int step = 0; step < 3'000; ++step) {
      const MessageType type = kTypes[random() % std::size(kTypes)];
      const bool request = type == MessageType::kDelayReq || type == MessageType::kPdelayReq;
      auto message = request ? network.from_slave(type) : network.from_master(type);
      message.sequence(static_cast<uint16_t>(random() % 50)).two_step(random() % 2);
      harness.receive(random() % 3, message.build(), kT0);
      for (uint32_t port = 0; port < 4; ++port) {
        if (harness.stamps_waiting(port) == 0) continue;
        if (random() % 3 == 0) harness.stamp(port, kT0 + 1);
        if (random() % 3 == 0 && harness.stamps_waiting(port) != 0) harness.lose_stamp(port);
      }
      if (random() % 10 == 0) harness.advance(random() % (40 * kMillisecond));
    }
    for (uint32_t port = 0; port < 4; ++port) {
      while (harness.stamps_waiting(port) != 0) harness.lose_stamp(port);
    }
    // Queued events leave one by one, each after its predecessor's time stamp was given up.
    for (int i = 0; i < 20; ++i) harness.advance(kSecond);
    CHECK_FALSE(harness.forwarder.next_deadline());

    const Limits limits = harness.small_limits();
    const uint64_t held = harness.total(Counter::kHeld);
    const uint64_t full = harness.total(Counter::kDropHeldFull);
    const uint64_t evicted = harness.total(Counter::kExchangesEvicted);
    const uint64_t no_room = harness.total(Counter::kTransmitTimestampsFull);
    for (uint32_t sequence = 0; sequence < limits.held_messages; ++sequence) {
      harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, sequence));
      harness.receive(kMasterPort, numbered(network, MessageType::kSync, sequence), kT0);
    }
    CHECK(harness.total(Counter::kHeld) == held + limits.held_messages);
    for (uint32_t sequence = limits.held_messages; sequence < limits.exchanges; ++sequence) {
      harness.receive(kMasterPort, numbered(network, MessageType::kFollowUp, sequence));
    }
    CHECK(harness.total(Counter::kDropHeldFull) == full + limits.exchanges - limits.held_messages);
    CHECK(harness.total(Counter::kExchangesEvicted) == evicted);
    CHECK(harness.total(Counter::kTransmitTimestampsFull) == no_room);
    CHECK(harness.stamps_waiting(1) == limits.in_flight);
  }
}
