// Ports whose time stamps come from clocks of their own: a residence is the same whatever clocks
// measure it, and when a clock is not related to the others, or was moved while a message was
// inside, the correction is lost and counted, never wrong.
#include "addon/dataplane/clock_relation.h"

#include <cmath>

#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::Action;
using ptpswitch::dataplane::ClockRelation;
using ptpswitch::dataplane::kMaxBeforeReception;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::PortSettings;
using ptpswitch::dataplane::ScaledInstant;

namespace {

constexpr ScaledInstant scaled_instant(int64_t ns) {
  return static_cast<ScaledInstant>(ns) * 65'536;
}

// A clock that reads kT0 + offset_ns at kT0 of the common timebase, and `rate_offset` common
// seconds too few a second of its own.
ClockRelation clock(int64_t offset_ns, double rate_offset, uint32_t epoch = 0) {
  return {.raw_anchor_ns = kT0 + offset_ns,
          .common_anchor = scaled_instant(kT0),
          .rate_offset = rate_offset,
          .epoch = epoch};
}

ClockRelation invalid(uint32_t epoch) {
  ClockRelation relation = clock(0, 0, epoch);
  relation.valid = false;
  return relation;
}

// What the clock of `relation` reads, to the ns, `since_ns` after kT0 of the common timebase.
int64_t reading(const ClockRelation& relation, int64_t since_ns) {
  const auto since = static_cast<long double>(since_ns) / (1 + relation.rate_offset);
  return relation.raw_anchor_ns + std::llround(since);
}

int64_t correction_field(const Bytes& l2_frame) {
  ExactFrame exact(l2_frame);
  wire::FrameView view;
  REQUIRE(exact.parse(view).verdict == wire::ParseVerdict::kPtp);
  return view.correction_field();
}

const ClockRelation kClocks[] = {
    clock(0, 0),
    clock(5 * kSecond, 0),
    clock(-3'600 * kSecond, 1e-4),
    clock(37 * kSecond, -1e-4),
    clock(-kT0, 1e-4),  // counts from power on
    clock(-kT0, -1e-4),
    clock(123'456'789, 3.3e-8),
};

}  // namespace

TEST_CASE("a relation is a straight line through its anchor, exact to 2^-16 ns") {
  struct Row {
    int64_t offset_ns;
    double rate_offset;
    int64_t raw_since_anchor_ns;
    ScaledInstant common_since_kT0;
  };
  const Row rows[] = {
      {0, 0, 0, 0},
      {0, 0, 12'345, scaled(12'345)},
      {5 * kSecond, 0, -1, scaled(-1)},
      {-kT0, 0x1p-13, 8'192, scaled(8'193)},
      {-kT0, -0x1p-13, 8'192, scaled(8'191)},
      {5 * kSecond, 0x1p-13, 1, 65'536 + 8},
      {5 * kSecond, 0x1p-13, -1, -65'536 - 8},
      {0, 0x1p-13, 8'192 * kSecond, scaled_instant(8'193 * kSecond)},  // hours after it was set
      {0, -0x1p-13, -8'192 * kSecond, scaled_instant(-8'191 * kSecond)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.offset_ns);
    CAPTURE(row.rate_offset);
    CAPTURE(row.raw_since_anchor_ns);
    const ClockRelation relation = clock(row.offset_ns, row.rate_offset);
    const ScaledInstant common =
        relation.to_common(relation.raw_anchor_ns + row.raw_since_anchor_ns);
    CHECK((common == scaled_instant(kT0) + row.common_since_kT0));
  }
}

TEST_CASE("the relation of a port that was told none is the identity") {
  const ClockRelation relation;
  CHECK(relation.valid);
  for (const int64_t raw_ns : {int64_t{0}, int64_t{-1}, kT0, INT64_MAX, INT64_MIN}) {
    CHECK((relation.to_common(raw_ns) == scaled_instant(raw_ns)));
  }
}

TEST_CASE("a residence between any two clocks is right to what their readings resolve") {
  constexpr int64_t kResidenceNs = 1'000'000;
  // Each reading is rounded to its ns: half a ns at either end.
  constexpr int64_t kTolerance = scaled(1) + scaled(1) / 1'000;
  for (const ClockRelation& ingress : kClocks) {
    for (const ClockRelation& egress : kClocks) {
      for (const int64_t received_at : {-100 * kSecond, int64_t{0}, int64_t{777}, 100 * kSecond}) {
        CAPTURE(ingress.raw_anchor_ns);
        CAPTURE(ingress.rate_offset);
        CAPTURE(egress.raw_anchor_ns);
        CAPTURE(egress.rate_offset);
        CAPTURE(received_at);
        Network network(plain());
        auto& harness = network.harness;
        harness.relate(kMasterPort, ingress);
        harness.relate(kSlavePort, egress);
        harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(),
                        reading(ingress, received_at));
        harness.stamp(kSlavePort, reading(egress, received_at + kResidenceNs));
        harness.clear_sent();
        harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
        const Frames sent = harness.sent(kSlavePort);
        REQUIRE(sent.size() == 1);
        CHECK(std::llabs(correction_field(sent[0]) - scaled(kResidenceNs)) <= kTolerance);
      }
    }
  }
}

TEST_CASE("7.3.4: latencies are taken on the port's own clock, before it is related") {
  Network network(plain());
  auto& harness = network.harness;
  const ClockRelation ingress = clock(5 * kSecond, 0x1p-13);
  const ClockRelation egress = clock(-5 * kSecond, -0x1p-13);
  harness.relate(kMasterPort, ingress);
  harness.relate(kSlavePort, egress);
  harness.forwarder.configure(kMasterPort, PortSettings{.ingress_latency_ns = 8'192});
  harness.forwarder.configure(kSlavePort, PortSettings{.egress_latency_ns = 8'192});
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(),
                  ingress.raw_anchor_ns);
  harness.stamp(kSlavePort, egress.raw_anchor_ns + 8'192);
  harness.clear_sent();
  auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(kMasterPort, follow_up.build());
  CHECK(harness.sent(kSlavePort) ==
        Frames{follow_up.correction(scaled(8'193 + 2 * 8'191)).build()});
}

TEST_CASE(
    "a clock that is not related, or was moved between ingress and egress, costs the correction at "
    "the ports concerned, counted; the next message is right again") {
  using Relate = std::optional<ClockRelation>;
  struct Row {
    const char* name;
    Relate ingress_before, ingress_between, egress_before, egress_between;
    bool lost;
  };
  const ClockRelation kStart = clock(0, 0, 1);
  const Row rows[] = {
      {"nothing happened", {}, {}, {}, {}, false},
      {"a new line for the same clocks", {}, clock(0, 0, 1), {}, clock(0, 0, 1), false},
      {"ingress not related", invalid(1), {}, {}, {}, true},
      {"ingress lost", {}, invalid(1), {}, {}, true},
      {"ingress moved, not related yet", {}, invalid(2), {}, {}, true},
      {"ingress moved and related again", {}, clock(0, 0, 2), {}, {}, true},
      {"ingress moved by 1 ms", {}, clock(1'000'000, 0, 2), {}, {}, true},
      {"egress not related", {}, {}, invalid(1), {}, true},
      {"egress lost", {}, {}, {}, invalid(1), true},
      {"egress moved, not related yet", {}, {}, {}, invalid(2), true},
      {"egress moved and related again", {}, {}, {}, clock(0, 0, 2), true},
      {"egress moved by 1 ms", {}, {}, {}, clock(-1'000'000, 0, 2), true},
      {"both moved, as one that they share", {}, clock(0, 0, 2), {}, clock(0, 0, 2), true},
  };
  // Through the switch from `ingress` to `egress`, for the answer that leaves by `answer_egress`.
  struct Exchange {
    const char* name;
    MessageType event;
    bool two_step;
    MessageType general;
    uint32_t ingress, egress, answer_egress;
  };
  const Exchange exchanges[] = {
      {"Sync", MessageType::kSync, true, MessageType::kFollowUp, kMasterPort, kSlavePort,
       kSlavePort},
      {"one-step Sync", MessageType::kSync, false, MessageType::kFollowUp, kMasterPort, kSlavePort,
       kSlavePort},
      {"Delay_Req", MessageType::kDelayReq, false, MessageType::kDelayResp, kSlavePort, kMasterPort,
       kSlavePort},
  };
  for (const Exchange& exchange : exchanges) {
    for (const Row& row : rows) {
      CAPTURE(exchange.name);
      CAPTURE(row.name);
      Network network(plain(Transport::kL2, true));  // one egress port
      auto& harness = network.harness;
      const bool from_master = exchange.ingress == kMasterPort;
      const bool generated = exchange.event == MessageType::kSync && !exchange.two_step;
      auto relate = [&](uint32_t port, const Relate& relation) {
        if (relation) harness.relate(port, *relation);
      };
      auto pass = [&](uint16_t sequence, auto between) {
        const PacketBuilder event =
            from_master ? network.from_master(exchange.event) : network.from_slave(exchange.event);
        harness.receive(exchange.ingress,
                        event.copy().two_step(exchange.two_step).sequence(sequence).build(), kT0);
        CHECK(harness.sent(exchange.egress).size() == 1);  // the event message itself goes on
        between();
        harness.stamp(exchange.egress, kT0 + 4'321);
        if (!generated) {
          harness.receive(kMasterPort,
                          network.from_master(exchange.general).sequence(sequence).build());
        }
      };
      relate(exchange.ingress, kStart);
      relate(exchange.egress, kStart);
      harness.advance(kMaxBeforeReception);
      relate(exchange.ingress, row.ingress_before);
      relate(exchange.egress, row.egress_before);
      pass(1, [&] {
        relate(exchange.ingress, row.ingress_between);
        relate(exchange.egress, row.egress_between);
      });
      auto corrections = [&] {
        std::vector<int64_t> fields;
        for (const Bytes& frame : harness.sent(exchange.answer_egress)) {
          fields.push_back(correction_field(frame));
        }
        return fields;
      };
      const std::vector<int64_t> right = {scaled(4'321)};
      CHECK((corrections() == (row.lost ? std::vector<int64_t>{} : right)));
      CHECK(harness.count(exchange.egress, Counter::kClockUnrelated) == (row.lost ? 1 : 0));
      CHECK(harness.count(exchange.answer_egress, Counter::kDropCorrectionUnknown) ==
            (row.lost ? 1 : 0));
      CHECK(harness.total(Counter::kResidenceCount) == (row.lost ? 0 : 1));
      CHECK(harness.total(Counter::kAbsurdResidence) == 0);

      relate(exchange.ingress, clock(0, 0, 3));
      relate(exchange.egress, clock(0, 0, 4));  // two clocks: each counts its own moves
      harness.advance(kMaxBeforeReception);
      pass(2, [] {});
      CHECK((corrections() == right));
      CHECK(harness.total(Counter::kClockUnrelated) == (row.lost ? 1 : 0));
    }
  }
}

TEST_CASE(
    "a frame that was stamped before its clock was set, and came in after that was known, has no "
    "correction, whichever way the clock was set") {
  for (const int64_t step_ns : {int64_t{1'000'000}, int64_t{-1'000}, -3'600 * kSecond}) {
    CAPTURE(step_ns);
    Network network(plain());
    auto& harness = network.harness;
    // Software time stamps: every port has the same clock.
    for (uint32_t port = 0; port < harness.ports(); ++port) harness.relate(port, {.epoch = 1});
    harness.advance(kMaxBeforeReception - 1);
    network.send_pair(1, kT0);
    network.stamp_all(kT0 + step_ns);
    network.check_nothing_sent();
    CHECK(harness.count(kMasterPort, Counter::kClockUnrelated) == 1);
    CHECK(harness.count(kMasterPort, Counter::kReceiveTimestampMissing) == 0);
    harness.advance(1);
    network.send_pair(2, kT0 + step_ns);
    network.stamp_all(kT0 + step_ns);
    network.check_sent({1, 2, 3}, [&](uint32_t port) {
      return network.corrected_follow_up(2, scaled(residence(port)));
    });
  }
}

TEST_CASE("a new line of a clock that was not set costs no correction") {
  Network network(plain());
  for (uint32_t port = 0; port < network.harness.ports(); ++port) {
    network.harness.relate(port, {.rate_offset = 0, .epoch = 0});
  }
  network.send_pair(1);
  network.stamp_all();
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    return network.corrected_follow_up(1, scaled(residence(port)));
  });
}

TEST_CASE("what was stamped before its clock was set is handed up without a time stamp") {
  ForwarderHarness harness;
  dataplane::PolicyRule rule{};
  rule.action.fill(Action::kTerminate);
  dataplane::Policy policy;
  policy.rules = {rule};
  harness.forwarder.program(policy);
  harness.relate(0, {.epoch = 1});
  const Bytes request = PacketBuilder(MessageType::kPdelayReq).build();
  harness.receive(0, request, kT0);
  harness.advance(kMaxBeforeReception);
  harness.receive(0, request, kT0);
  REQUIRE(harness.punted.size() == 2);
  CHECK_FALSE(harness.punted[0].timestamp_ns);
  CHECK(harness.punted[1].timestamp_ns == kT0);
}

TEST_CASE("an unrelated clock at one egress port costs that port alone") {
  Network network(plain());
  auto& harness = network.harness;
  harness.relate(1, invalid(0));
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(kMasterPort, follow_up.build());
  network.check_sent(
      {2, 3}, [&](uint32_t port) { return follow_up.correction(scaled(residence(port))).build(); });
  CHECK(harness.count(1, Counter::kClockUnrelated) == 1);
  CHECK(harness.count(1, Counter::kDropCorrectionUnknown) == 1);
  CHECK(harness.total(Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE(
    "a clock that moves while a message queues for its port, before it leaves, costs nothing") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.configure(kSlavePort, PortSettings{.outstanding_limit = 1});
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(1).build(), kT0);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(2).build(), kT0);
  REQUIRE(harness.stamps_waiting(kSlavePort) == 1);
  harness.relate(kSlavePort, clock(5 * kSecond, 0, 1));
  harness.clear_sent();
  harness.stamp(kSlavePort, kT0 + 1'000);                // left before: lost
  harness.stamp(kSlavePort, kT0 + 5 * kSecond + 2'000);  // left after
  harness.clear_sent();
  for (const uint16_t sequence : {1, 2}) {
    harness.receive(kMasterPort,
                    network.from_master(MessageType::kFollowUp).sequence(sequence).build());
  }
  CHECK(harness.sent(kSlavePort) == Frames{network.from_master(MessageType::kFollowUp)
                                               .sequence(2)
                                               .correction(scaled(2'000))
                                               .build()});
  CHECK(harness.count(kSlavePort, Counter::kClockUnrelated) == 1);
}

TEST_CASE("time stamps that are handed up are of the common timebase, to the nearest ns, or none") {
  struct Row {
    ClockRelation relation;
    int64_t raw_since_anchor_ns;
    std::optional<int64_t> expected_since_kT0;
  };
  const Row rows[] = {
      {clock(0, 0), 5, 5},
      {clock(5 * kSecond, 0), -5, -5},
      {clock(-kT0, 1e-4), 10'000'000, 10'001'000},
      {clock(-kT0, -1e-4), 10'000'000, 9'999'000},
      {clock(0, 0x1p-13), 3 * 8'192 / 4, 3 * 8'192 / 4 + 1},  // 0.75 ns
      {clock(0, 0x1p-13), 8'192 / 4, 8'192 / 4},              // 0.25 ns
      {invalid(0), 5, std::nullopt},
  };
  for (const Row& row : rows) {
    for (const Action action : {Action::kTerminate, Action::kPeerToPeerTransparent}) {
      CAPTURE(row.relation.raw_anchor_ns);
      CAPTURE(row.relation.rate_offset);
      ForwarderHarness harness;
      dataplane::PolicyRule rule{};
      rule.action.fill(action);
      dataplane::Policy policy;
      policy.rules = {rule};
      harness.forwarder.program(policy);
      // Latencies are the business of the clock that gets the time stamp.
      harness.forwarder.configure(
          0, PortSettings{.ingress_latency_ns = 999, .egress_latency_ns = 999});
      harness.relate(0, row.relation);
      const int64_t raw_ns = row.relation.raw_anchor_ns + row.raw_since_anchor_ns;
      const auto expected =
          row.expected_since_kT0 ? std::optional{kT0 + *row.expected_since_kT0} : std::nullopt;

      const Bytes request = PacketBuilder(MessageType::kPdelayReq).build();
      harness.receive(0, request, raw_ns);
      REQUIRE(harness.punted.size() == 1);
      CHECK(harness.punted[0].timestamp_ns == expected);

      CHECK(harness.submit(0, request, 42));
      harness.stamp(0, raw_ns);
      REQUIRE(harness.clock_stamps.size() == 1);
      CHECK(harness.clock_stamps[0] == ForwarderHarness::ClockStamp{0, 42, expected});
    }
  }
}

TEST_CASE("a transmit time stamp of a clock that moved meanwhile is handed up as lost") {
  ForwarderHarness harness;
  CHECK(harness.submit(0, PacketBuilder(MessageType::kPdelayReq).build(), 42));
  harness.relate(0, clock(5 * kSecond, 0, 1));
  harness.stamp(0, kT0);
  REQUIRE(harness.clock_stamps.size() == 1);
  CHECK(harness.clock_stamps[0] == ForwarderHarness::ClockStamp{0, 42, std::nullopt});
}
