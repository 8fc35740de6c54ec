// Messages and time stamps in every order that can occur: what leaves is the same.
#include <algorithm>
#include <functional>
#include <numeric>

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;

namespace {

struct Step {
  const char* name;
  std::function<void()> run;
  std::vector<size_t> after;  // steps that must have been before
};

// Runs `scenario` once for each order of its steps; `scenario` makes new steps on a new network and
// says how to check it.
struct Scenario {
  std::vector<Step> steps;
  std::function<void()> check;
};

void in_every_order(const std::function<Scenario(Network&)>& make) {
  Network probe(plain());
  std::vector<size_t> order(make(probe).steps.size());
  std::iota(order.begin(), order.end(), 0);
  int orders = 0;
  do {
    Network network(plain());
    const Scenario scenario = make(network);
    std::vector<bool> done(order.size());
    const bool possible = std::all_of(order.begin(), order.end(), [&](size_t step) {
      done[step] = true;
      return std::all_of(scenario.steps[step].after.begin(), scenario.steps[step].after.end(),
                         [&](size_t before) { return done[before]; });
    });
    if (!possible) continue;
    ++orders;
    std::string names;
    for (const size_t step : order) names += std::string(scenario.steps[step].name) + ", ";
    CAPTURE(names);
    for (const size_t step : order) scenario.steps[step].run();
    scenario.check();
    // Nothing is left waiting.
    const uint64_t expired = network.harness.total(Counter::kDropHeldExpired);
    network.harness.advance(network.harness.small_limits().held_lifetime);
    CHECK(network.harness.total(Counter::kDropHeldExpired) == expired);
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(orders > 1);
}

// What left by `port` is one message of `type` for all, in whatever order; those of other types are
// left out.
Frames of_type(const Frames& frames, MessageType type) {
  Frames found;
  for (const Bytes& frame : frames) {
    if ((frame[14] & 0xF) == static_cast<uint8_t>(type)) found.push_back(frame);
  }
  return found;
}

}  // namespace

TEST_CASE("Sync, its Follow_Up and the time stamps of three ports, in every order") {
  in_every_order([](Network& network) {
    auto& harness = network.harness;
    const auto follow_up = network.from_master(MessageType::kFollowUp).correction(-5);
    auto stamp = [&](uint32_t port) { harness.stamp(port, kT0 + residence(port)); };
    return Scenario{
        {
            {"Sync",
             [&] {
               harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
             },
             {}},
            {"Follow_Up", [&, follow_up] { harness.receive(kMasterPort, follow_up.build()); }, {}},
            {"stamp 1", [stamp] { stamp(1); }, {0}},
            {"stamp 2", [stamp] { stamp(2); }, {0}},
            {"stamp 3", [stamp] { stamp(3); }, {0}},
        },
        [&, follow_up] {
          CHECK(harness.sent(0).empty());
          for (const uint32_t port : {1u, 2u, 3u}) {
            const Frames sent = harness.sent(port);
            CHECK(sent.size() == 2);
            CHECK(of_type(sent, MessageType::kFollowUp) ==
                  Frames{follow_up.copy().correction(scaled(residence(port)) - 5).build()});
          }
        }};
  });
}

TEST_CASE("Delay_Req, its Delay_Resp and the time stamp, in every order") {
  in_every_order([](Network& network) {
    auto& harness = network.harness;
    const auto response = network.from_master(MessageType::kDelayResp);
    return Scenario{
        {
            {"Delay_Req",
             [&] {
               harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
             },
             {}},
            {"Delay_Resp", [&, response] { harness.receive(kMasterPort, response.build()); }, {0}},
            {"stamp 0", [&] { harness.stamp(0, kT0 + residence(0)); }, {0}},
            {"stamp 1", [&] { harness.stamp(1, kT0 + residence(1)); }, {0}},
        },
        [&, response] {
          CHECK(harness.sent(kSlavePort) ==
                Frames{response.copy().correction(scaled(residence(0))).build()});
          CHECK(of_type(harness.sent(0), MessageType::kDelayResp).empty());
          CHECK(of_type(harness.sent(1), MessageType::kDelayResp).empty());
        }};
  });
}

TEST_CASE("the messages and time stamps of a two-step peer delay exchange, in every order") {
  in_every_order([](Network& network) {
    auto& harness = network.harness;
    const auto follow_up = network.from_master(MessageType::kPdelayRespFollowUp).correction(9);
    return Scenario{
        {
            {"Pdelay_Req",
             [&] {
               harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(),
                               kT0);
               harness.stamp(3, kT0 + residence(3));
               harness.stamp(1, kT0 + residence(1));
             },
             {}},
            {"Pdelay_Resp",
             [&] {
               harness.receive(kMasterPort, network.from_master(MessageType::kPdelayResp).build(),
                               kT0 + 50'000);
             },
             {0}},
            {"Pdelay_Resp_Follow_Up",
             [&, follow_up] { harness.receive(kMasterPort, follow_up.build()); },
             {0}},
            {"stamp of the request", [&] { harness.stamp(0, kT0 + residence(0)); }, {0}},
            {"stamp of the response", [&] { harness.stamp(2, kT0 + 50'000 + residence(2)); }, {1}},
            {"stamp at a port that did not ask",
             [&] { harness.stamp(3, kT0 + 50'000 + residence(3)); },
             {1}},
        },
        [&, follow_up] {
          const int64_t both = scaled(residence(0) + residence(2));
          CHECK(of_type(harness.sent(kSlavePort), MessageType::kPdelayRespFollowUp) ==
                Frames{follow_up.copy().correction(9 + both).build()});
          for (const uint32_t port : {0u, 1u, 3u}) {
            CHECK(of_type(harness.sent(port), MessageType::kPdelayRespFollowUp).empty());
          }
        }};
  });
}

TEST_CASE("a one-step peer delay exchange: the stamps in every order") {
  in_every_order([](Network& network) {
    auto& harness = network.harness;
    return Scenario{
        {
            {"Pdelay_Req",
             [&] {
               harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(),
                               kT0);
             },
             {}},
            {"Pdelay_Resp",
             [&] {
               harness.receive(
                   kMasterPort,
                   network.from_master(MessageType::kPdelayResp).two_step(false).build(),
                   kT0 + 50'000);
             },
             {0}},
            {"stamp of the request", [&] { harness.stamp(0, kT0 + residence(0)); }, {0}},
            {"stamp of the response", [&] { harness.stamp(2, kT0 + 50'000 + residence(2)); }, {1}},
        },
        [&] {
          const Frames sent = of_type(harness.sent(kSlavePort), MessageType::kPdelayRespFollowUp);
          REQUIRE(sent.size() == 1);
          ExactFrame frame(sent[0]);
          ptpswitch::wire::FrameView view;
          frame.parse(view);
          CHECK(view.correction_field() == scaled(residence(0) + residence(2)));
        }};
  });
}

TEST_CASE(
    "several Syncs in flight at once: each Follow_Up gets its own Sync's residence, stamps out of "
    "order") {
  Network network(plain());
  auto& harness = network.harness;
  constexpr uint16_t kInFlight = 16;
  for (uint16_t sequence = 0; sequence < kInFlight; ++sequence) {
    harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(sequence).build(),
                    kT0 + sequence * 1'000);
  }
  for (uint16_t sequence = 0; sequence < kInFlight; ++sequence) {
    harness.receive(kMasterPort,
                    network.from_master(MessageType::kFollowUp).sequence(sequence).build());
  }
  harness.clear_sent();
  // The newest first.
  for (int sequence = kInFlight - 1; sequence >= 0; --sequence) {
    const int64_t egress = kT0 + sequence * 1'000 + 500 + sequence;
    harness.stamp(1, egress, harness.stamps_waiting(1) - 1);
    auto expected = network.from_master(MessageType::kFollowUp);
    expected.sequence(static_cast<uint16_t>(sequence)).correction(scaled(500 + sequence));
    CHECK(harness.sent(1) == Frames{expected.build()});
  }
}

TEST_CASE("a sequenceId that comes again, after a full turn or twice at once, starts anew") {
  Network network(plain());
  auto& harness = network.harness;
  const auto sync = network.from_master(MessageType::kSync);
  const auto follow_up = network.from_master(MessageType::kFollowUp);
  harness.receive(kMasterPort, sync.build(), kT0);
  harness.receive(kMasterPort, sync.build(), kT0 + 5'000);
  harness.clear_sent();
  // The first one's time stamps belong to nothing any more.
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 100);
  harness.receive(kMasterPort, follow_up.build());
  network.check_nothing_sent();
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 5'000 + residence(port));
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    return follow_up.copy().correction(scaled(residence(port))).build();
  });
}

TEST_CASE("a message that waits for a Sync which comes a second time is counted for that") {
  Network network(plain());
  auto& harness = network.harness;
  network.send_pair(1);
  CHECK(harness.count(kMasterPort, Counter::kHeld) == 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(1).build(), kT0);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldSuperseded) == 1);
  harness.advance(harness.small_limits().held_lifetime);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 0);
}
