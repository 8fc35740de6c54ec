// 10.3.2: what a peer-to-peer transparent clock does to each message, over every encapsulation,
// byte for byte: Sync and Follow_Up get the delay of the link they came by as well, peer delay
// messages end here, end-to-end delay messages have no place, all others pass unchanged.
#include "addon/test/p2p_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::PortSettings;

TEST_CASE(
    "peer-to-peer, Sync: residence, meanLinkDelay and delayAsymmetry of the ingress port go into "
    "its Follow_Up, one-step or two-step") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const bool two_step : {true, false}) {
      for (const int64_t asymmetry_ns : {0, 250, -40}) {
        CAPTURE(encapsulation.name);
        CAPTURE(two_step);
        CAPTURE(asymmetry_ns);
        Network network(encapsulation);
        auto& harness = network.harness;
        harness.forwarder.program(measured());
        harness.forwarder.configure(kMasterPort, PortSettings{.delay_asymmetry_ns = asymmetry_ns});
        harness.forwarder.configure(kSlavePort, PortSettings{.delay_asymmetry_ns = 4'000});
        check_sync_flows(
            network, two_step,
            link_delay(kMasterPort, transport_of(encapsulation)) + scaled(asymmetry_ns));
        CHECK(harness.count(kMasterPort, Counter::kGenerated) == (two_step ? 0 : 1));
      }
    }
  }
}

TEST_CASE("peer-to-peer: the delay is that of the port that the Sync came in by") {
  for (const Transport transport : kTransports) {
    for (uint32_t ingress = 0; ingress < kPorts; ++ingress) {
      CAPTURE(static_cast<int>(transport));
      CAPTURE(ingress);
      Network network(plain(transport));
      network.harness.forwarder.program(measured());
      const auto follow_up = network.from_master(MessageType::kFollowUp);
      network.harness.receive(ingress, network.from_master(MessageType::kSync).build(), kT0);
      network.harness.clear_sent();
      network.stamp_all();
      network.harness.receive(ingress, follow_up.build());
      network.check_sent(network.egress_ports(ingress, 0), [&](uint32_t port) {
        return follow_up.copy()
            .correction(scaled(residence(port)) + link_delay(ingress, transport))
            .build();
      });
    }
  }
}

TEST_CASE("peer-to-peer: a link delay of zero, or a hair below, is a measured one") {
  for (const int64_t delay : {int64_t{0}, int64_t{-3}, scaled(-8)}) {
    CAPTURE(delay);
    Network network(plain());
    Policy policy = unmeasured();
    delay_of(policy, kMasterPort, Transport::kL2) = delay;
    network.harness.forwarder.program(policy);
    check_sync_flows(network, true, delay);
  }
}

TEST_CASE("13.3.2.9: a correctionField that the link delay makes too big saturates") {
  Network network(plain(Transport::kUdp6));
  Policy policy = unmeasured();
  delay_of(policy, kMasterPort, Transport::kUdp6) = scaled(5'000);
  network.harness.forwarder.program(policy);
  const int64_t upstream = INT64_MAX - scaled(residence(3)) - 1;  // room for any residence alone
  auto follow_up = network.from_master(MessageType::kFollowUp).correction(upstream);
  network.harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  network.harness.clear_sent();
  network.stamp_all();
  network.harness.receive(kMasterPort, follow_up.build());
  network.check_sent({1, 2, 3}, follow_up.correction(INT64_MAX).build());
}

TEST_CASE(
    "peer-to-peer: Delay_Req and Delay_Resp are of the other mechanism: dropped and counted") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const Policy& policy : {unmeasured(), measured()}) {
      CAPTURE(encapsulation.name);
      Network network(encapsulation);
      auto& harness = network.harness;
      harness.forwarder.program(policy);
      harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
      harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build(), kT0);
      check_stopped(network);
      CHECK(harness.count(kSlavePort, Counter::kDropDelayMechanism) == 1);
      CHECK(harness.count(kMasterPort, Counter::kDropDelayMechanism) == 1);
      CHECK(harness.total(Counter::kDropNoRequest) == 0);
    }
  }
}

TEST_CASE(
    "peer-to-peer: Pdelay messages end at the port: handed up as they came, with their time stamp, "
    "and never forwarded") {
  struct Row {
    MessageType type;
    bool two_step;
    std::optional<int64_t> received_at;
  };
  const Row rows[] = {
      {MessageType::kPdelayReq, false, kT0},
      {MessageType::kPdelayReq, false, std::nullopt},
      {MessageType::kPdelayResp, true, kT0 + 1},
      {MessageType::kPdelayResp, false, kT0 + 2},
      {MessageType::kPdelayRespFollowUp, false, std::nullopt},
  };
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const Policy& policy : {unmeasured(), measured()}) {
      CAPTURE(encapsulation.name);
      Network network(encapsulation);
      auto& harness = network.harness;
      harness.forwarder.program(policy);
      for (const Row& row : rows) {
        CAPTURE(static_cast<int>(row.type));
        const Bytes message =
            network.from_master(row.type).two_step(row.two_step).correction(-77).build();
        harness.receive(kMasterPort, message, row.received_at);
        REQUIRE(harness.punted.size() == 1);
        CHECK(harness.punted[0].port == kMasterPort);
        CHECK(harness.punted[0].frame == message);
        CHECK(harness.punted[0].timestamp_ns == row.received_at);
        harness.punted.clear();
        check_stopped(network);
      }
      CHECK(harness.count(kMasterPort, Counter::kTerminated) == std::size(rows));
      CHECK(harness.total(Counter::kGenerated) == 0);
    }
  }
}

TEST_CASE(
    "peer-to-peer: a Pdelay message for which there is no room above is dropped and counted") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.program(measured());
  harness.records_full = true;
  harness.receive(kMasterPort, network.from_master(MessageType::kPdelayReq).build(), kT0);
  check_stopped(network);
  CHECK(harness.count(kMasterPort, Counter::kDropRecordsFull) == 1);
  CHECK(harness.count(kMasterPort, Counter::kTerminated) == 0);
}

TEST_CASE("peer-to-peer: Announce, Signaling, Management pass unchanged, measured or not") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const Policy& policy : {unmeasured(), measured()}) {
      for (const MessageType type :
           {MessageType::kAnnounce, MessageType::kSignaling, MessageType::kManagement}) {
        CAPTURE(encapsulation.name);
        CAPTURE(static_cast<int>(type));
        Network network(encapsulation);
        network.harness.forwarder.program(policy);
        const auto message =
            network.from_master(type).correction(77).flags(0x263C).domain(199).sdo_id(0xFFF);
        network.harness.receive(kMasterPort, message.build());
        network.check_sent(network.from_master_ports(), message.build());
        check_stopped(network);
      }
    }
  }
}

TEST_CASE(
    "one domain peer-to-peer and another end-to-end on the same ports, with the same sequenceIds: "
    "each after its own rules") {
  struct Domain {
    uint16_t sdo_id;
    uint8_t number;
    bool peer_to_peer;
  };
  const Domain domains[] = {
      {0x000, 0, true}, {0x000, 1, false}, {0x100, 0, false}, {0x100, 1, true}};
  Policy policy = measured();
  policy.rules.clear();
  for (const Domain& domain : domains) {
    PolicyRule rule{.sdo_id = domain.sdo_id, .domain_number = domain.number};
    rule.action.fill(domain.peer_to_peer ? Action::kPeerToPeerTransparent
                                         : Action::kEndToEndTransparent);
    policy.rules.push_back(rule);
  }
  for (const Transport transport : kTransports) {
    Network network(plain(transport));
    auto& harness = network.harness;
    harness.forwarder.program(policy);
    auto of = [](const Domain& domain, PacketBuilder builder) {
      return builder.sdo_id(domain.sdo_id).domain(domain.number);
    };
    // All Syncs are inside the switch before the first time stamp is in.
    for (const Domain& domain : domains) {
      const Bytes sync = of(domain, network.from_master(MessageType::kSync)).build();
      harness.receive(kMasterPort, sync, kT0);
      network.check_sent({1, 2, 3}, sync);
    }
    network.stamp_all();
    uint64_t stopped = 0;
    for (const Domain& domain : domains) {
      CAPTURE(domain.sdo_id);
      CAPTURE(domain.number);
      const auto follow_up = of(domain, network.from_master(MessageType::kFollowUp));
      harness.receive(kMasterPort, follow_up.build());
      network.check_sent({1, 2, 3}, [&](uint32_t port) {
        const int64_t delay = domain.peer_to_peer ? link_delay(kMasterPort, transport) : 0;
        return follow_up.copy().correction(scaled(residence(port)) + delay).build();
      });

      const Bytes delay_req = of(domain, network.from_slave(MessageType::kDelayReq)).build();
      const Bytes pdelay_req = of(domain, network.from_slave(MessageType::kPdelayReq)).build();
      harness.receive(kSlavePort, delay_req, kT0);
      if (domain.peer_to_peer) {
        network.check_nothing_sent();
      } else {
        network.check_sent({0, 1, 3}, delay_req);
      }
      harness.receive(kSlavePort, pdelay_req, kT0);
      if (domain.peer_to_peer) {
        network.check_nothing_sent();
        REQUIRE(harness.punted.size() == 1);
        CHECK(harness.punted[0].frame == pdelay_req);
        harness.punted.clear();
        ++stopped;
      } else {
        network.check_sent({0, 1, 3}, pdelay_req);
        CHECK(harness.punted.empty());
      }
      network.stamp_all();
    }
    CHECK(harness.count(kSlavePort, Counter::kDropDelayMechanism) == stopped);
    CHECK(harness.count(kSlavePort, Counter::kTerminated) == stopped);
  }
}
