// Peer delay on ports that forward nothing, because spanning tree or the loop guard keeps them out:
// the link is measured all the same, so that it is known when the port begins to forward (11.4).
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::Action;
using ptpswitch::dataplane::Policy;
using ptpswitch::dataplane::PolicyRule;

namespace {

constexpr MessageType kPeerDelay[] = {MessageType::kPdelayReq, MessageType::kPdelayResp,
                                      MessageType::kPdelayRespFollowUp};

Policy with_blocked(Action action, uint32_t forwarding) {
  PolicyRule rule{};
  rule.action.fill(action);
  Policy policy;
  policy.rules = {rule};
  policy.bridge.forwarding = forwarding;
  return policy;
}

}  // namespace

TEST_CASE("peer delay that ends at this box comes in by a blocked port, all else does not") {
  for (const Action action : {Action::kTerminate, Action::kPeerToPeerTransparent}) {
    CAPTURE(action);
    ForwarderHarness harness;
    harness.forwarder.program(with_blocked(action, 0b1011));
    for (const MessageType type : kPeerDelay) {
      harness.receive(2, PacketBuilder(type).build());
      // Not link-local: a requester of PTP over UDP, or one that is told the address.
      harness.receive(2, PacketBuilder(type).over(Transport::kUdp4).build());
    }
    CHECK(harness.punted.size() == 6);
    CHECK(harness.count(2, Counter::kDropPortBlocked) == 0);
    for (const MessageType type : {MessageType::kSync, MessageType::kAnnounce}) {
      harness.receive(2, PacketBuilder(type).build());
    }
    CHECK(harness.punted.size() == 6);
    CHECK(harness.count(2, Counter::kDropPortBlocked) == 2);
    CHECK(harness.clear_sent() == 0);
  }
}

TEST_CASE("peer delay that would be forwarded stops at a blocked port") {
  ForwarderHarness harness;
  harness.forwarder.program(with_blocked(Action::kEndToEndTransparent, 0b1011));
  for (const MessageType type : kPeerDelay) harness.receive(2, PacketBuilder(type).build());
  CHECK(harness.count(2, Counter::kDropPortBlocked) == 3);
  harness.receive(0, PacketBuilder(MessageType::kPdelayReq).build());
  CHECK(harness.sent(1).size() == 1);
  CHECK(harness.sent(2).empty());
}

TEST_CASE("peer delay of a clock of this box leaves by a blocked port with its time stamp") {
  ForwarderHarness harness;
  harness.forwarder.program(with_blocked(Action::kPeerToPeerTransparent, 0b1011));
  const Bytes request = PacketBuilder(MessageType::kPdelayReq).build();
  harness.submit(2, request, 7);
  const Bytes follow_up = PacketBuilder(MessageType::kPdelayRespFollowUp).build();
  harness.submit(2, follow_up, std::nullopt);
  CHECK(harness.sent(2) == Frames{request, follow_up});
  harness.stamp(2, kT0);
  CHECK(harness.clock_stamps.back().timestamp_ns == kT0);
  harness.submit(2, PacketBuilder(MessageType::kAnnounce).build(), std::nullopt);
  CHECK(harness.sent(2).empty());
  CHECK(harness.count(2, Counter::kDropPortBlocked) == 1);
  harness.forwarder.set_link(2, false);
  harness.submit(2, request, 8);
  CHECK(harness.sent(2).empty());
  CHECK(harness.count(2, Counter::kDropLinkDown) == 1);
}

TEST_CASE("the first Sync after a port has begun to forward is corrected for its link") {
  constexpr int64_t kLinkDelay = scaled(1'234);
  ForwarderHarness harness;
  Policy policy = with_blocked(Action::kPeerToPeerTransparent, 0b1110);
  harness.forwarder.program(policy);
  harness.receive(0, PacketBuilder(MessageType::kPdelayResp).build());
  CHECK(harness.punted.size() == 1);
  // What has been measured meanwhile comes with the policy that lets the port forward.
  policy.link_delay[0][0] = kLinkDelay;
  policy.bridge.forwarding = 0b1111;
  harness.forwarder.program(policy);
  harness.receive(0, PacketBuilder(MessageType::kSync).two_step(true).build());
  harness.receive(0, PacketBuilder(MessageType::kFollowUp).build());
  harness.clear_sent();
  harness.stamp_all(kT0 + 1'000);
  const Bytes corrected =
      PacketBuilder(MessageType::kFollowUp).correction(scaled(1'000) + kLinkDelay).build();
  CHECK(harness.sent(1) == Frames{corrected});
}

TEST_CASE("an address is not learned from a blocked port") {
  const Host station{11};
  ForwarderHarness harness;
  harness.forwarder.program(with_blocked(Action::kPeerToPeerTransparent, 0b1011));
  harness.receive(2, PacketBuilder(MessageType::kPdelayReq).from(station).build());
  harness.forwarder.program(with_blocked(Action::kPeerToPeerTransparent, 0b1011));
  harness.receive(0, PacketBuilder(MessageType::kSignaling).to(station).build());
  CHECK(harness.sent(1).size() == 1);  // flooded
}
