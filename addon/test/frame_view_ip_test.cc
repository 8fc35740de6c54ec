// What the parser says of PTP over IP: Annexes C and D, RFC 768, 791, 8200.
#include "addon/test/parse_verdict.h"

using namespace ptpswitch::test;
using ptpswitch::wire::FrameView;
using ptpswitch::wire::MalformedReason;
using ptpswitch::wire::ParseVerdict;

TEST_CASE("the destination port decides, not the source port") {
  CHECK(parse(sync_over(Transport::kUdp4).udp_ports(40'000, 319)) == kPtp);
  CHECK(parse(sync_over(Transport::kUdp6).udp_ports(40'000, 320)) == kPtp);
}

TEST_CASE("RFC 791: an IPv4 header that contradicts itself or the frame") {
  const auto bad = malformed(MalformedReason::kBadIpHeader);
  CHECK(parse(sync_over(Transport::kUdp4).ip_version(6)) == bad);
  CHECK(parse(sync_over(Transport::kUdp4).ip_version(0)) == bad);
  for (uint8_t words = 0; words < 5; ++words) {
    CHECK(parse(sync_over(Transport::kUdp4).ip_header_words(words)) == bad);
  }
  CHECK(parse(sync_over(Transport::kUdp4).ip_length(19)) == bad);
  const uint16_t right = 20 + 8 + 44;
  CHECK(parse(sync_over(Transport::kUdp4).ip_length(right + 1)) == bad);
  CHECK(parse(sync_over(Transport::kUdp4).ip_length(right + 1).padding({0})) == kPtp);
  CHECK(parse(sync_over(Transport::kUdp4).wrong_ip_checksum()) ==
        malformed(MalformedReason::kBadIpChecksum));
}

TEST_CASE("RFC 791: IP options of every length are stepped over") {
  for (size_t length = 0; length <= 40; length += 4) {
    CAPTURE(length);
    CHECK(parse(sync_over(Transport::kUdp4).ip_options(Bytes(length, 1))) == kPtp);
  }
}

TEST_CASE("a first fragment of PTP is malformed; later fragments could be anything") {
  const auto fragment = malformed(MalformedReason::kIpFragment);
  CHECK(parse(sync_over(Transport::kUdp4).fragment(0, true)) == fragment);
  CHECK(parse(sync_over(Transport::kUdp4).fragment(0, true).udp_ports(319, 53)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp4).fragment(8, true)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp4).fragment(8, false)) == kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp4).fragment(0, false)) == kPtp);
  CHECK(parse(sync_over(Transport::kUdp6).fragment(0, true).extension_header(44)) == fragment);
  CHECK(parse(sync_over(Transport::kUdp6).fragment(0, true).extension_header(44).udp_ports(1, 2)) ==
        kNotPtp);
  CHECK(parse(sync_over(Transport::kUdp6).fragment(8, false).extension_header(44)) == kNotPtp);
}

TEST_CASE("a first fragment too short to show its port is not PTP") {
  Bytes frame = sync_over(Transport::kUdp4).fragment(0, true).ip_length(20 + 7).build();
  frame.resize(14 + 20 + 7);
  CHECK(parse(frame) == kNotPtp);
  frame =
      sync_over(Transport::kUdp6).fragment(0, true).extension_header(44).ip_length(8 + 7).build();
  frame.resize(14 + 40 + 8 + 7);
  CHECK(parse(frame) == kNotPtp);
}

TEST_CASE("RFC 8200: an IPv6 header that contradicts itself or the frame") {
  const auto bad = malformed(MalformedReason::kBadIpHeader);
  CHECK(parse(sync_over(Transport::kUdp6).ip_version(4)) == bad);
  CHECK(parse(sync_over(Transport::kUdp6).ip_length(8 + 44 + 1)) == bad);
  CHECK(parse(sync_over(Transport::kUdp6).ip_length(8 + 44 + 1).padding({0})) == kPtp);
  // A jumbogram's length of zero: nothing that a PTP message would be.
  CHECK(parse(sync_over(Transport::kUdp6).ip_length(0)) ==
        malformed(MalformedReason::kBadUdpLength));
}

TEST_CASE("RFC 8200, 4.1: up to four extension headers are stepped over, whatever their order") {
  PacketBuilder builder = sync_over(Transport::kUdp6);
  const uint8_t kinds[] = {0, 60, 43, 60};
  for (const uint8_t kind : kinds) {
    builder.extension_header(kind, 16);
    CHECK(parse(builder) == kPtp);
  }
  CHECK(parse(builder.extension_header(60)) == malformed(MalformedReason::kBadIpHeader));
}

TEST_CASE("an extension header that runs past the packet, at every length it can claim") {
  const Bytes frame = sync_over(Transport::kUdp6).extension_header(0).build();
  const size_t length_at = 14 + 40 + 1;
  for (unsigned claimed = 1; claimed < 256; ++claimed) {
    CAPTURE(claimed);
    Bytes lying = frame;
    lying[length_at] = static_cast<uint8_t>(claimed);
    const auto verdict = parse(lying);
    const unsigned past_header = (claimed + 1) * 8;
    if (past_header > 8 + 8 + 44) {
      CHECK(verdict == malformed(MalformedReason::kBadIpHeader));
    } else {
      CHECK_FALSE(verdict == kPtp);  // looks for UDP in the middle of the message
    }
  }
}

TEST_CASE("RFC 768: a UDP length shorter than its header or longer than its packet") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    const uint16_t right = 8 + 44;
    for (unsigned length = 0; length <= 0xFFFF; length += length < 200 ? 1 : 251) {
      CAPTURE(length);
      const auto verdict = parse(sync_over(transport).udp_length(static_cast<uint16_t>(length)));
      if (length < 8 || length > right) {
        CHECK(verdict == malformed(MalformedReason::kBadUdpLength));
      } else if (length < right) {
        CHECK(verdict == malformed(MalformedReason::kBadMessageLength));
      } else {
        CHECK(verdict == kPtp);
      }
    }
  }
}

TEST_CASE("RFC 768, RFC 8200 8.1: no UDP checksum is legal over IPv4 and illegal over IPv6") {
  const auto bad = malformed(MalformedReason::kBadUdpChecksum);
  CHECK(parse(sync_over(Transport::kUdp4).udp_checksum(UdpChecksum::kZero)) == kPtp);
  CHECK(parse(sync_over(Transport::kUdp6).udp_checksum(UdpChecksum::kZero)) == bad);
  CHECK(parse(sync_over(Transport::kUdp4).udp_checksum(UdpChecksum::kWrong)) == bad);
  CHECK(parse(sync_over(Transport::kUdp6).udp_checksum(UdpChecksum::kWrong)) == bad);
}

TEST_CASE("the UDP checksum covers every bit of the datagram and of the addresses") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    const Bytes frame = sync_over(transport).trailing({1, 2, 3}).build();
    const size_t ip = 14;
    // IPv4 addresses are covered by its header checksum as well, which is looked at first.
    const size_t begin = transport == Transport::kUdp4 ? ip + 20 : ip + 8;
    for (size_t at = begin; at < frame.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes flipped = frame;
        flipped[at] ^= static_cast<uint8_t>(1 << bit);
        CAPTURE(at);
        REQUIRE_FALSE(parse(flipped) == kPtp);
      }
    }
  }
}

TEST_CASE("a checksum left to the sender's hardware is finished, whatever was in the field") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    for (const bool odd : {false, true}) {
      PacketBuilder builder = sync_over(transport).trailing(odd ? Bytes{1} : Bytes{});
      const Bytes finished = builder.build();
      ExactFrame frame(builder.udp_checksum(UdpChecksum::kPending).build());
      REQUIRE(frame.bytes() != finished);
      FrameView view;
      REQUIRE(frame.parse(view, true).verdict == ParseVerdict::kPtp);
      CHECK(frame.bytes() == finished);
      CHECK(parse(builder) == malformed(MalformedReason::kBadUdpChecksum));
    }
  }
}

TEST_CASE("RFC 768: a computed checksum of zero is sent as all ones") {
  // The sequenceId is chosen so that the sum is all ones.
  for (unsigned sequence = 0; sequence <= 0xFFFF; ++sequence) {
    PacketBuilder builder = sync_over(Transport::kUdp4).sequence(static_cast<uint16_t>(sequence));
    const Bytes expected = builder.build();
    if (expected[14 + 20 + 6] != 0xFF || expected[14 + 20 + 7] != 0xFF) continue;
    CHECK(parse(expected) == kPtp);
    ExactFrame frame(builder.udp_checksum(UdpChecksum::kPending).build());
    FrameView view;
    frame.parse(view, true);
    CHECK(frame.bytes() == expected);
    return;
  }
  FAIL("no sequenceId makes the sum all ones");
}
