// 10.3.2: what becomes of Syncs and Follow_Ups while the delay of the link that they came by is not
// known: they are dropped and counted.
#include <string_view>

#include "addon/test/p2p_network.h"

using namespace ptpswitch::test;

TEST_CASE(
    "peer-to-peer: Sync and Follow_Up are dropped and counted while the delay of their port and "
    "transport is unknown, whatever others have, and flow as soon as it is measured") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const bool two_step : {true, false}) {
      CAPTURE(encapsulation.name);
      CAPTURE(two_step);
      const Transport transport = transport_of(encapsulation);
      Network network(encapsulation);
      auto& harness = network.harness;
      harness.forwarder.program(measured_but(kMasterPort, transport));
      harness.receive(kMasterPort,
                      network.from_master(MessageType::kSync).two_step(two_step).build(), kT0);
      check_stopped(network);
      harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
      check_stopped(network);
      CHECK(harness.count(kMasterPort, Counter::kDropLinkDelayUnknown) == 2);
      CHECK(harness.total(Counter::kHeld) == 0);

      harness.forwarder.program(measured_only(kMasterPort, transport));
      check_sync_flows(network, two_step, link_delay(kMasterPort, transport));
      CHECK(harness.total(Counter::kDropLinkDelayUnknown) == 2);
    }
  }
}

TEST_CASE(
    "peer-to-peer: a link delay that is lost between Sync and Follow_Up costs the Follow_Up, "
    "counted at its port of ingress, or of egress once it waits there") {
  enum class Lost { kBeforeFollowUp, kWhileFollowUpWaits, kWhileGeneratedWaits };
  struct Row {
    std::string_view name;
    Lost lost;
    uint64_t at_ingress;
    uint64_t at_egress;
  };
  const Row rows[] = {
      {"before the Follow_Up", Lost::kBeforeFollowUp, 1, 0},
      {"while the Follow_Up waits for time stamps", Lost::kWhileFollowUpWaits, 0, 3},
      {"while a generated Follow_Up waits", Lost::kWhileGeneratedWaits, 0, 3},
  };
  for (const Row& row : rows) {
    for (const Transport transport : kTransports) {
      CAPTURE(row.name);
      CAPTURE(static_cast<int>(transport));
      Network network(plain(transport));
      auto& harness = network.harness;
      const auto follow_up = network.from_master(MessageType::kFollowUp);
      auto lose_delay = [&] { harness.forwarder.program(measured_but(kMasterPort, transport)); };

      harness.forwarder.program(measured());
      const bool two_step = row.lost != Lost::kWhileGeneratedWaits;
      harness.receive(kMasterPort,
                      network.from_master(MessageType::kSync).two_step(two_step).build(), kT0);
      harness.clear_sent();
      if (row.lost == Lost::kWhileFollowUpWaits) harness.receive(kMasterPort, follow_up.build());
      lose_delay();
      network.stamp_all();
      if (row.lost == Lost::kBeforeFollowUp) harness.receive(kMasterPort, follow_up.build());
      check_stopped(network);
      CHECK(harness.count(kMasterPort, Counter::kDropLinkDelayUnknown) == row.at_ingress);
      CHECK(harness.total(Counter::kDropCorrectionUnknown) == row.at_egress);
      // Nothing is left that could still leave.
      harness.forwarder.program(measured());
      harness.advance(2 * harness.small_limits().held_lifetime);
      check_stopped(network);
    }
  }
}

TEST_CASE(
    "peer-to-peer: a Follow_Up whose Sync was dropped for want of a link delay never leaves, "
    "whichever came first") {
  for (const bool follow_up_first : {false, true}) {
    CAPTURE(follow_up_first);
    Network network(plain());
    auto& harness = network.harness;
    const Bytes sync = network.from_master(MessageType::kSync).build();
    const Bytes follow_up = network.from_master(MessageType::kFollowUp).build();
    auto receive_sync = [&] {
      harness.forwarder.program(measured_but(kMasterPort, Transport::kL2));
      harness.receive(kMasterPort, sync, kT0);
    };
    auto receive_follow_up = [&] {
      harness.forwarder.program(measured());
      harness.receive(kMasterPort, follow_up);
    };
    if (follow_up_first) receive_follow_up();
    receive_sync();
    if (!follow_up_first) receive_follow_up();
    harness.forwarder.program(measured());
    check_stopped(network);
    harness.advance(2 * harness.small_limits().held_lifetime);
    check_stopped(network);
    CHECK(harness.count(kMasterPort, Counter::kDropLinkDelayUnknown) == 1);
    CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 1);
  }
}
