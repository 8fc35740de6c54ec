// What no rule takes: told when it is new and while it goes on, and a flood of it has its bound.
#include "addon/dataplane/limits.h"
#include "addon/test/forwarder_harness.h"

using namespace ptpswitch::dataplane;
using namespace ptpswitch::test;
using ptpswitch::wire::MessageType;
using ptpswitch::wire::Transport;

namespace {

// A clock of domain 0 on Ethernet, untagged, at port 1 alone.
void program_clock(ForwarderHarness& harness) {
  PolicyRule rule{.sdo_id = 0, .domain_number = 0, .transport = Transport::kL2, .vlan_id = 0};
  rule.action.fill(Action::kDrop);
  rule.action[1] = Action::kTerminate;
  Policy policy;
  policy.rules = {rule};
  harness.forwarder.program(policy);
}

}  // namespace

TEST_CASE("unserved: another domain, transport or VLAN is told with what it is") {
  ForwarderHarness harness;
  program_clock(harness);
  const Bytes frames[] = {
      PacketBuilder(MessageType::kAnnounce).domain(24).build(),
      PacketBuilder(MessageType::kSync).domain(24).build(),
      PacketBuilder(MessageType::kAnnounce).tag(10).build(),
      PacketBuilder(MessageType::kAnnounce).over(Transport::kUdp4).build(),
      PacketBuilder(MessageType::kAnnounce).sdo_id(0x100).build(),
  };
  for (const Bytes& frame : frames) harness.receive(1, frame);
  harness.receive(1, PacketBuilder(MessageType::kAnnounce).build());  // taken
  harness.receive(2, PacketBuilder(MessageType::kAnnounce).build());  // a port without the clock
  const auto& told = harness.unserved_messages;
  REQUIRE(told.size() == 6);
  CHECK(told[0].port == 1);
  CHECK(told[0].key.domain_number == 24);
  CHECK(told[0].announce);
  CHECK_FALSE(told[1].announce);
  CHECK(told[2].key.vlan_id == 10);
  CHECK(told[3].key.transport == Transport::kUdp4);
  CHECK(told[4].key.sdo_id == 0x100);
  CHECK(told[5].port == 2);
  CHECK(harness.count(1, Counter::kDropNoPolicy) == 5);
  CHECK(harness.count(2, Counter::kDropByPolicy) == 1);
}

TEST_CASE("unserved: what goes on is told anew, with how many there were meanwhile") {
  ForwarderHarness harness;
  program_clock(harness);
  const Bytes announce = PacketBuilder(MessageType::kAnnounce).domain(24).build();
  for (int i = 0; i < 5; ++i) {
    harness.receive(1, announce);
    harness.advance(kSecond);
  }
  CHECK(harness.unserved_messages.size() == 1);
  harness.advance(kUnservedInterval);
  harness.receive(1, announce);
  REQUIRE(harness.unserved_messages.size() == 2);
  CHECK(harness.unserved_messages[0].messages == 1);
  CHECK(harness.unserved_messages[1].messages == 5);
}

TEST_CASE("unserved: what there is no room for is counted; another port has room of its own") {
  ForwarderHarness harness;
  program_clock(harness);
  for (uint32_t domain = 1; domain <= kUnservedOfPort + 3; ++domain) {
    const auto number = static_cast<uint8_t>(domain);
    harness.receive(1, PacketBuilder(MessageType::kSync).domain(number).build());
  }
  CHECK(harness.unserved_messages.size() == kUnservedOfPort);
  CHECK(harness.count(1, Counter::kUnservedFull) == 3);
  harness.receive(2, PacketBuilder(MessageType::kSync).domain(200).build());
  CHECK(harness.unserved_messages.size() == kUnservedOfPort + 1);
  CHECK(harness.count(2, Counter::kUnservedFull) == 0);
  // What has not come for a while makes room.
  harness.advance(kUnservedInterval);
  harness.receive(1, PacketBuilder(MessageType::kSync).domain(201).build());
  CHECK(harness.unserved_messages.back().key.domain_number == 201);
}
