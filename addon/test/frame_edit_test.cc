// The edits of a transparent clock: correctionField arithmetic (13.3.2.9), checksums kept right,
// and the follow-up messages that a two-step clock writes for a one-step sender.
#include "addon/wire/frame_edit.h"

#include <random>

#include "addon/test/encapsulations.h"
#include "addon/test/packet_builder.h"

using namespace ptpswitch::test;
using ptpswitch::wire::add_correction;
using ptpswitch::wire::add_to_correction_field;
using ptpswitch::wire::FrameView;
using ptpswitch::wire::generate_follow_up;
using ptpswitch::wire::kCorrectionTooBig;
using ptpswitch::wire::ParseVerdict;
using ptpswitch::wire::ScaledNs;
using ptpswitch::wire::set_two_step_flag;

namespace {

const Host kMaster{1};
const Host kSlave{2};

Bytes with_correction_added(const PacketBuilder& builder, ScaledNs correction) {
  ExactFrame frame(builder.build());
  FrameView view;
  REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
  add_to_correction_field(view, correction);
  return frame.bytes();
}

// Runs generate_follow_up with an output buffer of exactly the size that it asks for.
Bytes follow_up_of(const PacketBuilder& event) {
  ExactFrame frame(event.build());
  FrameView view;
  REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
  ExactFrame out(Bytes(std::max<size_t>(frame.length(), 60), 0xEE));
  FrameView follow_up;
  generate_follow_up(view, out.data(), follow_up);
  CHECK(follow_up.data == out.data());
  CHECK(frame.bytes() == event.build());  // the event message itself is not touched
  return {out.data(), out.data() + follow_up.length};
}

}  // namespace

TEST_CASE("13.3.2.9: corrections add up, negative ones too, and saturate at the largest value") {
  CHECK(add_correction(3, 4) == 7);
  CHECK(add_correction(-3, -4) == -7);
  CHECK(add_correction(1 << 16, -(1 << 16) - 1) == -1);
  CHECK(add_correction(INT64_MAX - 1, 1) == kCorrectionTooBig);
  CHECK(add_correction(INT64_MAX - 1, 2) == kCorrectionTooBig);
  CHECK(add_correction(INT64_MIN, INT64_MAX - 1) == -2);
  // Too big to be represented, in either direction, is the same value.
  CHECK(add_correction(INT64_MIN, -1) == kCorrectionTooBig);
  CHECK(add_correction(INT64_MIN, INT64_MIN) == kCorrectionTooBig);
}

TEST_CASE("13.3.2.9: what is too big to be represented stays so") {
  CHECK(add_correction(kCorrectionTooBig, 0) == kCorrectionTooBig);
  CHECK(add_correction(kCorrectionTooBig, -1) == kCorrectionTooBig);
  CHECK(add_correction(-1'000'000, kCorrectionTooBig) == kCorrectionTooBig);
  CHECK(add_correction(kCorrectionTooBig, INT64_MIN) == kCorrectionTooBig);
}

TEST_CASE(
    "an added correction changes correctionField and the checksum that follows from it, nothing "
    "else") {
  struct Row {
    ScaledNs before, added, after;
  };
  const Row rows[] = {
      {0, 0, 0},
      {0, 1, 1},
      {0, -1, -1},
      {-1, 1, 0},
      {123 << 16, (456 << 16) + 789, (579 << 16) + 789},
      {-(5ll << 40), 7, -(5ll << 40) + 7},
      {INT64_MAX - 5, 100, INT64_MAX},
      {INT64_MAX, -100, INT64_MAX},
  };
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : kAllTypes) {
      for (const Row& row : rows) {
        CAPTURE(encapsulation.name);
        CAPTURE(row.before);
        PacketBuilder builder = encapsulation.message(type, kMaster, kSlave).correction(row.before);
        const Bytes edited = with_correction_added(builder, row.added);
        REQUIRE(edited == builder.correction(row.after).build());
      }
    }
  }
}

TEST_CASE("the incremental checksum is the full one over random frames and corrections") {
  std::mt19937_64 random(1588);
  for (int round = 0; round < 5'000; ++round) {
    PacketBuilder builder(round % 2 ? MessageType::kDelayResp : MessageType::kFollowUp);
    Bytes payload(random() % 40);
    for (uint8_t& byte : payload) byte = static_cast<uint8_t>(random());
    // Spread over all magnitudes.
    const auto before = static_cast<ScaledNs>(random()) >> (random() % 64);
    const auto added = static_cast<ScaledNs>(random()) >> (1 + random() % 63);
    builder.over(round % 3 == 0 ? Transport::kUdp6 : Transport::kUdp4)
        .from(Host{static_cast<uint8_t>(random())})
        .sequence(static_cast<uint16_t>(random()))
        .trailing(payload)
        .correction(before);
    const Bytes edited = with_correction_added(builder, added);
    REQUIRE(edited == builder.correction(add_correction(before, added)).build());
  }
}

TEST_CASE(
    "RFC 768: a checksum that becomes zero is written as all ones, and one that was all ones is "
    "understood") {
  // Steps the correction by one through every value of its lowest word: each checksum value occurs,
  // zero included.
  PacketBuilder builder(MessageType::kFollowUp);
  builder.over(Transport::kUdp4);
  ExactFrame frame(builder.build());
  FrameView view;
  REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
  bool all_ones = false;
  for (int step = 1; step <= 0x1'0001; ++step) {
    add_to_correction_field(view, 1);
    const uint8_t* field = frame.data() + view.udp_offset + 6;
    all_ones |= field[0] == 0xFF && field[1] == 0xFF;
    REQUIRE((field[0] != 0 || field[1] != 0));
    if (step % 257 == 0 || all_ones) {
      REQUIRE(frame.bytes() == builder.correction(step).build());
    }
  }
  CHECK(all_ones);
}

TEST_CASE("Table 37: setting twoStepFlag changes that flag and the checksum that follows from it") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const uint16_t flags : {0x0000, 0x0400, 0x6508, 0x0200}) {
      CAPTURE(encapsulation.name);
      PacketBuilder builder =
          encapsulation.message(MessageType::kSync, kMaster, kSlave).flags(flags);
      ExactFrame frame(builder.build());
      FrameView view;
      REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
      set_two_step_flag(view);
      CHECK(frame.bytes() == builder.flags(flags | 0x0200).build());
    }
  }
}

TEST_CASE(
    "a generated Follow_Up is, byte for byte, what the one-step master would have sent after a "
    "two-step Sync") {
  // Header fields that must be carried over, and TLVs and trailing bytes that must not.
  auto apply = [](PacketBuilder& builder) {
    builder.domain(3).sdo_id(0x2A7).minor_version(0).sequence(0xFFFE).log_interval(-7);
    builder.source({0xA1B2C3D4E5F60718, 0x0203}).timestamp(0xFFFF'8765'4321, 999'999'999);
  };
  struct Row {
    const char* name;
    std::function<void(PacketBuilder&)> apply;
  };
  const Row rows[] = {
      {"L2", [](PacketBuilder& b) { b.pad_to(60); }},
      {"L2, QinQ", [](PacketBuilder& b) { b.tag(7, 1, 0x88A8).tag(8, 2).pad_to(68); }},
      {"UDPv4", [](PacketBuilder& b) { b.over(Transport::kUdp4); }},
      {"UDPv4, zero checksum",
       [](PacketBuilder& b) { b.over(Transport::kUdp4).udp_checksum(UdpChecksum::kZero); }},
      {"UDPv4, options, unicast",
       [](PacketBuilder& b) {
         b.over(Transport::kUdp4).to(kSlave).ip_options({1, 1, 1, 0});
       }},
      {"UDPv6", [](PacketBuilder& b) { b.over(Transport::kUdp6); }},
      {"UDPv6, extension header, 802.1Q, unicast",
       [](PacketBuilder& b) {
         b.over(Transport::kUdp6).to(kSlave).extension_header(60, 16).tag(9, 4);
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    PacketBuilder sync(MessageType::kSync);
    PacketBuilder expected(MessageType::kFollowUp);
    for (PacketBuilder* builder : {&sync, &expected}) {
      row.apply(*builder);
      apply(*builder);
    }
    expected.type_specific(0).correction(0).flags(0x2408).pad_to(60);
    sync.flags(0x2608).correction(77 << 16);  // twoStepFlag was set before it is asked for
    CHECK(follow_up_of(sync) == expected.build());
    sync.flags(0x2408);
    CHECK(follow_up_of(sync) == expected.build());
    // Nothing of what trails a Sync belongs into its Follow_Up.
    sync.tlv(0x8004, {1, 2, 3, 4}).trailing({5, 6, 7}).padding({8, 9});
    CHECK(follow_up_of(sync) == expected.build());
  }
}

TEST_CASE(
    "11.4.3: a generated Pdelay_Resp_Follow_Up repeats the request receipt time, so that the "
    "turnaround counts once") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    PacketBuilder response(MessageType::kPdelayResp);
    PacketBuilder expected(MessageType::kPdelayRespFollowUp);
    for (PacketBuilder* builder : {&response, &expected}) {
      builder->over(transport).from(kMaster).timestamp(5, 6).requesting(kSlave.identity());
    }
    response.two_step(false).correction(1'234'567 << 16);
    expected.two_step(false).type_specific(0).pad_to(60);
    CHECK(follow_up_of(response) == expected.build());
  }
}

TEST_CASE(
    "a generated follow-up goes to the general port, from the general port if the sender used the "
    "event port") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    PacketBuilder sync(MessageType::kSync);
    PacketBuilder expected(MessageType::kFollowUp);
    sync.over(transport).two_step(false).udp_ports(45'678, 319);
    expected.over(transport).type_specific(0).udp_ports(45'678, 320).pad_to(60);
    CHECK(follow_up_of(sync) == expected.build());
  }
}

TEST_CASE("every generated follow-up parses, with a right checksum, over every encapsulation") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : {MessageType::kSync, MessageType::kPdelayResp}) {
      CAPTURE(encapsulation.name);
      const Bytes follow_up =
          follow_up_of(encapsulation.message(type, kMaster, kSlave).two_step(false));
      ExactFrame frame(follow_up);
      FrameView view;
      REQUIRE(frame.parse(view).verdict == ParseVerdict::kPtp);
      CHECK(view.type == (type == MessageType::kSync ? MessageType::kFollowUp
                                                     : MessageType::kPdelayRespFollowUp));
      CHECK(frame.length() >= 60);
      CHECK(view.correction_field() == 0);
    }
  }
}
