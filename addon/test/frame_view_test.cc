// What the parser says of well-formed frames and of malformed ones: Annex E, clause 13. What IP and
// UDP can do wrong is in frame_view_ip_test.cc.
#include "addon/wire/frame_view.h"

#include "addon/test/encapsulations.h"
#include "addon/test/parse_verdict.h"

using namespace ptpswitch::test;
using ptpswitch::wire::FrameView;
using ptpswitch::wire::kHeaderLength;
using ptpswitch::wire::MalformedReason;
using ptpswitch::wire::minimum_length;
using ptpswitch::wire::ParseVerdict;

namespace {

const Host kMaster{1};
const Host kSlave{2};

}  // namespace

TEST_CASE(
    "13.3: every message type is found over every encapsulation, with every field where it was "
    "put") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : kAllTypes) {
      CAPTURE(encapsulation.name);
      CAPTURE(static_cast<int>(type));
      const PacketBuilder builder = encapsulation.message(type, kMaster, kSlave)
                                        .domain(24)
                                        .sdo_id(0x1A5)
                                        .sequence(0xBEEF)
                                        .two_step(true)
                                        .correction(-3);
      const Bytes message = builder.build_message();
      ExactFrame frame(builder.build());
      FrameView view;
      REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
      CHECK(view.length == frame.length());
      CHECK(view.type == type);
      CHECK(view.message_length == message.size());
      CHECK(Bytes(view.message(), view.message() + view.message_length) == message);
      CHECK(view.domain_number() == 24);
      CHECK(view.sdo_id() == 0x1A5);
      CHECK(view.sequence_id() == 0xBEEF);
      CHECK(view.two_step());
      CHECK(view.correction_field() == -3);
      CHECK(Bytes(view.source_mac(), view.source_mac() + 6) == kMaster.mac());
      CHECK(frame.bytes() == builder.build());
    }
  }
}

TEST_CASE("802.1Q: VLAN ids are found outer first, without priority and drop bits") {
  FrameView view;
  ExactFrame untagged(sync_over(Transport::kL2).build());
  untagged.parse(view);
  CHECK(view.vlan_tags == 0);
  CHECK(view.vlan_id[0] == 0);
  ExactFrame double_tagged(sync_over(Transport::kUdp4).tag(0xFFE, 7, 0x88A8).tag(0x123, 1).build());
  double_tagged.parse(view);
  CHECK(view.vlan_tags == 2);
  CHECK(view.vlan_id[0] == 0xFFE);
  CHECK(view.vlan_id[1] == 0x123);
  CHECK(view.transport == Transport::kUdp4);
}

TEST_CASE("ordinary traffic is not PTP, and is not called malformed") {
  CHECK(parse(sync_over(Transport::kL2).ether_type(0x0806)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kL2).ether_type(0x0040)) == kNotPtp);  // an 802.3 length
  CHECK(parse(sync_over(Transport::kUdp4).udp_ports(319, 53)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp6).udp_ports(320, 53)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp4).ip_protocol(6)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp6).ip_protocol(58)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp6).extension_header(51)) == kNotPtp);
  CHECK(
      parse(sync_over(Transport::kUdp4).udp_ports(40'000, 53).udp_checksum(UdpChecksum::kWrong)) ==
      kNotPtp);
}

TEST_CASE("802.1Q: three tags are one too many") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    CHECK(parse(sync_over(transport).tag(1).tag(2)) == kPtp);
    CHECK(parse(sync_over(transport).tag(1).tag(2).tag(3)) ==
          malformed(MalformedReason::kTooManyVlanTags));
  }
}

TEST_CASE(
    "13.3.2.4: versionPTP 2 is parsed whatever minorVersionPTP is, 1 is passed, all else is "
    "malformed") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    for (uint8_t minor = 0; minor < 16; ++minor) {
      CHECK(parse(sync_over(transport).minor_version(minor)) == kPtp);
    }
    for (uint8_t version = 0; version < 16; ++version) {
      CAPTURE(static_cast<int>(version));
      const Verdict expected = version == 2   ? kPtp
                               : version == 1 ? kPtpV1
                                              : malformed(MalformedReason::kBadVersion);
      CHECK(parse(sync_over(transport).version(version)) == expected);
    }
  }
}

TEST_CASE("IEEE 1588-2002: a version 1 message needs no more than its version") {
  CHECK(parse(sync_over(Transport::kUdp4).raw_message({0, 1})) == kPtpV1);
  CHECK(parse(sync_over(Transport::kUdp4).raw_message({0})) ==
        malformed(MalformedReason::kBadMessageLength));
  CHECK(parse(sync_over(Transport::kUdp4).raw_message({})) ==
        malformed(MalformedReason::kBadMessageLength));
}

TEST_CASE("Table 36: reserved message types are malformed, all others are not") {
  for (uint8_t type = 0; type < 16; ++type) {
    CAPTURE(static_cast<int>(type));
    PacketBuilder builder = sync_over(Transport::kL2).raw_type(type).tlv(1, Bytes(40));
    const bool reserved = (type >= 4 && type <= 7) || type >= 0xE;
    CHECK(parse(builder) == (reserved ? malformed(MalformedReason::kReservedMessageType) : kPtp));
  }
}

TEST_CASE("13.3.2.5: messageLength must fit its type and its carrier, at every value") {
  const auto bad = malformed(MalformedReason::kBadMessageLength);
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    for (const MessageType type : kAllTypes) {
      PacketBuilder builder(type);
      // Padding is no part of a datagram, but on Ethernet nobody can tell it from the message.
      builder.over(transport).trailing({1, 2, 3}).padding({0, 0});
      const size_t carried = builder.build_message().size() + (transport == Transport::kL2 ? 5 : 3);
      const Bytes frame = builder.build();
      for (unsigned length = 0; length <= 0xFFFF; length += length < 200 ? 1 : 257) {
        const auto verdict = parse(builder.message_length(static_cast<uint16_t>(length)));
        CAPTURE(length);
        const bool fits = length >= minimum_length(static_cast<uint8_t>(type)) && length <= carried;
        REQUIRE(verdict == (fits ? kPtp : bad));
      }
    }
  }
}

TEST_CASE("Table 36, clause 13: the shortest message of each type") {
  const std::pair<MessageType, size_t> lengths[] = {{MessageType::kSync, 44},
                                                    {MessageType::kDelayReq, 44},
                                                    {MessageType::kPdelayReq, 54},
                                                    {MessageType::kPdelayResp, 54},
                                                    {MessageType::kFollowUp, 44},
                                                    {MessageType::kDelayResp, 54},
                                                    {MessageType::kPdelayRespFollowUp, 54},
                                                    {MessageType::kAnnounce, 64},
                                                    {MessageType::kSignaling, 44},
                                                    {MessageType::kManagement, 48}};
  for (const auto& [type, length] : lengths) {
    CAPTURE(static_cast<int>(type));
    CHECK(PacketBuilder(type).build_message().size() == length);
    CHECK(minimum_length(static_cast<uint8_t>(type)) == length);
  }
}

TEST_CASE("every valid frame cut short anywhere is malformed, and says at which layer it ends") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : kAllTypes) {
      const PacketBuilder builder = encapsulation.message(type, kMaster, kSlave);
      const Bytes whole = builder.build();
      ExactFrame intact(whole);
      FrameView view;
      REQUIRE(intact.parse(view).verdict == ParseVerdict::kPtp);
      const size_t message_end = view.ptp_offset + view.message_length;
      for (size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(encapsulation.name);
        CAPTURE(length);
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const Verdict verdict = parse(cut);
        if (view.transport == Transport::kL2) {
          if (length < view.network_offset) {
            REQUIRE(verdict == malformed(MalformedReason::kShortFrame));
          } else if (length < message_end) {
            REQUIRE(verdict == malformed(MalformedReason::kBadMessageLength));
          } else {
            REQUIRE(verdict == kPtp);  // only what trails it is gone
          }
          continue;
        }
        const bool udp4 = view.transport == Transport::kUdp4;
        const size_t datagram_end = view.udp_offset + view.udp_length;
        if (length < view.network_offset + (udp4 ? 20u : 40u)) {
          REQUIRE(verdict == malformed(MalformedReason::kShortFrame));
        } else if (length < datagram_end) {
          REQUIRE(verdict == malformed(MalformedReason::kBadIpHeader));
        } else {
          REQUIRE(verdict == kPtp);
        }
      }
    }
  }
}

TEST_CASE(
    "any byte may have any value: nothing is read beyond the frame and what is found lies within "
    "it") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    const Bytes whole = encapsulation.message(MessageType::kPdelayResp, kMaster, kSlave)
                            .udp_checksum(UdpChecksum::kZero)
                            .build();
    for (size_t at = 12; at < whole.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        Bytes lying = whole;
        lying[at] = static_cast<uint8_t>(value);
        ExactFrame frame(lying);
        FrameView view;
        const auto result = frame.parse(view, true);
        if (result.verdict != ParseVerdict::kPtp) continue;
        CAPTURE(encapsulation.name);
        CAPTURE(at);
        REQUIRE(view.message_length >= kHeaderLength);
        REQUIRE(view.ptp_offset + view.message_length <= view.length);
      }
    }
  }
}
