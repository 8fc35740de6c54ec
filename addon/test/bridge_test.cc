// The forwarder keeps to what the kernel's bridge has decided: blocked ports, VLANs between tagged
// and untagged ports, topology changes. And it stops messages that go round a loop.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::BridgePolicy;
using ptpswitch::dataplane::kLoopIsolation;
using ptpswitch::dataplane::kLoopWindow;
using ptpswitch::dataplane::kVlanIds;
using ptpswitch::dataplane::Policy;

namespace {

const Host kA{11};
const Host kB{12};

Policy with_bridge(const BridgePolicy& bridge) {
  Policy policy;
  policy.rules = {ForwarderHarness::transparent_everywhere()};
  policy.bridge = bridge;
  return policy;
}

// Ports 0 and 1 are access ports of VLANs 10 and 20, port 2 is a trunk of both, port 3 access
// of 10.
BridgePolicy two_vlans() {
  BridgePolicy bridge;
  bridge.vlans.resize(kVlanIds);
  bridge.vlans[10] = {0b1101, 0b1001};
  bridge.vlans[20] = {0b0110, 0b0010};
  bridge.pvid = {10, 20, 0, 10};
  return bridge;
}

PacketBuilder announce(uint16_t sequence_id = 1) {
  return PacketBuilder(MessageType::kAnnounce).from(kA).sequence(sequence_id);
}

}  // namespace

TEST_CASE("a port that spanning tree blocks neither receives nor sends") {
  ForwarderHarness harness;
  BridgePolicy bridge;
  bridge.forwarding = 0b1011;
  harness.forwarder.program(with_bridge(bridge));
  harness.receive(2, announce().build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(2, Counter::kDropPortBlocked) == 1);
  harness.receive(0, announce(2).build());
  CHECK(harness.sent(2).empty());
  CHECK(harness.clear_sent() == 2);
}

TEST_CASE("a clock's own messages do not leave by a blocked port, and its time stamp is lost") {
  ForwarderHarness harness;
  BridgePolicy bridge;
  bridge.forwarding = 0;
  harness.forwarder.program(with_bridge(bridge));
  harness.submit(1, PacketBuilder(MessageType::kSync).build(), 7);
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(1, Counter::kDropPortBlocked) == 1);
  REQUIRE(harness.clock_stamps.size() == 1);
  CHECK_FALSE(harness.clock_stamps[0].timestamp_ns);
}

TEST_CASE("a Follow_Up that waited does not leave by a port that was blocked meanwhile") {
  ForwarderHarness harness;
  harness.receive(0, PacketBuilder(MessageType::kSync).two_step(true).build());
  harness.receive(0, PacketBuilder(MessageType::kFollowUp).build());
  harness.clear_sent();
  BridgePolicy bridge;
  bridge.forwarding = 0b1101;
  harness.forwarder.program(with_bridge(bridge));
  harness.stamp_all(kT0 + 1'000);
  CHECK(harness.sent(1).empty());
  CHECK(harness.sent(2).size() == 1);
}

TEST_CASE("802.1Q: from an access port to another without a tag, to the trunk with one") {
  ForwarderHarness harness;
  harness.forwarder.program(with_bridge(two_vlans()));
  const Bytes plain = announce().build();
  harness.receive(0, plain);
  CHECK(harness.sent(1).empty());  // the other VLAN
  CHECK(harness.sent(2) == Frames{announce().tag(10, 0).build()});
  CHECK(harness.sent(3) == Frames{plain});
}

TEST_CASE("802.1Q: from the trunk to the access ports of its VLAN alone, tag taken off") {
  ForwarderHarness harness;
  harness.forwarder.program(with_bridge(two_vlans()));
  harness.receive(2, announce().tag(20).build());
  CHECK(harness.sent(0).empty());
  CHECK(harness.sent(1) == Frames{announce().build()});
  CHECK(harness.sent(3).empty());
}

TEST_CASE("802.1Q, 8.6.2: not admitted are frames of a VLAN that the port is not in") {
  ForwarderHarness harness;
  harness.forwarder.program(with_bridge(two_vlans()));
  harness.receive(2, announce(1).build());          // untagged, and there is no pvid
  harness.receive(2, announce(2).tag(30).build());  // nobody's
  harness.receive(0, announce(3).tag(20).build());  // another port's
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(2, Counter::kDropVlanNotAdmitted) == 2);
  CHECK(harness.count(0, Counter::kDropVlanNotAdmitted) == 1);
}

TEST_CASE(
    "802.1Q, 6.9.1: a priority tag has no VLAN, and keeps its priority in the one it is given") {
  ForwarderHarness harness;
  harness.forwarder.program(with_bridge(two_vlans()));
  harness.receive(0, announce().tag(0, 6).build());
  CHECK(harness.sent(2) == Frames{announce().tag(10, 6).build()});
  CHECK(harness.sent(3) == Frames{announce().build()});
}

TEST_CASE("a delay request and its answer are matched across tagged and untagged ports") {
  for (const bool udp : {false, true}) {
    ForwarderHarness harness;
    harness.forwarder.program(with_bridge(two_vlans()));
    PacketBuilder request(MessageType::kDelayReq);
    PacketBuilder response(MessageType::kDelayResp);
    PacketBuilder expected(MessageType::kDelayResp);
    expected.correction(scaled(5'000));
    if (udp) {
      request.over(Transport::kUdp4);
      response.over(Transport::kUdp4);
      expected.over(Transport::kUdp4);
    }
    harness.receive(0, request.from(kA).build(), kT0);
    harness.stamp_all(kT0 + 5'000);
    harness.clear_sent();
    harness.receive(2, response.from(kB).requesting(kA.identity()).tag(10, 0).build());
    const Frames answer = harness.sent(0);
    CHECK(answer == Frames{expected.from(kB).requesting(kA.identity()).build()});
    CHECK(harness.clear_sent() == 0);
  }
}

TEST_CASE("two tags and no place for a third") {
  ForwarderHarness harness;
  harness.forwarder.program(with_bridge(two_vlans()));
  harness.receive(0, announce().tag(10, 0, 0x88A8).tag(20).build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(0, Counter::kDropTooManyVlanTags) == 1);
}

TEST_CASE("a change of topology forgets where addresses were") {
  ForwarderHarness harness;
  harness.receive(3, announce().from(kB).build());
  harness.clear_sent();
  harness.receive(0, announce(2).to(kB).build());
  CHECK(harness.sent(3).size() == 1);
  CHECK(harness.clear_sent() == 0);
  BridgePolicy bridge;
  bridge.topology_changes = 1;
  harness.forwarder.program(with_bridge(bridge));
  harness.receive(0, announce(3).to(kB).build());
  CHECK(harness.clear_sent() == 3);
}

TEST_CASE("a group of UDP goes only where it is wanted, and who is spared is counted") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    ForwarderHarness harness;
    BridgePolicy bridge;
    bridge.wants_udp4 = bridge.wants_udp6[0xE] = 0b0100;
    harness.forwarder.program(with_bridge(bridge));
    const PacketBuilder message = announce().over(transport);
    harness.receive(0, message.build());
    CHECK(harness.sent(2) == Frames{message.build()});
    CHECK(harness.clear_sent() == 0);
    CHECK(harness.count(1, Counter::kPruned) == 1);
    CHECK(harness.count(2, Counter::kPruned) == 0);
    CHECK(harness.count(3, Counter::kPruned) == 1);
    // The port that it came in by would not have had it anyway.
    CHECK(harness.count(0, Counter::kPruned) == 0);

    // Nobody: that is no fault.
    bridge.wants_udp4 = bridge.wants_udp6[0xE] = 0;
    harness.forwarder.program(with_bridge(bridge));
    harness.receive(0, announce(2).over(transport).build());
    CHECK(harness.clear_sent() == 0);
    CHECK(harness.count(0, Counter::kDropNoEgressPort) == 0);
  }
}

TEST_CASE("not pruned are Ethernet, unicast, peer delay and the scope of the link") {
  ForwarderHarness harness;
  BridgePolicy bridge;
  bridge.wants_udp4 = 0;
  bridge.wants_udp6.fill(0);
  harness.forwarder.program(with_bridge(bridge));
  harness.receive(0, announce(1).build());
  CHECK(harness.clear_sent() == 3);
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    harness.receive(0, announce(2).over(transport).to(kB).build());
    CHECK(harness.clear_sent() == 3);
    harness.receive(
        0, PacketBuilder(MessageType::kPdelayReq).from(kA).sequence(3).over(transport).build());
    CHECK(harness.clear_sent() == 3);
  }
}

TEST_CASE("a Follow_Up does not go where its Sync was not wanted yet") {
  ForwarderHarness harness;
  BridgePolicy bridge;
  bridge.wants_udp4 = 0b0010;
  harness.forwarder.program(with_bridge(bridge));
  const auto message = [](MessageType type) {
    return PacketBuilder(type).from(kA).over(Transport::kUdp4);
  };
  harness.receive(0, message(MessageType::kSync).two_step(true).build());
  bridge.wants_udp4 = 0b0110;
  harness.forwarder.program(with_bridge(bridge));
  harness.receive(0, message(MessageType::kFollowUp).build());
  harness.clear_sent();
  harness.stamp_all(kT0 + 1'000);
  CHECK(harness.sent(1).size() == 1);
  CHECK(harness.sent(2).empty());
}

TEST_CASE("who listens behind a tag is not asked, and so not pruned") {
  const PacketBuilder tagged = announce().over(Transport::kUdp4).tag(10);
  ForwarderHarness plain;
  BridgePolicy bridge;
  bridge.wants_udp4 = 0;
  plain.forwarder.program(with_bridge(bridge));
  plain.receive(0, tagged.build());
  CHECK(plain.clear_sent() == 3);

  ForwarderHarness filtering;
  bridge = two_vlans();
  bridge.wants_udp4 = 0;
  filtering.forwarder.program(with_bridge(bridge));
  filtering.receive(0, announce().over(Transport::kUdp4).build());
  CHECK(filtering.sent(2).size() == 1);  // the trunk
  CHECK(filtering.clear_sent() == 0);
  CHECK(filtering.count(3, Counter::kPruned) == 1);
  CHECK(filtering.count(1, Counter::kPruned) == 0);  // the other VLAN
}

namespace {

Policy guarded() {
  Policy policy = with_bridge({});
  policy.loop_guard = true;
  return policy;
}

}  // namespace

TEST_CASE("a message that comes round is not forwarded again; the second isolates its port") {
  ForwarderHarness harness;
  harness.forwarder.program(guarded());
  harness.receive(0, announce(1).build());
  CHECK(harness.clear_sent() == 3);
  harness.receive(2, announce(1).build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.notices.empty());
  harness.receive(0, announce(2).build());
  CHECK(harness.clear_sent() == 3);
  harness.receive(2, announce(2).build());
  REQUIRE(harness.notices.size() == 1);
  CHECK(harness.notices[0].kind == ptpswitch::dataplane::NoticeKind::kLoop);
  CHECK(harness.notices[0].port == 2);
  CHECK(harness.notices[0].other_port == 0);
  CHECK(harness.count(2, Counter::kDropRepeated) == 2);
  CHECK(harness.count(2, Counter::kLoopsFound) == 1);

  // Neither in nor out by it, until it is tried again.
  harness.receive(0, announce(3).build());
  CHECK(harness.sent(2).empty());
  CHECK(harness.clear_sent() == 2);
  harness.receive(2, announce(4).from(kB).build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(2, Counter::kDropPortIsolated) == 1);
  harness.advance(kLoopIsolation);
  harness.receive(2, announce(5).from(kB).build());
  CHECK(harness.clear_sent() == 3);
}

TEST_CASE("a message is known again however it was corrected, and whatever its type") {
  for (const MessageType type :
       {MessageType::kSync, MessageType::kFollowUp, MessageType::kDelayReq, MessageType::kPdelayReq,
        MessageType::kSignaling, MessageType::kManagement}) {
    ForwarderHarness harness;
    harness.forwarder.program(guarded());
    harness.receive(0, PacketBuilder(type).two_step(true).build());
    harness.receive(1, PacketBuilder(type).two_step(true).correction(scaled(77)).build());
    CHECK(harness.count(1, Counter::kDropRepeated) == 1);
  }
}

TEST_CASE(
    "no loop: another sequenceId, another requester, the same port, much later, one that ends "
    "here") {
  ForwarderHarness harness;
  harness.forwarder.program(guarded());
  harness.receive(0, announce(1).build());
  harness.receive(1, announce(2).build());
  harness.receive(0, announce(1).build());
  harness.advance(kLoopWindow);
  harness.receive(1, announce(1).build());
  harness.receive(
      0, PacketBuilder(MessageType::kPdelayResp).from(kB).requesting(kA.identity()).build());
  harness.receive(
      1, PacketBuilder(MessageType::kPdelayResp).from(kB).requesting(Host{13}.identity()).build());
  CHECK(harness.total(Counter::kDropRepeated) == 0);

  Policy ends = guarded();
  ends.rules[0].action.fill(ptpswitch::dataplane::Action::kTerminate);
  harness.forwarder.program(std::move(ends));
  harness.receive(0, announce(9).build());
  harness.receive(1, announce(9).build());
  CHECK(harness.total(Counter::kDropRepeated) == 0);
}

TEST_CASE("what leaves untagged is whole, though a send fails while the batch makes room for it") {
  ForwarderHarness harness;
  BridgePolicy bridge;
  bridge.vlans.resize(kVlanIds);
  bridge.vlans[10] = {0b1111, 0b1111};
  bridge.pvid = {10, 10, 10, 10};
  harness.forwarder.program(with_bridge(bridge));
  harness.forwarder.configure(3, {.outstanding_limit = 1});
  harness.bursts = true;
  const auto sync = [](uint16_t sequence_id) {
    return PacketBuilder(MessageType::kSync).two_step(true).sequence(sequence_id).build();
  };
  harness.receive(0, sync(1));  // takes the only register
  harness.receive(0, sync(2));  // waits for it in the queue
  Frames expected;
  for (uint16_t i = 1; i < ptpswitch::dataplane::kTransmitBatchFrames; ++i) {
    harness.receive(0, announce(i).build());
    expected.push_back(announce(i).build());
  }
  // The batch of port 3 is full, and Sync 1 fails when it is emptied: Sync 2 can leave then, while
  // the Announce that needed the room is on its way into the batch.
  harness.fail_sends(3, 1);
  harness.receive(0, announce(99).build());
  expected.push_back(announce(99).build());
  harness.forwarder.flush(harness.now);
  Frames out = harness.sent(3);
  CHECK(std::erase(out, sync(2)) == 1);
  CHECK(out == expected);
}
