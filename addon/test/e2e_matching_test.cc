// Which message belongs to which: equal sequenceIds of different sources, domains, sdoIds, ports,
// VLANs, transports and unicast destinations are kept apart, and what belongs together is found.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;

namespace {

constexpr int64_t kShort = 1'000;  // residences, ns
constexpr int64_t kLong = 2'000;

// What makes the second of two exchanges with the same sequenceId another one.
struct Difference {
  const char* name;
  std::function<void(PacketBuilder&)> apply;
};

const Difference kDifferences[] = {
    {"nothing but the domain", [](PacketBuilder& b) { b.domain(1); }},
    {"minorSdoId", [](PacketBuilder& b) { b.sdo_id(0x001); }},
    {"majorSdoId", [](PacketBuilder& b) { b.sdo_id(0x100); }},
    {"outer VLAN", [](PacketBuilder& b) { b.tag(5); }},
    {"inner VLAN", [](PacketBuilder& b) { b.tag(7, 0, 0x88A8).tag(5); }},
    {"transport", [](PacketBuilder& b) { b.over(Transport::kUdp4); }},
    {"other transport", [](PacketBuilder& b) { b.over(Transport::kUdp6); }},
};

const Difference kSourceDifferences[] = {
    {"clockIdentity of the source",
     [](PacketBuilder& b) {
       b.source({kMaster.identity().clock_identity ^ 1, 1});
     }},
    {"first octet of it",
     [](PacketBuilder& b) {
       b.source({kMaster.identity().clock_identity ^ (1ull << 56), 1});
     }},
    {"portNumber of the source",
     [](PacketBuilder& b) {
       b.source({kMaster.identity().clock_identity, 2});
     }},
};

const Difference kRequesterDifferences[] = {
    {"clockIdentity of the requester",
     [](PacketBuilder& b) {
       b.requesting({kSlave.identity().clock_identity ^ 1, 1});
     }},
    {"portNumber of the requester",
     [](PacketBuilder& b) {
       b.requesting({kSlave.identity().clock_identity, 2});
     }},
};

// The reference for "inner VLAN" is a frame with the same outer tag.
PacketBuilder reference(const Difference& difference, PacketBuilder message) {
  if (std::string(difference.name) == "inner VLAN") message.tag(7, 0, 0x88A8).tag(6);
  return message;
}

PacketBuilder different(const Difference& difference, PacketBuilder message) {
  difference.apply(message);
  return message;
}

PacketBuilder corrected(PacketBuilder message, int64_t residence_ns) {
  return message.correction(scaled(residence_ns));
}

// A requester's identity is sourcePortIdentity in its request and requestingPortIdentity in the
// answer.
PacketBuilder asked_by(PacketBuilder request, const Difference& difference) {
  const bool clock = std::string(difference.name).starts_with("clockIdentity");
  const uint64_t identity = kSlave.identity().clock_identity;
  return request.source(clock ? PortIdentity{identity ^ 1, 1} : PortIdentity{identity, 2});
}

void check_syncs_apart(const Difference& difference) {
  CAPTURE(difference.name);
  Network network(plain());
  auto& harness = network.harness;
  const auto one = reference(difference, network.from_master(MessageType::kSync));
  const auto other = different(difference, network.from_master(MessageType::kSync));
  const auto follow_one = reference(difference, network.from_master(MessageType::kFollowUp));
  const auto follow_other = different(difference, network.from_master(MessageType::kFollowUp));
  harness.receive(kMasterPort, one.build(), kT0);
  harness.receive(kMasterPort, other.build(), kT0);
  for (const uint32_t port : {1u, 2u, 3u}) {
    harness.stamp(port, kT0 + kShort);
    harness.stamp(port, kT0 + kLong);
  }
  harness.clear_sent();
  harness.receive(kMasterPort, follow_other.build());
  network.check_sent({1, 2, 3}, corrected(follow_other, kLong).build());
  harness.receive(kMasterPort, follow_one.build());
  network.check_sent({1, 2, 3}, corrected(follow_one, kShort).build());
}

void check_requests_apart(const char* name, const PacketBuilder& request_one,
                          const PacketBuilder& request_other, const PacketBuilder& response_one,
                          const PacketBuilder& response_other) {
  CAPTURE(name);
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kSlavePort, request_one.build(), kT0);
  harness.receive(kSlavePort, request_other.build(), kT0);
  for (const uint32_t port : {0u, 1u, 3u}) {
    harness.stamp(port, kT0 + kShort);
    harness.stamp(port, kT0 + kLong);
  }
  harness.clear_sent();
  harness.receive(kMasterPort, response_other.build());
  network.check_sent({kSlavePort}, corrected(response_other, kLong).build());
  harness.receive(kMasterPort, response_one.build());
  network.check_sent({kSlavePort}, corrected(response_one, kShort).build());
}

}  // namespace

TEST_CASE(
    "Syncs with equal sequenceIds are kept apart by domain, sdoId, source, VLAN and transport") {
  for (const Difference& difference : kDifferences) check_syncs_apart(difference);
  for (const Difference& difference : kSourceDifferences) check_syncs_apart(difference);
}

TEST_CASE(
    "Delay_Reqs with equal sequenceIds are kept apart by domain, sdoId, requester, VLAN and "
    "transport") {
  const Network network(plain());
  const auto request = network.from_slave(MessageType::kDelayReq);
  const auto response = network.from_master(MessageType::kDelayResp);
  for (const Difference& difference : kDifferences) {
    check_requests_apart(difference.name, reference(difference, request),
                         different(difference, request), reference(difference, response),
                         different(difference, response));
  }
  for (const Difference& difference : kRequesterDifferences) {
    check_requests_apart(difference.name, request, asked_by(request, difference), response,
                         different(difference, response));
  }
}

TEST_CASE("a follow-up or an answer with another sequenceId finds nothing") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(7).build(), kT0);
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).sequence(7).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).sequence(8).build());
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).sequence(8).build());
  network.check_nothing_sent();
  CHECK(harness.count(kMasterPort, Counter::kDropNoRequest) == 1);
  harness.advance(harness.small_limits().held_lifetime);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 1);
}

TEST_CASE(
    "the same Sync by two ports is two Syncs: each Follow_Up has the residence of the one from its "
    "own port") {
  Network network(plain());
  auto& harness = network.harness;
  const auto sync = network.from_master(MessageType::kSync);
  const auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(0, sync.build(), kT0);
  harness.receive(1, sync.build(), kT0 + 100);
  // Port 2 has both, in order of arrival.
  harness.stamp(2, kT0 + kShort);
  harness.stamp(2, kT0 + 100 + kLong);
  harness.clear_sent();
  harness.receive(1, follow_up.build());
  CHECK(harness.sent(2) == Frames{corrected(follow_up, kLong).build()});
  harness.receive(0, follow_up.build());
  CHECK(harness.sent(2) == Frames{corrected(follow_up, kShort).build()});
}

TEST_CASE(
    "two requests with the same identity by two ports: each gets the answer with its own "
    "residence") {
  for (const bool stamps_first : {true, false}) {
    CAPTURE(stamps_first);
    Network network(plain());
    auto& harness = network.harness;
    const auto request = network.from_slave(MessageType::kDelayReq);
    const auto response = network.from_master(MessageType::kDelayResp);
    harness.receive(2, request.build(), kT0);
    harness.receive(3, request.build(), kT0 + 100);
    auto stamp = [&] {
      harness.stamp(0, kT0 + kShort);
      harness.stamp(0, kT0 + 100 + kLong);
    };
    harness.clear_sent();
    if (stamps_first) stamp();
    harness.receive(kMasterPort, response.build());
    if (!stamps_first) stamp();
    network.check_sent({2, 3}, [&](uint32_t port) {
      return corrected(response, port == 2 ? kShort : kLong).build();
    });
  }
}

TEST_CASE(
    "two peer delay requests with the same identity by two ports: each gets its own follow-up") {
  for (const bool two_step : {true, false}) {
    CAPTURE(two_step);
    Network network(plain());
    auto& harness = network.harness;
    const auto request = network.from_slave(MessageType::kPdelayReq);
    const auto response = network.from_master(MessageType::kPdelayResp).two_step(two_step);
    const auto follow_up = network.from_master(MessageType::kPdelayRespFollowUp).two_step(false);
    harness.receive(2, request.build(), kT0);
    harness.receive(3, request.build(), kT0 + 100);
    harness.receive(kMasterPort, response.build(), kT0 + 50'000);
    if (two_step) harness.receive(kMasterPort, follow_up.build());
    // Each request also left by the other requester's port, and the response by both.
    for (const uint32_t port : {2u, 3u}) {
      harness.stamp(port, kT0 + kLong);
      harness.stamp(port, kT0 + 50'000 + 10 * port);
    }
    harness.clear_sent();
    harness.stamp(0, kT0 + 100 + kLong, 1);
    harness.stamp(0, kT0 + kShort, 0);
    auto expected = follow_up.copy();
    if (!two_step) expected.type_specific(0).pad_to(60);
    network.check_sent({2, 3}, [&](uint32_t port) {
      return corrected(expected, port == 2 ? kShort + 20 : kLong + 30).build();
    });
  }
}

TEST_CASE("unicast negotiation: a master that counts each slave's sequenceIds apart") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    ForwarderHarness harness;
    const Host slaves[] = {Host{2}, Host{3}};
    auto to = [&](const Host& slave, MessageType type) {
      return PacketBuilder(type).over(transport).from(kMaster).to(slave);
    };
    // Where they are is not known yet: all is flooded, which makes them meet at every port.
    harness.receive(0, to(slaves[0], MessageType::kSync).build(), kT0);
    harness.receive(0, to(slaves[1], MessageType::kSync).build(), kT0);
    for (const uint32_t port : {1u, 2u, 3u}) {
      harness.stamp(port, kT0 + kShort);
      harness.stamp(port, kT0 + kLong);
    }
    harness.clear_sent();
    const auto second = to(slaves[1], MessageType::kFollowUp);
    const auto first = to(slaves[0], MessageType::kFollowUp);
    harness.receive(0, second.build());
    CHECK(harness.sent(1) == Frames{corrected(second, kLong).build()});
    harness.receive(0, first.build());
    CHECK(harness.sent(2) ==
          Frames{corrected(second, kLong).build(), corrected(first, kShort).build()});
  }
}

TEST_CASE(
    "unicast: a slave that asks two masters with the same sequenceId, both by the same port") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    ForwarderHarness harness;
    const Host masters[] = {Host{1}, Host{4}};
    auto message = [&](MessageType type, const Host& from, const Host& to) {
      return PacketBuilder(type).over(transport).from(from).to(to).requesting(kSlave.identity());
    };
    harness.receive(2, message(MessageType::kDelayReq, kSlave, masters[0]).build(), kT0);
    harness.receive(2, message(MessageType::kDelayReq, kSlave, masters[1]).build(), kT0);
    harness.stamp(0, kT0 + kShort);
    harness.stamp(0, kT0 + kLong);
    harness.clear_sent();
    const auto second = message(MessageType::kDelayResp, masters[1], kSlave);
    const auto first = message(MessageType::kDelayResp, masters[0], kSlave);
    harness.receive(0, second.build());
    harness.receive(0, first.build());
    CHECK(harness.sent(2) ==
          Frames{corrected(second, kLong).build(), corrected(first, kShort).build()});
  }
}

TEST_CASE(
    "hybrid: multicast Sync, unicast Delay_Req and Delay_Resp; and a unicast answer to a multicast "
    "request") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    for (const bool unicast_request : {true, false}) {
      for (const bool unicast_response : {true, false}) {
        CAPTURE(unicast_request);
        CAPTURE(unicast_response);
        Network network(plain(transport));
        auto& harness = network.harness;
        auto request = network.from_slave(MessageType::kDelayReq);
        auto response = network.from_master(MessageType::kDelayResp);
        if (unicast_request) request.to(kMaster);
        if (unicast_response) response.to(kSlave);
        harness.receive(kSlavePort, request.build(), kT0);
        network.stamp_all();
        harness.clear_sent();
        harness.receive(kMasterPort, response.build());
        network.check_sent({kSlavePort}, corrected(response, residence(kMasterPort)).build());
      }
    }
  }
}

TEST_CASE(
    "11.4: two responders to one Pdelay_Req: each follow-up has its own response's residence") {
  Network network(plain());
  auto& harness = network.harness;
  const Host responders[] = {Host{1}, Host{4}};
  auto message = [&](uint32_t which, MessageType type) {
    return PacketBuilder(type).from(responders[which]).requesting(kSlave.identity());
  };
  harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(), kT0);
  network.stamp_all();
  // Both behind port 0: only the responder's identity tells the responses apart.
  harness.receive(0, message(0, MessageType::kPdelayResp).build(), kT0 + 50'000);
  harness.receive(0, message(1, MessageType::kPdelayResp).build(), kT0 + 60'000);
  harness.stamp(kSlavePort, kT0 + 50'000 + kShort);
  harness.stamp(kSlavePort, kT0 + 60'000 + kLong);
  harness.clear_sent();
  const auto second = message(1, MessageType::kPdelayRespFollowUp);
  const auto first = message(0, MessageType::kPdelayRespFollowUp);
  harness.receive(0, second.build());
  network.check_sent({kSlavePort}, corrected(second, residence(0) + kLong).build());
  harness.receive(0, first.build());
  network.check_sent({kSlavePort}, corrected(first, residence(0) + kShort).build());
}

TEST_CASE(
    "a Delay_Resp that no Delay_Req led to is dropped, also when the request went by another "
    "port") {
  Network network(plain(Transport::kL2, true));
  auto& harness = network.harness;
  const auto response = network.from_master(MessageType::kDelayResp);
  harness.receive(kMasterPort, response.build());
  network.check_nothing_sent();
  CHECK(harness.count(kMasterPort, Counter::kDropNoRequest) == 1);
  // The unicast request leaves by port 0 alone; an answer that comes in by port 1 is no answer.
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(1, response.build());
  network.check_nothing_sent();
  CHECK(harness.count(1, Counter::kDropAnswerByOtherPort) == 1);
}

TEST_CASE("a Follow_Up after a one-step Sync is nobody's, and is dropped") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).two_step(false).build(),
                  kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  network.check_nothing_sent();
  CHECK(harness.count(kMasterPort, Counter::kDropUnexpectedFollowUp) == 1);
}

TEST_CASE(
    "a Follow_Up before a one-step Sync is nobody's either: one Follow_Up leaves, the generated "
    "one") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).correction(5).build());
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).two_step(false).build(),
                  kT0);
  harness.clear_sent();
  network.stamp_all();
  auto generated = network.from_master(MessageType::kFollowUp);
  generated.two_step(false).type_specific(0).pad_to(60);
  network.check_sent({1, 2, 3},
                     [&](uint32_t port) { return corrected(generated, residence(port)).build(); });
  CHECK(harness.count(kMasterPort, Counter::kDropUnexpectedFollowUp) == 1);
}
