// 10.2.2: what an end-to-end transparent clock does to each message, over every encapsulation, byte
// for byte: what leaves differs from what came in only in correctionField, the checksum that
// follows from it, and twoStepFlag where it was converted.
#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

// What a two-step clock writes for a one-step message: no TLVs, nothing trailing.
PacketBuilder& bare(PacketBuilder& follow_up) {
  return follow_up.without_tlvs().trailing({}).padding({}).pad_to(60).type_specific(0);
}

}  // namespace

TEST_CASE(
    "two-step Sync: forwarded as it is; its residence at each egress port goes into the Follow_Up "
    "there") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    auto& harness = network.harness;
    const auto sync = network.from_master(MessageType::kSync).correction(scaled(5));
    const int64_t upstream = 3 - scaled(70);
    const auto follow_up = network.from_master(MessageType::kFollowUp).correction(upstream);

    harness.receive(kMasterPort, sync.build(), kT0);
    network.check_sent(network.from_master_ports(), sync.build());
    network.stamp_all();
    network.check_nothing_sent();
    harness.receive(kMasterPort, follow_up.build());
    network.check_sent(network.from_master_ports(), [&](uint32_t port) {
      return follow_up.copy().correction(upstream + scaled(residence(port))).build();
    });
  }
}

TEST_CASE(
    "one-step Sync: twoStepFlag is set, its own correctionField kept, and a Follow_Up written with "
    "the residence at each port") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    auto& harness = network.harness;
    auto sync = network.from_master(MessageType::kSync).two_step(false).correction(scaled(5) + 1);
    auto follow_up = network.from_master(MessageType::kFollowUp).two_step(false);
    bare(follow_up);

    harness.receive(kMasterPort, sync.build(), kT0);
    network.check_sent(network.from_master_ports(), sync.two_step(true).build());
    network.stamp_all();
    network.check_sent(network.from_master_ports(), [&](uint32_t port) {
      return follow_up.correction(scaled(residence(port))).build();
    });
    CHECK(harness.count(kMasterPort, Counter::kGenerated) == 1);
  }
}

TEST_CASE(
    "Delay_Req: forwarded as it is; its residence goes into the Delay_Resp, which leaves only "
    "where the request came in") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    auto& harness = network.harness;
    const auto request = network.from_slave(MessageType::kDelayReq).correction(-1);
    const auto response = network.from_master(MessageType::kDelayResp).correction(scaled(-9));

    harness.receive(kSlavePort, request.build(), kT0);
    network.check_sent(network.from_slave_ports(), request.build());
    network.stamp_all();
    harness.receive(kMasterPort, response.build());
    // Of all the residences that of the port by which the answer comes in.
    network.check_sent(
        {kSlavePort},
        response.copy().correction(scaled(-9) + scaled(residence(kMasterPort))).build());
  }
}

TEST_CASE(
    "two-step peer delay: both residences go into the Pdelay_Resp_Follow_Up, which leaves only "
    "where the request came in") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    auto& harness = network.harness;
    const auto request = network.from_slave(MessageType::kPdelayReq);
    const auto response = network.from_master(MessageType::kPdelayResp).correction(scaled(4));
    const auto follow_up = network.from_master(MessageType::kPdelayRespFollowUp).correction(11);

    harness.receive(kSlavePort, request.build(), kT0);
    network.check_sent(network.from_slave_ports(), request.build());
    network.stamp_all();
    harness.receive(kMasterPort, response.build(), kT0 + 50'000);
    network.check_sent(network.from_master_ports(), response.build());
    network.stamp_all(kT0 + 50'000);
    harness.receive(kMasterPort, follow_up.build());
    const int64_t both = scaled(residence(kMasterPort) + residence(kSlavePort));
    network.check_sent({kSlavePort}, follow_up.copy().correction(11 + both).build());
  }
}

TEST_CASE(
    "one-step peer delay: twoStepFlag is set in the Pdelay_Resp, and its follow-up is written with "
    "both residences") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    auto& harness = network.harness;
    auto response =
        network.from_master(MessageType::kPdelayResp).two_step(false).correction(scaled(4'000));
    auto follow_up = network.from_master(MessageType::kPdelayRespFollowUp).two_step(false);
    bare(follow_up);

    harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(), kT0);
    network.stamp_all();
    harness.clear_sent();
    harness.receive(kMasterPort, response.build(), kT0 + 50'000);
    network.check_sent(network.from_master_ports(), response.two_step(true).build());
    network.stamp_all(kT0 + 50'000);
    const int64_t both = scaled(residence(kMasterPort) + residence(kSlavePort));
    network.check_sent({kSlavePort}, follow_up.correction(both).build());
  }
}

TEST_CASE("Announce, Signaling, Management: forwarded unchanged, at once, without a time stamp") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type :
         {MessageType::kAnnounce, MessageType::kSignaling, MessageType::kManagement}) {
      CAPTURE(encapsulation.name);
      CAPTURE(static_cast<int>(type));
      Network network(encapsulation);
      const auto message =
          network.from_master(type).correction(77).flags(0x263C).domain(199).sdo_id(0xFFF);
      network.harness.receive(kMasterPort, message.build());
      network.check_sent(network.from_master_ports(), message.build());
      for (uint32_t port = 0; port < 4; ++port) CHECK(network.harness.stamps_waiting(port) == 0);
    }
  }
}

TEST_CASE(
    "IEEE 1588-2002: a version 1 message passes unchanged, and is counted, between ports that some "
    "domain passes") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    if (encapsulation.name.starts_with("L2")) continue;  // version 1 knew no L2
    CAPTURE(encapsulation.name);
    Network network(encapsulation);
    dataplane::PolicyRule one_domain = ForwarderHarness::transparent_everywhere();
    one_domain.domain_number = 9;
    network.harness.forwarder.program({.rules = {one_domain}});
    Bytes sync_v1(124, 0x11);
    sync_v1[0] = 0;
    sync_v1[1] = 1;
    const auto message = network.from_master(MessageType::kSync).raw_message(sync_v1);
    network.harness.receive(kMasterPort, message.build());
    network.check_sent(network.from_master_ports(), message.build());
    CHECK(network.harness.count(kMasterPort, Counter::kRxPtpV1) == 1);
    CHECK(network.harness.total(Counter::kTxPtpV1) == network.from_master_ports().size());
    CHECK(network.harness.count(kMasterPort, Counter::kRxSync) == 0);
  }
}

TEST_CASE(
    "IEEE 1588-2002: a version 1 message does not enter or leave by a port that ends or drops "
    "every "
    "domain") {
  const auto version_1 =
      PacketBuilder(MessageType::kSync).over(Transport::kUdp4).raw_message({0, 1, 0x42, 0x42});
  for (const auto& [action, counter] :
       {std::pair{dataplane::Action::kDrop, Counter::kDropByPolicy},
        std::pair{dataplane::Action::kTerminate, Counter::kDropByPolicy}}) {
    ForwarderHarness harness;
    dataplane::PolicyRule rule = ForwarderHarness::transparent_everywhere();
    for (const uint32_t port : {0, 1}) rule.action[port] = action;
    harness.forwarder.program({.rules = {rule}});
    harness.receive(0, version_1.build());
    CHECK(harness.clear_sent() == 0);
    CHECK(harness.count(0, Counter::kDropNoPolicy) + harness.count(0, counter) == 1);
    harness.receive(2, version_1.build());
    CHECK(harness.sent(0).empty());
    CHECK(harness.sent(1).empty());
    CHECK(harness.sent(3) == Frames{version_1.build()});
  }
  ForwarderHarness harness;
  harness.forwarder.program({});
  harness.receive(0, version_1.build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(0, Counter::kDropNoPolicy) == 1);
}

TEST_CASE("every domain, sdoId and minorVersionPTP is corrected alike") {
  for (const uint8_t minor : {0, 1}) {
    for (const uint16_t sdo_id : {0x000, 0x100, 0x0A5, 0xFFF}) {
      for (const uint8_t domain : {0, 24, 127, 239, 255}) {
        Network network(plain(Transport::kUdp6));
        auto apply = [&](PacketBuilder builder) {
          return builder.minor_version(minor).sdo_id(sdo_id).domain(domain);
        };
        const auto sync = apply(network.from_master(MessageType::kSync));
        const auto follow_up = apply(network.from_master(MessageType::kFollowUp));
        network.harness.receive(kMasterPort, sync.build(), kT0);
        network.check_sent({1, 2, 3}, sync.build());
        network.stamp_all();
        network.harness.receive(kMasterPort, follow_up.build());
        network.check_sent({1, 2, 3}, [&](uint32_t port) {
          return follow_up.copy().correction(scaled(residence(port))).build();
        });
      }
    }
  }
}

TEST_CASE("a checksum left to the sender's hardware is finished before the frame leaves") {
  for (const Transport transport : {Transport::kUdp4, Transport::kUdp6}) {
    Network network(plain(transport));
    auto& harness = network.harness;
    auto sync = network.from_master(MessageType::kSync);
    auto follow_up = network.from_master(MessageType::kFollowUp);
    const Bytes finished = sync.build();
    harness.receive(kMasterPort, sync.udp_checksum(UdpChecksum::kPending).build(), kT0, true);
    network.check_sent({1, 2, 3}, finished);
    network.stamp_all();
    harness.receive(kMasterPort, follow_up.copy().udp_checksum(UdpChecksum::kPending).build(), kT0,
                    true);
    network.check_sent({1, 2, 3}, [&](uint32_t port) {
      return follow_up.correction(scaled(residence(port))).build();
    });
  }
}

TEST_CASE(
    "13.3.2.9: a correctionField that the residence makes too big saturates, and stays too big") {
  for (const int64_t upstream : {INT64_MAX - 5, INT64_MAX}) {
    Network network(plain(Transport::kUdp4));
    auto follow_up = network.from_master(MessageType::kFollowUp).correction(upstream);
    network.harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
    network.harness.clear_sent();
    network.stamp_all();
    network.harness.receive(kMasterPort, follow_up.build());
    network.check_sent({1, 2, 3}, follow_up.correction(INT64_MAX).build());
  }
}

TEST_CASE("counters tell each message by type, received and sent, and each that was forwarded") {
  Network network(plain());
  auto& harness = network.harness;
  auto count = [&](Counter counter) { return harness.total(counter); };
  const uint64_t before = count(Counter::kForwarded);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  network.stamp_all();
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  harness.receive(kMasterPort, network.from_master(MessageType::kAnnounce).build());
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  network.stamp_all();
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build());
  CHECK(harness.count(kMasterPort, Counter::kRxSync) == 1);
  CHECK(harness.count(kMasterPort, Counter::kRxFollowUp) == 1);
  CHECK(harness.count(kMasterPort, Counter::kRxAnnounce) == 1);
  CHECK(harness.count(kMasterPort, Counter::kRxDelayResp) == 1);
  CHECK(harness.count(kSlavePort, Counter::kRxDelayReq) == 1);
  for (const uint32_t port : {1u, 2u, 3u}) {
    CHECK(harness.count(port, Counter::kTxSync) == 1);
    CHECK(harness.count(port, Counter::kTxFollowUp) == 1);
    CHECK(harness.count(port, Counter::kTxAnnounce) == 1);
  }
  CHECK(harness.count(kMasterPort, Counter::kTxDelayReq) == 1);
  CHECK(harness.count(kSlavePort, Counter::kTxDelayResp) == 1);
  CHECK(count(Counter::kTxDelayResp) == 1);
  CHECK(count(Counter::kForwarded) == before + 5);
  CHECK(harness.count(1, Counter::kResidenceCount) == 2);  // Sync and Delay_Req
  CHECK(harness.count(1, Counter::kResidenceSumNs) == 2 * residence(1));
}

TEST_CASE("peer delay through end-to-end ports counts no drop while nothing is wrong") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(), kT0);
  harness.receive(kMasterPort, network.from_master(MessageType::kPdelayResp).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kPdelayRespFollowUp).build());
  CHECK(harness.sent(kSlavePort).size() == 1);
  // The copies that nobody has asked for are no loss.
  CHECK(harness.total(Counter::kNotRequesterPort) == 2);
  for (size_t i = 0; i < dataplane::kCounterCount; ++i) {
    if (!dataplane::kCounterNames[i].starts_with("drop.")) continue;
    CAPTURE(dataplane::kCounterNames[i]);
    CHECK(harness.total(static_cast<Counter>(i)) == 0);
  }
}
