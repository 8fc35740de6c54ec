// IEEE 802.1AS, sdoId 0x100: twoStepFlag is reserved there in the edition of 2011 and to be ignored
// (table 11-4), and a one-step Sync of the edition of 2020 carries the information TLV of its
// Follow_Up.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;

namespace {

constexpr uint16_t kSdoId = 0x100;
constexpr uint16_t kWithoutTwoStepFlag = 0x0008;  // ptpTimescale alone

// 802.1AS-2011, 11.4.4.3: the Follow_Up information TLV, an ORGANIZATION_EXTENSION of 28 octets.
PacketBuilder& with_information(PacketBuilder& message) {
  Bytes value{0x00, 0x80, 0xC2, 0x00, 0x00, 0x01};
  value.resize(28, 0x5A);
  return message.tlv(0x0003, value);
}

PacketBuilder gptp(PacketBuilder message) {
  return message.sdo_id(kSdoId).flags(kWithoutTwoStepFlag);
}

}  // namespace

TEST_CASE("802.1AS-2011: a Sync without the flag and without a TLV is two-step") {
  Network network(plain());
  auto& harness = network.harness;
  const auto sync = gptp(network.from_master(MessageType::kSync));
  auto follow_up = gptp(network.from_master(MessageType::kFollowUp));
  with_information(follow_up);
  harness.receive(kMasterPort, sync.build(), kT0);
  network.check_sent({1, 2, 3}, sync.build());
  network.stamp_all();
  network.check_nothing_sent();
  harness.receive(kMasterPort, follow_up.build());
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    return follow_up.copy().correction(scaled(residence(port))).build();
  });
  CHECK(harness.total(Counter::kGenerated) == 0);
  CHECK(harness.total(Counter::kDropUnexpectedFollowUp) == 0);
}

TEST_CASE("802.1AS-2011: a Pdelay_Resp without the flag has a follow-up, which is corrected") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kSlavePort, gptp(network.from_slave(MessageType::kPdelayReq)).build(), kT0);
  const auto response = gptp(network.from_master(MessageType::kPdelayResp));
  harness.receive(kMasterPort, response.build(), kT0);
  CHECK(harness.sent(kSlavePort) == Frames{response.build()});
  network.stamp_all();
  harness.clear_sent();
  auto follow_up = gptp(network.from_master(MessageType::kPdelayRespFollowUp));
  harness.receive(kMasterPort, follow_up.build());
  CHECK(
      harness.sent(kSlavePort) ==
      Frames{follow_up.correction(scaled(residence(kMasterPort) + residence(kSlavePort))).build()});
  CHECK(harness.total(Counter::kGenerated) == 0);
}

TEST_CASE("802.1AS-2020: the Follow_Up of a one-step Sync has the information TLV of the Sync") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4}) {
    CAPTURE(static_cast<int>(transport));
    Network network(plain(transport));
    auto& harness = network.harness;
    auto sync = gptp(network.from_master(MessageType::kSync));
    auto follow_up = gptp(network.from_master(MessageType::kFollowUp)).type_specific(0);
    harness.receive(kMasterPort, with_information(sync).build(), kT0);
    network.check_sent({1, 2, 3}, sync.copy().flags(kWithoutTwoStepFlag | 0x0200).build());
    network.stamp_all();
    with_information(follow_up);
    network.check_sent({1, 2, 3}, [&](uint32_t port) {
      return follow_up.copy().correction(scaled(residence(port))).build();
    });
    CHECK(harness.count(kMasterPort, Counter::kGenerated) == 1);
  }
}

TEST_CASE("IEEE 1588: the flag is what counts, and the TLVs of a one-step Sync stay with it") {
  Network network(plain());
  auto& harness = network.harness;
  auto sync = network.from_master(MessageType::kSync).flags(kWithoutTwoStepFlag);
  harness.receive(kMasterPort, with_information(sync).build(), kT0);
  harness.clear_sent();
  network.stamp_all();
  const auto follow_up = network.from_master(MessageType::kFollowUp)
                             .flags(kWithoutTwoStepFlag)
                             .type_specific(0)
                             .pad_to(60);
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    return follow_up.copy().correction(scaled(residence(port))).build();
  });
  CHECK(harness.count(kMasterPort, Counter::kGenerated) == 1);
}
