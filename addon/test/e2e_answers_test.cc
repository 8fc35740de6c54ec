// Answers that come from elsewhere than was asked: from another address, by another port, by two
// ports. Who asked is told by requestingPortIdentity, domain, sdoId and sequenceId.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::kMaxFarEnds;
using ptpswitch::dataplane::kNoticeInterval;
using ptpswitch::dataplane::NoticeKind;

namespace {

constexpr int64_t kShort = 1'000;  // residences, ns
constexpr int64_t kLong = 2'000;
// Of the same server as kMaster.
const Host kOtherAddress{9};

constexpr Transport kTransports[] = {Transport::kL2, Transport::kUdp4, Transport::kUdp6};

PacketBuilder request(Transport transport, const Host& to,
                      MessageType type = MessageType::kDelayReq) {
  return PacketBuilder(type).over(transport).from(kSlave).source(kSlave.identity()).to(to);
}

PacketBuilder answer(Transport transport, const Host& from,
                     MessageType type = MessageType::kDelayResp) {
  return PacketBuilder(type).over(transport).from(from).to(kSlave).requesting(kSlave.identity());
}

// The switch knows where the hosts are.
ForwarderHarness& introduce(ForwarderHarness& harness, Transport transport) {
  for (const Host& host : {kMaster, kOtherAddress}) {
    harness.receive(kMasterPort,
                    PacketBuilder(MessageType::kSignaling).over(transport).from(host).build());
  }
  harness.receive(kSlavePort,
                  PacketBuilder(MessageType::kSignaling).over(transport).from(kSlave).build());
  harness.clear_sent();
  return harness;
}

Bytes corrected(PacketBuilder message, int64_t residence_ns) {
  return message.correction(scaled(residence_ns)).build();
}

}  // namespace

TEST_CASE(
    "a Delay_Resp from another address than was asked is corrected: its port is the right one") {
  for (const Transport transport : kTransports) {
    ForwarderHarness harness;
    introduce(harness, transport);
    harness.receive(kSlavePort, request(transport, kMaster).build(), kT0);
    harness.stamp(kMasterPort, kT0 + kShort);
    harness.clear_sent();
    const auto response = answer(transport, kOtherAddress);
    harness.receive(kMasterPort, response.build());
    CHECK(harness.sent(kSlavePort) == Frames{corrected(response, kShort)});
    CHECK(harness.clear_sent() == 0);
  }
}

TEST_CASE("a Delay_Resp from another address waits for the time stamp of what it answers") {
  ForwarderHarness harness;
  introduce(harness, Transport::kUdp4);
  harness.receive(kSlavePort, request(Transport::kUdp4, kMaster).build(), kT0);
  harness.clear_sent();
  const auto response = answer(Transport::kUdp4, kOtherAddress);
  harness.receive(kMasterPort, response.build());
  CHECK(harness.clear_sent() == 0);
  harness.stamp(kMasterPort, kT0 + kLong);
  CHECK(harness.sent(kSlavePort) == Frames{corrected(response, kLong)});
}

TEST_CASE(
    "where several requests may be meant, an answer has the correction of all or is dropped") {
  for (const bool equal : {true, false}) {
    for (const bool stamps_first : {true, false}) {
      CAPTURE(equal);
      CAPTURE(stamps_first);
      ForwarderHarness harness;
      introduce(harness, Transport::kUdp4);
      harness.receive(kSlavePort, request(Transport::kUdp4, Host{21}).build(), kT0);
      harness.receive(kSlavePort, request(Transport::kUdp4, Host{22}).build(), kT0);
      const auto stamps = [&] {
        harness.stamp(kMasterPort, kT0 + kShort);
        harness.stamp(kMasterPort, kT0 + (equal ? kShort : kLong));
      };
      if (stamps_first) stamps();
      harness.clear_sent();
      const auto response = answer(Transport::kUdp4, kMaster);
      harness.receive(kMasterPort, response.build());
      if (!stamps_first) stamps();
      const auto expected = equal ? Frames{corrected(response, kShort)} : Frames{};
      CHECK(harness.sent(kSlavePort) == expected);
      CHECK(harness.count(kSlavePort, Counter::kDropCorrectionUnknown) == (equal ? 0 : 1));
    }
  }
}

TEST_CASE("a multicast request is nearer to an answer than one that another was asked") {
  ForwarderHarness harness;
  introduce(harness, Transport::kUdp4);
  auto multicast = PacketBuilder(MessageType::kDelayReq).over(Transport::kUdp4).from(kSlave);
  multicast.source(kSlave.identity());
  harness.receive(kSlavePort, multicast.build(), kT0);
  harness.receive(kSlavePort, request(Transport::kUdp4, kOtherAddress).build(), kT0);
  harness.stamp(kMasterPort, kT0 + kShort);
  harness.stamp(kMasterPort, kT0 + kLong);
  harness.clear_sent();
  const auto response = answer(Transport::kUdp4, kMaster);
  harness.receive(kMasterPort, response.build());
  CHECK(harness.sent(kSlavePort) == Frames{corrected(response, kShort)});
  const auto other = answer(Transport::kUdp4, kOtherAddress);
  harness.receive(kMasterPort, other.build());
  CHECK(harness.sent(kSlavePort) == Frames{corrected(other, kLong)});
}

TEST_CASE("a requester that asks more than a few by one sequenceId loses its oldest requests") {
  ForwarderHarness harness;
  introduce(harness, Transport::kUdp4);
  for (uint32_t i = 0; i < kMaxFarEnds + 3; ++i) {
    const Host server{static_cast<uint8_t>(100 + i)};
    harness.receive(kSlavePort, request(Transport::kUdp4, server).build(), kT0);
    harness.stamp_all(kT0 + kShort + i);
  }
  CHECK(harness.count(kSlavePort, Counter::kExchangesEvicted) == 3);
  harness.clear_sent();
  for (uint32_t i = 0; i < kMaxFarEnds + 3; ++i) {
    const auto response = answer(Transport::kUdp4, Host{static_cast<uint8_t>(100 + i)});
    harness.receive(kMasterPort, response.build());
    const auto expected = i < 3 ? Frames{} : Frames{corrected(response, kShort + i)};
    CHECK(harness.sent(kSlavePort) == expected);
  }
}

TEST_CASE("a Delay_Resp by another port than its Delay_Req left by is dropped, and told") {
  for (const Transport transport : kTransports) {
    ForwarderHarness harness;
    introduce(harness, transport);
    for (uint16_t sequence = 0; sequence < 3; ++sequence) {
      harness.receive(kSlavePort, request(transport, kMaster).sequence(sequence).build(), kT0);
      harness.stamp_all(kT0 + kShort);
      harness.clear_sent();
      harness.receive(3, answer(transport, kOtherAddress).sequence(sequence).build());
      CHECK(harness.clear_sent() == 0);
    }
    CHECK(harness.count(3, Counter::kDropAnswerByOtherPort) == 3);
    CHECK(harness.count(3, Counter::kDropNoRequest) == 0);
    REQUIRE(harness.notices.size() == 1);
    CHECK(harness.notices[0].kind == NoticeKind::kAnswerByOtherPort);
    CHECK(harness.notices[0].port == 3);
    CHECK(harness.notices[0].other_port == kMasterPort);
  }
}

TEST_CASE("a Pdelay_Resp_Follow_Up by another port than its request left by is dropped, and told") {
  ForwarderHarness harness;
  introduce(harness, Transport::kUdp4);
  harness.receive(kSlavePort, request(Transport::kUdp4, kMaster, MessageType::kPdelayReq).build(),
                  kT0);
  harness.stamp_all(kT0 + kShort);
  harness.receive(3, answer(Transport::kUdp4, kMaster, MessageType::kPdelayResp).build(), kT0);
  harness.stamp_all(kT0 + kShort);
  harness.clear_sent();
  harness.receive(3, answer(Transport::kUdp4, kMaster, MessageType::kPdelayRespFollowUp).build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(3, Counter::kDropAnswerByOtherPort) == 1);
  REQUIRE(harness.notices.size() == 1);
  CHECK(harness.notices[0].kind == NoticeKind::kAnswerByOtherPort);
}

TEST_CASE("an answer that the requester's own segment has is none by another port") {
  ForwarderHarness harness;
  harness.receive(
      kSlavePort,
      PacketBuilder(MessageType::kDelayReq).from(kSlave).source(kSlave.identity()).build(), kT0);
  harness.stamp_all(kT0 + kShort);
  harness.receive(
      kSlavePort,
      PacketBuilder(MessageType::kDelayResp).from(kMaster).requesting(kSlave.identity()).build());
  CHECK(harness.count(kSlavePort, Counter::kDropAnswerByOtherPort) == 0);
  CHECK(harness.notices.empty());
}

namespace {

// One of three stations that measure peer delay as if they were alone on a link asks, the others
// answer.
void measure_peer_delay(ForwarderHarness& harness, uint16_t sequence, uint32_t responders) {
  const auto from = [&](uint32_t port, MessageType type) {
    const Host host{static_cast<uint8_t>(30 + port)};
    return PacketBuilder(type)
        .from(host)
        .source(host.identity())
        .requesting(Host{30}.identity())
        .sequence(sequence)
        .sdo_id(0x100);
  };
  harness.receive(0, from(0, MessageType::kPdelayReq).build(), kT0);
  harness.stamp_all(kT0 + kShort);
  for (uint32_t port = 1; port <= responders; ++port) {
    harness.receive(port, from(port, MessageType::kPdelayResp).two_step(true).build(), kT0);
    harness.stamp_all(kT0 + kShort);
    harness.receive(port, from(port, MessageType::kPdelayRespFollowUp).build());
  }
}

}  // namespace

TEST_CASE("11.4: a second answer to one Pdelay_Req by another port is forwarded, and told") {
  ForwarderHarness harness;
  for (uint16_t second = 0; second < 3; ++second) {
    measure_peer_delay(harness, second, 2);
    CHECK(harness.sent(0).size() == 4);
    harness.advance(ptpswitch::dataplane::kSecond);
  }
  REQUIRE(harness.notices.size() == 1);
  CHECK(harness.notices[0].kind == NoticeKind::kSecondAnswer);
  CHECK(harness.notices[0].port == 2);
  CHECK(harness.notices[0].other_port == 1);
  harness.advance(kNoticeInterval);
  measure_peer_delay(harness, 9, 2);
  CHECK(harness.notices.size() == 2);
}

TEST_CASE("11.4: two stations that measure peer delay with each other are told nothing") {
  ForwarderHarness harness;
  for (uint16_t second = 0; second < 3; ++second) measure_peer_delay(harness, second, 1);
  // Nor is a second answer of the same station, or one more behind the same port.
  harness.receive(1,
                  PacketBuilder(MessageType::kPdelayResp)
                      .from(Host{40})
                      .source(Host{40}.identity())
                      .requesting(Host{30}.identity())
                      .sequence(2)
                      .sdo_id(0x100)
                      .build(),
                  kT0);
  CHECK(harness.notices.empty());
}

TEST_CASE("a double of an answer, which the loop guard drops, is no second answer") {
  ForwarderHarness harness;
  ptpswitch::dataplane::Policy policy;
  policy.rules = {ForwarderHarness::transparent_everywhere()};
  policy.loop_guard = true;
  harness.forwarder.program(policy);
  harness.receive(
      0, PacketBuilder(MessageType::kPdelayReq).from(kSlave).source(kSlave.identity()).build());
  const Bytes response = PacketBuilder(MessageType::kPdelayResp)
                             .two_step(true)
                             .from(kMaster)
                             .source(kMaster.identity())
                             .requesting(kSlave.identity())
                             .build();
  harness.receive(1, response);
  harness.receive(2, response);
  CHECK(harness.count(2, Counter::kDropRepeated) == 1);
  CHECK(harness.notices.empty());
}
