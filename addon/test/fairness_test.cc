// One port cannot spend what another one needs: whoever has most of a pool makes room in it, and is
// named by the counter.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::kMillisecond;

namespace {

constexpr uint32_t kFloodedPort = 1;
const Host kFlooder{66};

PacketBuilder from_flooder(MessageType type, uint32_t sequence) {
  return PacketBuilder(type)
      .from(kFlooder)
      .source(kFlooder.identity())
      .sequence(static_cast<uint16_t>(sequence));
}

PacketBuilder sync(uint16_t sequence) {
  return PacketBuilder(MessageType::kSync).two_step(true).sequence(sequence);
}

}  // namespace

TEST_CASE("Follow_Ups without a Sync leave room for those that have to wait for one") {
  ForwarderHarness harness(4, Limits{});
  harness.keep_sent = false;
  for (uint32_t i = 0; i < Limits{}.held_messages; ++i) {
    harness.receive(kFloodedPort, from_flooder(MessageType::kFollowUp, i).build());
    harness.now += 60'000;
  }
  harness.keep_sent = true;
  harness.receive(kMasterPort, sync(7).build());
  harness.receive(kMasterPort, PacketBuilder(MessageType::kFollowUp).sequence(7).build());
  harness.clear_sent();
  harness.stamp_all(kT0 + 5'000);
  CHECK(harness.sent(kSlavePort).size() == 1);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldFull) == 0);
  CHECK(harness.count(kFloodedPort, Counter::kDropHeldFull) == 1);
}

TEST_CASE("unanswered requests leave every other port its share of the exchanges") {
  const Limits limits = ForwarderHarness::small_limits();
  ForwarderHarness harness(4, limits);
  harness.keep_sent = false;
  uint32_t flooded = 0;
  const auto flood = [&](uint32_t requests) {
    for (uint32_t i = 0; i < requests; ++i) {
      harness.receive(kFloodedPort, from_flooder(MessageType::kDelayReq, flooded++).build());
      harness.stamp_all(kT0 + 1'000);
      harness.now += 10;
    }
  };
  flood(limits.exchanges);
  CHECK(harness.total(Counter::kExchangesEvicted) == 0);

  const auto request = [](uint32_t sequence) {
    return PacketBuilder(MessageType::kDelayReq)
        .from(kSlave)
        .source(kSlave.identity())
        .sequence(static_cast<uint16_t>(sequence))
        .build();
  };
  const auto answer = [](uint32_t sequence) {
    return PacketBuilder(MessageType::kDelayResp)
        .from(kMaster)
        .source(kMaster.identity())
        .requesting(kSlave.identity())
        .sequence(static_cast<uint16_t>(sequence))
        .build();
  };
  // Whoever has less than its share takes from the flooder, and not from itself or the others.
  const uint32_t share = limits.exchanges / harness.ports();
  for (uint32_t i = 0; i < share; ++i) {
    harness.receive(kSlavePort, request(i));
    harness.stamp_all(kT0 + 1'000);
    harness.now += 10;
  }
  flood(limits.exchanges);  // the slave's are the oldest of all now
  CHECK(harness.count(kFloodedPort, Counter::kExchangesEvicted) == share + limits.exchanges);
  CHECK(harness.total(Counter::kExchangesEvicted) == share + limits.exchanges);

  harness.keep_sent = true;
  for (uint32_t i = 0; i < share; ++i) harness.receive(kMasterPort, answer(i));
  CHECK(harness.sent(kSlavePort).size() == share);
}

TEST_CASE("in a full queue a Sync of another port gets the place of the newest request") {
  ForwarderHarness harness(4, Limits{});
  harness.forwarder.configure(3, {.outstanding_limit = 1});
  for (uint32_t i = 0; i <= Limits{}.queued_events; ++i) {
    harness.receive(kFloodedPort, from_flooder(MessageType::kDelayReq, i).build());
  }
  harness.receive(kMasterPort, sync(9).build());
  CHECK(harness.count(3, Counter::kDropEventQueueFull) == 1);
  harness.sent(3);
  harness.stamp(3, kT0 + 1'000);
  // It also goes before the requests that have waited longer.
  CHECK(harness.sent(3) == Frames{sync(9).build()});
}

TEST_CASE("a register that is given up goes to what has waited longest for it") {
  ForwarderHarness harness(4, Limits{});
  harness.forwarder.configure(1, {.outstanding_limit = 1});
  harness.receive(kMasterPort, sync(1).build());
  harness.receive(kMasterPort, sync(2).build());
  harness.clear_sent();
  harness.now += 21 * kMillisecond;  // the register counts as free, but nobody has looked yet
  harness.receive(kMasterPort, sync(3).build());
  CHECK(harness.sent(1) == Frames{sync(2).build()});
}

TEST_CASE(
    "time stamps that are lost with the link do not lower what the hardware is trusted with") {
  ForwarderHarness harness(4, Limits{});
  harness.forwarder.configure(1, {.outstanding_limit = 64});
  for (uint16_t i = 1; i <= 7; ++i) harness.receive(kMasterPort, sync(i).build());
  harness.forwarder.set_link(1, false);
  while (harness.stamps_waiting(1) != 0) harness.lose_stamp(1);
  harness.advance(200 * kMillisecond);
  harness.forwarder.set_link(1, true);
  for (uint16_t i = 100; i < 164; ++i) harness.receive(kMasterPort, sync(i).build());
  CHECK(harness.count(1, Counter::kEventsQueued) == 0);
}

TEST_CASE(
    "what the hardware is trusted with is halved once for what is lost together, and grows again") {
  ForwarderHarness harness(4, Limits{});
  harness.forwarder.configure(1, {.outstanding_limit = 8});
  for (uint16_t i = 1; i <= 7; ++i) harness.receive(kMasterPort, sync(i).build());
  while (harness.stamps_waiting(1) != 0) harness.lose_stamp(1);
  harness.advance(200 * kMillisecond);
  uint16_t sequence = 100;
  const auto burst = [&](uint32_t messages) {
    const auto before = harness.count(1, Counter::kEventsQueued);
    for (uint32_t i = 0; i < messages; ++i) harness.receive(kMasterPort, sync(sequence++).build());
    while (harness.stamps_waiting(1) != 0) harness.stamp(1, kT0 + 100);
    return harness.count(1, Counter::kEventsQueued) - before;
  };
  CHECK(burst(5) == 1);  // four at a time
  for (int i = 0; i < 40; ++i) burst(1);
  CHECK(burst(8) == 0);
}
