// Where frames go and where they do not: flooding, learned addresses, ageing, links, policy,
// malformed frames; never back.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::Action;
using ptpswitch::dataplane::kMaxFrameLength;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::Policy;
using ptpswitch::dataplane::PolicyRule;

namespace {

const Host kA{11};
const Host kB{12};

Bytes announce(const Host& from, const Host& to, uint16_t vlan_id = 0) {
  PacketBuilder builder(MessageType::kAnnounce);
  builder.from(from).to(to);
  if (vlan_id != 0) builder.tag(vlan_id);
  return builder.build();
}

// Ports that sent exactly one frame since the last look; the others must have sent none.
std::vector<uint32_t> ports_that_sent(ForwarderHarness& harness, const Bytes& frame) {
  std::vector<uint32_t> ports;
  for (uint32_t port = 0; port < harness.ports(); ++port) {
    const Frames sent = harness.sent(port);
    if (sent.empty()) continue;
    CHECK(sent == Frames{frame});
    ports.push_back(port);
  }
  return ports;
}

std::vector<uint32_t> where(ForwarderHarness& harness, uint32_t ingress, const Bytes& frame) {
  harness.receive(ingress, frame);
  return ports_that_sent(harness, frame);
}

using Ports = std::vector<uint32_t>;

}  // namespace

TEST_CASE("multicast leaves by every port but the one it came in by") {
  for (uint32_t ingress = 0; ingress < 4; ++ingress) {
    ForwarderHarness harness;
    const Ports ports = where(harness, ingress, PacketBuilder(MessageType::kAnnounce).build());
    CHECK(ports.size() == 3);
    CHECK(std::find(ports.begin(), ports.end(), ingress) == ports.end());
  }
}

TEST_CASE(
    "a switch of 32 ports floods them all; one of a single port has nowhere to send, and says so") {
  ForwarderHarness large(32);
  CHECK(where(large, 31, PacketBuilder(MessageType::kAnnounce).build()).size() == 31);
  ForwarderHarness single(1);
  for (const MessageType type :
       {MessageType::kAnnounce, MessageType::kSync, MessageType::kFollowUp}) {
    CHECK(where(single, 0, PacketBuilder(type).build()).empty());
  }
  CHECK(single.count(0, Counter::kDropNoEgressPort) == 3);
}

TEST_CASE(
    "802.1Q, 8.8: unknown unicast floods; once its source was seen, it goes to that port alone") {
  ForwarderHarness harness;
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{1, 2, 3});
  CHECK(where(harness, 2, announce(kB, kA)) == Ports{0});
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{2});
  CHECK(where(harness, 3, announce(Host{13}, kA)) == Ports{0});
}

TEST_CASE("an address that moves is followed at once") {
  ForwarderHarness harness;
  where(harness, 2, announce(kB, kA));
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{2});
  where(harness, 3, announce(kB, kA));
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{3});
}

TEST_CASE("an address ages 300 s after it was last seen, and is flooded to again") {
  ForwarderHarness harness;
  where(harness, 2, announce(kB, kA));
  harness.advance(300 * kSecond);
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{2});
  harness.advance(1);
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{1, 2, 3});
}

TEST_CASE("addresses are learned per VLAN") {
  ForwarderHarness harness;
  where(harness, 2, announce(kB, kA, 7));
  CHECK(where(harness, 0, announce(kA, kB, 7)) == Ports{2});
  CHECK(where(harness, 0, announce(kA, kB, 8)) == Ports{1, 2, 3});
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{1, 2, 3});
}

TEST_CASE("unicast to a station behind the port it came in by goes nowhere, counted") {
  ForwarderHarness harness;
  where(harness, 1, announce(kB, kA));
  CHECK(where(harness, 1, announce(kA, kB)).empty());
  CHECK(harness.count(1, Counter::kDropDestinationOnIngressPort) == 1);
  PacketBuilder sync(MessageType::kSync);
  CHECK(where(harness, 1, sync.from(kA).to(kB).build()).empty());
  CHECK(harness.count(1, Counter::kDropDestinationOnIngressPort) == 2);
}

TEST_CASE("unicast to the zero address, which no station has, floods") {
  ForwarderHarness harness;
  harness.now = 5 * kSecond;
  const Bytes frame = PacketBuilder(MessageType::kAnnounce).destination_mac(Bytes(6)).build();
  CHECK(where(harness, 0, frame) == Ports{1, 2, 3});
  CHECK(where(harness, 1, frame) == Ports{0, 2, 3});
}

TEST_CASE("the table of addresses is bounded; what it loses is flooded to, and counted") {
  ForwarderHarness harness;
  const auto mac = [](uint32_t number) {
    return Bytes{2, 1, 0, 0, static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  };
  harness.keep_sent = false;
  for (uint32_t number = 0; number < 1'000; ++number) {
    harness.receive(1, PacketBuilder(MessageType::kAnnounce).source_mac(mac(number)).build());
  }
  harness.keep_sent = true;
  CHECK(harness.count(1, Counter::kAddressesEvicted) >= 1'000 - 64);
  uint32_t known = 0;
  for (uint32_t number = 0; number < 1'000; ++number) {
    const Ports ports = where(
        harness, 0, PacketBuilder(MessageType::kAnnounce).destination_mac(mac(number)).build());
    if (ports == Ports{1}) {
      ++known;
    } else {
      CHECK(ports == Ports{1, 2, 3});
    }
  }
  CHECK(known <= 64);
  CHECK(known > 32);
}

TEST_CASE("a source address that no station can have is dropped and counted, and not learned") {
  ForwarderHarness harness;
  for (const Bytes& source : {Bytes{0x01, 0, 0, 0, 0, 1}, Bytes(6, 0xFF), Bytes(6)}) {
    CHECK(where(harness, 1, PacketBuilder(MessageType::kSync).source_mac(source).build()).empty());
  }
  CHECK(harness.count(1, Counter::kDropBadSourceAddress) == 3);
  CHECK(harness.count(1, Counter::kRxSync) == 0);
}

TEST_CASE("a port without link is not sent to, counted, and its addresses are forgotten") {
  ForwarderHarness harness;
  where(harness, 2, announce(kB, kA));
  harness.forwarder.set_link(2, false);
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{1, 3});
  CHECK(harness.count(2, Counter::kDropLinkDown) == 1);
  CHECK(where(harness, 0, PacketBuilder(MessageType::kSync).build()) == Ports{1, 3});
  CHECK(harness.count(2, Counter::kDropLinkDown) == 2);
  CHECK(harness.stamps_waiting(2) == 0);
  harness.forwarder.set_link(2, true);
  CHECK(where(harness, 0, announce(kA, kB)) == Ports{1, 2, 3});
  CHECK(harness.count(2, Counter::kLinkDown) == 1);
  CHECK(harness.count(2, Counter::kLinkUp) == 2);
}

TEST_CASE(
    "a link that goes down between Sync and Follow_Up costs that port's Follow_Up, and no "
    "other's") {
  Network network(plain());
  auto& harness = network.harness;
  const auto follow_up = network.from_master(MessageType::kFollowUp);
  auto expected = [&](uint32_t port) {
    return follow_up.copy().correction(scaled(residence(port))).build();
  };
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.clear_sent();
  network.stamp_all();
  harness.forwarder.set_link(2, false);
  harness.receive(kMasterPort, follow_up.build());
  network.check_sent({1, 3}, expected);
  CHECK(harness.count(2, Counter::kDropLinkDown) == 1);
  // And while the Follow_Up is held.
  harness.forwarder.set_link(2, true);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.receive(kMasterPort, follow_up.build());
  harness.clear_sent();
  harness.forwarder.set_link(2, false);
  network.stamp_all();
  network.check_sent({1, 3}, expected);
  CHECK(harness.count(2, Counter::kDropLinkDown) == 2);
}

TEST_CASE(
    "a link that comes up between Sync and Follow_Up gets no Follow_Up of a Sync that never left "
    "by it") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.set_link(2, false);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.forwarder.set_link(2, true);
  harness.clear_sent();
  network.stamp_all();
  const auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(kMasterPort, follow_up.build());
  network.check_sent({1, 3}, [&](uint32_t port) {
    return follow_up.copy().correction(scaled(residence(port))).build();
  });
  CHECK(harness.count(2, Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE("policy: dropped, or not spoken of, is counted and not forwarded") {
  ForwarderHarness harness;
  Policy policy;
  PolicyRule drop{.domain_number = 5};
  drop.action.fill(Action::kDrop);
  PolicyRule transparent{.domain_number = 6};
  transparent.action.fill(Action::kEndToEndTransparent);
  policy.rules = {drop, transparent};
  harness.forwarder.program(policy);
  auto sync = [](uint8_t domain) {
    return PacketBuilder(MessageType::kSync).domain(domain).build();
  };
  CHECK(where(harness, 0, sync(5)).empty());
  CHECK(where(harness, 0, sync(6)) == Ports{1, 2, 3});
  CHECK(where(harness, 0, sync(7)).empty());
  CHECK(harness.count(0, Counter::kDropByPolicy) == 1);
  CHECK(harness.count(0, Counter::kDropNoPolicy) == 1);
  CHECK(harness.count(0, Counter::kRxSync) == 3);
}

TEST_CASE("policy: a terminated message goes up with its receive time stamp, and nowhere else") {
  ForwarderHarness harness;
  Policy policy;
  PolicyRule terminate{};
  terminate.action.fill(Action::kTerminate);
  policy.rules = {terminate};
  harness.forwarder.program(policy);
  const Bytes sync = PacketBuilder(MessageType::kSync).two_step(false).build();
  harness.receive(1, sync, kT0 + 3);
  REQUIRE(harness.punted.size() == 1);
  CHECK(harness.punted[0].port == 1);
  CHECK(harness.punted[0].frame == sync);
  CHECK(harness.punted[0].timestamp_ns == kT0 + 3);
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(1, Counter::kTerminated) == 1);
  harness.records_full = true;
  harness.receive(1, sync, kT0 + 3);
  CHECK(harness.count(1, Counter::kTerminated) == 1);
  CHECK(harness.count(1, Counter::kDropRecordsFull) == 1);
}

TEST_CASE("malformed frames are dropped and counted by reason, at the port they came in by") {
  const std::pair<Counter, Bytes> rows[] = {
      {Counter::kDropShortFrame, Bytes(13)},
      {Counter::kDropTooManyVlanTags,
       PacketBuilder(MessageType::kSync).tag(1).tag(2).tag(3).build()},
      {Counter::kDropBadIpHeader,
       PacketBuilder(MessageType::kSync).over(Transport::kUdp4).ip_length(9'999).build()},
      {Counter::kDropBadIpChecksum,
       PacketBuilder(MessageType::kSync).over(Transport::kUdp4).wrong_ip_checksum().build()},
      {Counter::kDropIpFragment,
       PacketBuilder(MessageType::kSync).over(Transport::kUdp4).fragment(0, true).build()},
      {Counter::kDropBadUdpLength,
       PacketBuilder(MessageType::kSync).over(Transport::kUdp6).udp_length(7).build()},
      {Counter::kDropBadUdpChecksum, PacketBuilder(MessageType::kSync)
                                         .over(Transport::kUdp6)
                                         .udp_checksum(UdpChecksum::kWrong)
                                         .build()},
      {Counter::kDropBadVersion, PacketBuilder(MessageType::kSync).version(3).build()},
      {Counter::kDropReservedMessageType, PacketBuilder(MessageType::kSync).raw_type(5).build()},
      {Counter::kDropBadMessageLength,
       PacketBuilder(MessageType::kSync).message_length(45).build()},
      {Counter::kNotPtp, PacketBuilder(MessageType::kSync).ether_type(0x0806).build()},
      {Counter::kDropFrameTooLong,
       PacketBuilder(MessageType::kSync).pad_to(kMaxFrameLength + 1).build()},
  };
  for (const auto& [counter, frame] : rows) {
    ForwarderHarness harness;
    CAPTURE(ptpswitch::dataplane::kCounterNames[static_cast<size_t>(counter)]);
    CHECK(where(harness, 1, frame).empty());
    CHECK(harness.count(1, counter) == 1);
    CHECK(harness.count(1, Counter::kRxSync) == 0);
    CHECK(harness.total(counter) == 1);
  }
}

TEST_CASE(
    "a frame that did not fit the receive buffer is dropped and counted; the longest that is "
    "carried is carried") {
  ForwarderHarness harness;
  const Bytes longest =
      PacketBuilder(MessageType::kSync).two_step(true).pad_to(kMaxFrameLength).build();
  harness.receive(0, longest, kT0, false, true);
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(0, Counter::kDropFrameTooLong) == 1);
  CHECK(where(harness, 0, longest) == Ports{1, 2, 3});
  // Held as well.
  const auto follow_up = PacketBuilder(MessageType::kFollowUp).pad_to(kMaxFrameLength);
  harness.receive(0, follow_up.build());
  harness.stamp_all(kT0 + 9);
  CHECK(ports_that_sent(harness, follow_up.copy().correction(scaled(9)).build()) == Ports{1, 2, 3});
}

TEST_CASE("path.forwarded counts messages that left, not those that wait and then are dropped") {
  Network network(plain());
  auto& harness = network.harness;
  const uint64_t before = harness.count(kMasterPort, Counter::kForwarded);
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  CHECK(harness.count(kMasterPort, Counter::kHeld) == 1);
  CHECK(harness.count(kMasterPort, Counter::kForwarded) == before);
  harness.advance(harness.small_limits().held_lifetime);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 1);
  CHECK(harness.count(kMasterPort, Counter::kForwarded) == before);
  // One that waits and then leaves by three ports was forwarded once.
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  CHECK(harness.count(kMasterPort, Counter::kForwarded) == before + 1);
  network.stamp_all();
  CHECK(harness.count(kMasterPort, Counter::kForwarded) == before + 2);
  // One that leaves by some ports at once and by others later as well.
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.stamp(1, kT0 + 5);
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  network.stamp_all();
  CHECK(harness.count(kMasterPort, Counter::kForwarded) == before + 4);
}
