// Syntonisation. Which Syncs are reported, and what of them; what a rate does to a
// residence: that of its own sdoId and domain, to fractions of a nanosecond.
#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::Action;
using ptpswitch::dataplane::kSyncSamplingInterval;
using ptpswitch::dataplane::Policy;
using ptpswitch::dataplane::PolicyRule;

namespace {

constexpr int64_t kOriginNs = 0x6543'2100 * int64_t{1'000'000'000} + 123'456'789;  // the builder's

Policy policy_of(Action action, std::vector<dataplane::RateRatio> rate_ratios = {}) {
  PolicyRule rule{};
  rule.action.fill(action);
  Policy policy;
  policy.rules = {rule};
  policy.rate_ratios = std::move(rate_ratios);
  return policy;
}

Bytes source_of(Host host) {
  const Bytes message = PacketBuilder(MessageType::kSync).from(host).build_message();
  return {message.begin() + 20, message.begin() + 30};
}

struct Pair {
  uint16_t sdo_id = 0;
  uint8_t domain = 0;
  bool two_step = true;
  uint64_t seconds = 0x6543'2100;
  uint32_t nanoseconds = 123'456'789;
};

// A Sync, and its Follow_Up when it is two-step, by `ingress`.
void receive_pair(ForwarderHarness& harness, uint32_t ingress, const Pair& pair = {},
                  std::optional<int64_t> received_at = kT0) {
  auto message = [&](MessageType type) {
    return PacketBuilder(type)
        .sdo_id(pair.sdo_id)
        .domain(pair.domain)
        .timestamp(pair.seconds, pair.nanoseconds);
  };
  harness.receive(ingress, message(MessageType::kSync).two_step(pair.two_step).build(),
                  received_at);
  if (pair.two_step) harness.receive(ingress, message(MessageType::kFollowUp).build());
}

}  // namespace

TEST_CASE("residence is multiplied by the rate ratio of the domain, no fraction cut off") {
  struct Row {
    double rate_offset;
    int64_t residence_ns;
    int64_t expected;
  };
  const Row rows[] = {
      {0, 1'000'000, scaled(1'000'000)},
      {0x1p-13, 1'000'000, scaled(1'000'000) + scaled(1'000'000) / 8'192},  // 122 ppm
      {-0x1p-14, 1'000'000, scaled(1'000'000) - scaled(1'000'000) / 16'384},
      {0x1p-13, 1, scaled(1) + 8},                      // 65,536 / 8,192
      {0x1p-30, 10'000'000, scaled(10'000'000) + 610},  // 0.93 ppb of 10 ms: 9.3 ps
      {0x1p-13, 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rate_offset);
    CAPTURE(row.residence_ns);
    Network network(plain());
    network.harness.forwarder.program(
        policy_of(Action::kEndToEndTransparent, {{0, 0, row.rate_offset}}));
    network.harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
    network.harness.clear_sent();
    network.harness.stamp_all(kT0 + row.residence_ns);
    auto follow_up = network.from_master(MessageType::kFollowUp);
    network.harness.receive(kMasterPort, follow_up.build());
    network.check_sent({1, 2, 3}, follow_up.correction(row.expected).build());
  }
}

TEST_CASE("100 ppm of 1 ms are 100 ns, in the residence of every message that has one") {
  constexpr int64_t kResidenceNs = 1'000'000;
  for (const int sign : {1, -1}) {
    CAPTURE(sign);
    const int64_t once = scaled(kResidenceNs + sign * 100);
    Network network(plain(Transport::kUdp4));
    auto& harness = network.harness;
    harness.forwarder.program(policy_of(Action::kEndToEndTransparent, {{0, 0, sign * 1e-4}}));
    auto pass_event = [&](uint32_t ingress, const PacketBuilder& event) {
      harness.receive(ingress, event.build(), kT0);
      harness.clear_sent();
      harness.stamp_all(kT0 + kResidenceNs);
    };
    auto check_general = [&](MessageType type, const std::vector<uint32_t>& ports,
                             int64_t expected) {
      CAPTURE(static_cast<int>(type));
      auto general = network.from_master(type);
      harness.receive(kMasterPort, general.build());
      network.check_sent(ports, general.correction(expected).build());
    };
    pass_event(kMasterPort, network.from_master(MessageType::kSync));
    check_general(MessageType::kFollowUp, {1, 2, 3}, once);
    pass_event(kSlavePort, network.from_slave(MessageType::kDelayReq));
    check_general(MessageType::kDelayResp, {kSlavePort}, once);
    pass_event(kSlavePort, network.from_slave(MessageType::kPdelayReq));
    pass_event(kMasterPort, network.from_master(MessageType::kPdelayResp));
    check_general(MessageType::kPdelayRespFollowUp, {kSlavePort}, 2 * once);

    // A generated Follow_Up: the two-step form of the same.
    harness.receive(kMasterPort,
                    network.from_master(MessageType::kSync).sequence(9).two_step(false).build(),
                    kT0);
    harness.clear_sent();
    harness.stamp_all(kT0 + kResidenceNs);
    network.check_sent({1, 2, 3}, network.from_master(MessageType::kFollowUp)
                                      .sequence(9)
                                      .two_step(false)
                                      .type_specific(0)
                                      .pad_to(60)
                                      .correction(once)
                                      .build());
  }
}

TEST_CASE("a rate ratio counts for exactly its sdoId and domain, a domain without one has 1") {
  struct Domain {
    uint16_t sdo_id;
    uint8_t number;
    double rate_offset;
  };
  const Domain domains[] = {{0x000, 0, 0x1p-13}, {0x000, 1, -0x1p-13}, {0x100, 0, 0x1p-14},
                            {0x100, 1, 0},       {0x001, 0, 0},        {0x000, 255, -0x1p-15}};
  std::vector<dataplane::RateRatio> rate_ratios;
  for (const Domain& domain : domains) {
    if (domain.rate_offset != 0) {
      rate_ratios.push_back({domain.sdo_id, domain.number, domain.rate_offset});
    }
  }
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.program(policy_of(Action::kEndToEndTransparent, rate_ratios));
  auto of = [&](const Domain& domain, MessageType type) {
    return network.from_master(type).sdo_id(domain.sdo_id).domain(domain.number);
  };
  for (const Domain& domain : domains) {
    harness.receive(kMasterPort, of(domain, MessageType::kSync).build(), kT0);
  }
  harness.clear_sent();
  network.stamp_all();
  for (const Domain& domain : domains) {
    CAPTURE(domain.sdo_id);
    CAPTURE(domain.number);
    auto follow_up = of(domain, MessageType::kFollowUp);
    harness.receive(kMasterPort, follow_up.build());
    network.check_sent({1, 2, 3}, [&](uint32_t port) {
      const auto local = static_cast<double>(scaled(residence(port)));
      return follow_up
          .correction(static_cast<int64_t>(local) +
                      static_cast<int64_t>(local * domain.rate_offset))
          .build();
    });
  }
}

TEST_CASE("link delay and asymmetry are not residence: no rate is applied to them here") {
  Network network(plain());
  auto& harness = network.harness;
  Policy policy = policy_of(Action::kPeerToPeerTransparent, {{0, 0, 0x1p-13}});
  policy.link_delay[kMasterPort][static_cast<size_t>(Transport::kL2)] = scaled(8'192'000) + 1;
  harness.forwarder.program(policy);
  harness.forwarder.configure(kMasterPort, dataplane::PortSettings{.delay_asymmetry_ns = 819'200});
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.clear_sent();
  harness.stamp_all(kT0 + 8'192);
  auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(kMasterPort, follow_up.build());
  network.check_sent({1, 2, 3},
                     follow_up.correction(scaled(8'193 + 8'192'000 + 819'200) + 1).build());
}

TEST_CASE("a Sync with its Follow_Up, or a one-step Sync alone, is reported with all it says") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const Action action : {Action::kEndToEndTransparent, Action::kPeerToPeerTransparent}) {
      for (const bool two_step : {true, false}) {
        CAPTURE(encapsulation.name);
        CAPTURE(two_step);
        Network network(encapsulation);
        auto& harness = network.harness;
        Policy policy = policy_of(action, {{0x123, 77, 1e-4}});
        for (auto& delay : policy.link_delay[kMasterPort]) delay = scaled(3'333);
        harness.forwarder.program(policy);
        auto of = [&](MessageType type) {
          return network.from_master(type).sdo_id(0x123).domain(77).sequence(0xABCD);
        };
        // A two-step Sync's originTimestamp is an estimate: the Follow_Up's counts.
        harness.receive(kMasterPort,
                        of(MessageType::kSync)
                            .two_step(two_step)
                            .correction(scaled(5) + 1)
                            .timestamp(0x6543'2100, two_step ? 0 : 123'456'789)
                            .build(),
                        kT0 + 4);
        CHECK(harness.observed.size() == (two_step ? 0 : 1));
        if (two_step) {
          harness.receive(kMasterPort, of(MessageType::kFollowUp).correction(scaled(-70)).build());
        }
        REQUIRE(harness.observed.size() == 1);
        const auto& [port, observation, source] = harness.observed[0];
        CHECK(port == kMasterPort);
        CHECK(observation.sdo_id == 0x123);
        CHECK(observation.domain_number == 77);
        CHECK(observation.sequence_id == 0xABCD);
        CHECK(source == source_of(kMaster));
        CHECK(observation.ingress_timestamp_ns == kT0 + 4);
        CHECK(observation.precise_origin_timestamp_ns == kOriginNs);
        // As received: neither residence nor link delay, which the receive time precedes.
        CHECK(observation.correction == scaled(two_step ? -65 : 5) + 1);
      }
    }
  }
}

TEST_CASE("13.3.2.9: a correctionField that is too big is reported as too big") {
  ForwarderHarness harness;
  harness.receive(0, PacketBuilder(MessageType::kSync).correction(INT64_MAX).build(), kT0);
  harness.receive(0, PacketBuilder(MessageType::kFollowUp).correction(-5).build());
  REQUIRE(harness.observed.size() == 1);
  CHECK(harness.observed[0].observation.correction == INT64_MAX);
}

TEST_CASE("one Sync in kSyncSamplingInterval is reported, for each sdoId, domain and port apart") {
  ForwarderHarness harness;
  const Pair pairs[] = {{0, 0}, {0, 1}, {0x100, 0}, {0, 0, false, 1}};
  auto reported = [&](uint32_t port, const Pair& pair) {
    receive_pair(harness, port, pair);
    return std::exchange(harness.observed, {}).size() == 1;
  };
  for (const uint32_t port : {0u, 1u, 3u}) {
    for (const Pair& pair : pairs) {
      CAPTURE(port);
      CAPTURE(pair.sdo_id);
      CAPTURE(static_cast<int>(pair.domain));
      const bool first = pair.two_step;  // a one-step Sync is of domain 0 as well
      CHECK(reported(port, pair) == first);
    }
  }
  harness.advance(kSyncSamplingInterval - 1);
  CHECK_FALSE(reported(0, {}));
  harness.advance(1);
  CHECK(reported(0, {}));
  CHECK_FALSE(reported(0, {}));
  harness.advance(10 * kSyncSamplingInterval);
  CHECK(reported(0, {.two_step = false}));
  CHECK_FALSE(reported(0, {}));
}

TEST_CASE("no domain is kept from its reports by another whose Syncs always come just before") {
  ForwarderHarness harness(8);
  for (int round = 0; round < 10; ++round) {
    for (uint8_t domain = 0; domain < 32; ++domain) {
      for (uint32_t port = 0; port < harness.ports(); ++port) {
        receive_pair(harness, port, {.domain = domain, .two_step = false});
        CHECK(std::exchange(harness.observed, {}).size() == 1);
        harness.clear_sent();
        harness.stamp_all(kT0);
      }
    }
    harness.advance(kSyncSamplingInterval);
  }
}

TEST_CASE("an originTimestamp beyond an int64 of nanoseconds is not reported, the last within is") {
  struct Row {
    uint64_t seconds;
    uint32_t nanoseconds;
    bool reported;
  };
  constexpr uint64_t kLast = 9'223'372'031;
  const Row rows[] = {
      {0, 0, true},
      {kLast, 999'999'999, true},
      {kLast, UINT32_MAX, true},  // illegal, but no overflow
      {kLast + 1, 0, false},
      {0x8000'0000'0000, 0, false},
      {0xFFFF'FFFF'FFFF, 999'999'999, false},
  };
  for (const bool two_step : {true, false}) {
    for (const Row& row : rows) {
      CAPTURE(two_step);
      CAPTURE(row.seconds);
      ForwarderHarness harness;
      receive_pair(harness, 0,
                   {.two_step = two_step, .seconds = row.seconds, .nanoseconds = row.nanoseconds});
      REQUIRE(harness.observed.size() == (row.reported ? 1 : 0));
      if (row.reported) {
        CHECK(harness.observed[0].observation.precise_origin_timestamp_ns ==
              static_cast<int64_t>(row.seconds * 1'000'000'000 + row.nanoseconds));
      } else {
        // Nor does it stand in the way of one that makes sense.
        receive_pair(harness, 0);
        CHECK(harness.observed.size() == 1);
      }
      // It is forwarded either way.
      CHECK(harness.sent(1).size() >= 1);
    }
  }
}

TEST_CASE("no report without a Sync, without its receive time, or while its clock is unrelated") {
  enum class Clock { kRelated, kUnrelated, kUnrelatedLater, kMovedLater };
  struct Row {
    const char* name;
    bool sync;
    std::optional<int64_t> received_at;
    Clock clock;
    bool reported;
  };
  const Row rows[] = {
      {"all there", true, kT0, Clock::kRelated, true},
      {"no Sync", false, kT0, Clock::kRelated, false},
      {"no receive time stamp", true, std::nullopt, Clock::kRelated, false},
      {"clock not related", true, kT0, Clock::kUnrelated, false},
      {"clock lost before the Follow_Up", true, kT0, Clock::kUnrelatedLater, false},
      {"clock moved before the Follow_Up", true, kT0, Clock::kMovedLater, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ForwarderHarness harness;
    if (row.clock == Clock::kUnrelated) harness.relate(0, {.valid = false});
    if (row.sync) harness.receive(0, PacketBuilder(MessageType::kSync).build(), row.received_at);
    if (row.clock == Clock::kUnrelatedLater) harness.relate(0, {.valid = false});
    if (row.clock == Clock::kMovedLater) harness.relate(0, {.epoch = 1});
    harness.receive(0, PacketBuilder(MessageType::kFollowUp).build());
    CHECK(harness.observed.size() == (row.reported ? 1 : 0));
  }
  for (const std::optional<int64_t> received_at : {std::optional<int64_t>{}, std::optional{kT0}}) {
    CAPTURE(received_at.has_value());
    ForwarderHarness harness;
    if (received_at) harness.relate(0, {.valid = false});
    receive_pair(harness, 0, {.two_step = false}, received_at);
    CHECK(harness.observed.empty());
  }
}

TEST_CASE("only what is forwarded is reported") {
  struct Row {
    const char* name;
    Action action;
  };
  const Row rows[] = {
      {"peer-to-peer, link not measured", Action::kPeerToPeerTransparent},
      {"terminated", Action::kTerminate},
      {"dropped", Action::kDrop},
  };
  for (const Row& row : rows) {
    for (const bool two_step : {true, false}) {
      CAPTURE(row.name);
      ForwarderHarness harness;
      harness.forwarder.program(policy_of(row.action));
      receive_pair(harness, 0, {.two_step = two_step});
      CHECK(harness.observed.empty());
    }
  }
}

TEST_CASE("a Follow_Up to a one-step Sync is not its sender's: it is not reported") {
  ForwarderHarness harness;
  receive_pair(harness, 0, {.two_step = false});
  harness.advance(2 * kSyncSamplingInterval);
  harness.receive(0, PacketBuilder(MessageType::kFollowUp).build());
  CHECK(harness.observed.size() == 1);
  CHECK(harness.count(0, Counter::kDropUnexpectedFollowUp) == 1);
}

TEST_CASE("the receive time that is reported is of the common timebase") {
  ForwarderHarness harness;
  harness.relate(0, {.raw_anchor_ns = 5'000,
                     .common_anchor = static_cast<__int128>(kT0) * 65'536,
                     .rate_offset = 1e-4});
  receive_pair(harness, 0, {}, 5'000 + 1'000'000);
  REQUIRE(harness.observed.size() == 1);
  CHECK(harness.observed[0].observation.ingress_timestamp_ns == kT0 + 1'000'100);
}
