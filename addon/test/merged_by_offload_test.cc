// What a host's GRO makes of several PTP messages over UDP: one datagram with all of them behind
// each other. It is told from everything that a sender may put behind its own message.
#include "addon/test/e2e_network.h"
#include "addon/test/parse_verdict.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::Notice;
using ptpswitch::dataplane::NoticeKind;
using ptpswitch::wire::MalformedReason;

namespace {

constexpr Verdict kMerged{ptpswitch::wire::ParseVerdict::kMalformed,
                          MalformedReason::kMergedByOffload};

Bytes operator+(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// `messages` of one type, sequenceIds 1, 2, ..., as they are merged: each but the last with `spare`
// octets behind it.
PacketBuilder merged(MessageType type, Transport transport, uint16_t messages, size_t spare) {
  PacketBuilder first(type);
  first.over(transport).sequence(1);
  Bytes rest;
  for (uint16_t sequence = 2; sequence <= messages; ++sequence) {
    rest = rest + Bytes(spare) + first.copy().sequence(sequence).build_message();
  }
  return first.trailing(rest + Bytes(spare));
}

std::vector<uint32_t> told_ports(const ForwarderHarness& harness) {
  std::vector<uint32_t> ports;
  for (const Notice& notice : harness.notices) {
    if (notice.kind == NoticeKind::kMergedByOffload) ports.push_back(notice.port);
  }
  return ports;
}

}  // namespace

TEST_CASE("several messages in one datagram are what offloads have merged, over IPv4 and IPv6") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    for (const MessageType type : kAllTypes) {
      for (const uint16_t messages : {2, 4, 20}) {
        for (const size_t spare : {0, 2}) {  // D.1: two octets behind each message over IPv6
          CAPTURE(static_cast<int>(transport));
          CAPTURE(static_cast<int>(type));
          CAPTURE(messages);
          CAPTURE(spare);
          PacketBuilder builder = merged(type, transport, messages, spare);
          CHECK(parse(builder) == kMerged);
          // The kernel leaves the checksum of what it has merged to whoever sends it.
          CHECK(parse(builder.udp_checksum(UdpChecksum::kPending).build(), true) == kMerged);
        }
      }
    }
  }
  // Four Syncs that came by one wire within its coalescing time.
  CHECK(merged(MessageType::kSync, Transport::kUdp4, 4, 0).build().size() == 218);
}

TEST_CASE("messages of two types, and of two domains, are merged as well") {
  for (const MessageType second : {MessageType::kPdelayReq, MessageType::kDelayReq}) {
    const Bytes other = PacketBuilder(second).domain(7).build_message();
    CHECK(parse(sync_over(Transport::kUdp4).trailing(other)) == kMerged);
  }
}

TEST_CASE("whatever else a sender puts behind its message stays as it is") {
  const Bytes another = PacketBuilder(MessageType::kSync).build_message();
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    CAPTURE(static_cast<int>(transport));
    for (const size_t length : {1, 2, 3, 44, 46, 200}) {
      for (const uint8_t octet : {0x00, 0x02, 0x12, 0xFF}) {
        CHECK(parse(sync_over(transport).trailing(Bytes(length, octet))) == kPtp);
      }
    }
    // A TLV that has a whole message in it is part of the first one.
    CHECK(parse(sync_over(transport).tlv(0x3, another)) == kPtp);
    // What is behind the datagram is padding of the frame.
    CHECK(parse(sync_over(transport).padding(another)) == kPtp);
    // No header of a message that is all there, or that would have come by the same UDP port.
    CHECK(parse(sync_over(transport).trailing({another.begin(), another.end() - 1})) == kPtp);
    CHECK(parse(sync_over(transport).trailing(Bytes(3) + another)) == kPtp);
    CHECK(parse(sync_over(transport).trailing(
              PacketBuilder(MessageType::kFollowUp).build_message())) == kPtp);
    CHECK(parse(sync_over(transport).trailing(
              PacketBuilder(MessageType::kSync).version(3).build_message())) == kPtp);
    CHECK(parse(sync_over(transport).trailing(
              PacketBuilder(MessageType::kSync).raw_type(5).build_message())) == kPtp);
  }
  // Nobody merges frames without UDP.
  CHECK(parse(sync_over(Transport::kL2).trailing(another)) == kPtp);
}

TEST_CASE("merged messages are dropped and counted, and told once a minute for each port") {
  ForwarderHarness harness;
  const Bytes frame = merged(MessageType::kSync, Transport::kUdp4, 4, 0).build();
  harness.receive(1, frame);
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(1, Counter::kDropMergedByOffload) == 1);
  CHECK(told_ports(harness) == std::vector<uint32_t>{1});

  harness.receive(1, frame);
  harness.receive(2, frame);
  CHECK(told_ports(harness) == std::vector<uint32_t>{1, 2});
  harness.advance(60 * kSecond - 1);
  harness.receive(1, frame);
  CHECK(told_ports(harness) == std::vector<uint32_t>{1, 2});
  harness.advance(1);
  harness.receive(1, frame);
  CHECK(told_ports(harness) == std::vector<uint32_t>{1, 2, 1});
  CHECK(harness.count(1, Counter::kDropMergedByOffload) == 4);
}

TEST_CASE("so many merged messages that the frame is too long are named for what they are") {
  ForwarderHarness harness;
  harness.receive(1, merged(MessageType::kSync, Transport::kUdp4, 40, 0).build());
  CHECK(harness.count(1, Counter::kDropMergedByOffload) == 1);
  CHECK(harness.count(1, Counter::kDropFrameTooLong) == 0);
}
