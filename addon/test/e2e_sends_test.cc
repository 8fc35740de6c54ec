// Sends that fail, new sockets, and the frames of the clocks of this box: what does not leave is
// counted, costs its own correction, and nothing else.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;

TEST_CASE(
    "a Sync that could not be sent at one port: its Follow_Up is dropped there, and flows at the "
    "others") {
  for (const Numbering numbering : {Numbering::kChosenBySender, Numbering::kCountedByKernel}) {
    for (const FailedSend kind : {FailedSend::kNotCounted, FailedSend::kCounted}) {
      Network network(plain(), ForwarderHarness::small_limits(), numbering);
      auto& harness = network.harness;
      harness.fail_sends(2, 1, kind);
      network.send_pair(1);
      for (const uint32_t port : {1u, 3u}) harness.stamp(port, kT0 + 10);
      CHECK(harness.stamps_waiting(2) == 0);
      network.check_sent({1, 3}, network.corrected_follow_up(1, scaled(10)));
      CHECK(harness.count(2, Counter::kDropSendFailed) == 1);
      CHECK(harness.count(2, Counter::kDropCorrectionUnknown) == 1);
      CHECK(harness.count(2, Counter::kTxSync) == 0);
      // And every later one, whoever counted what: each with its own time stamp.
      for (uint16_t sequence = 2; sequence < 6; ++sequence) {
        network.send_pair(sequence);
        for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 10 + sequence);
        network.check_sent({1, 2, 3}, network.corrected_follow_up(sequence, scaled(10 + sequence)));
      }
      const bool ahead = numbering == Numbering::kCountedByKernel && kind == FailedSend::kCounted;
      CHECK(harness.count(2, Counter::kTransmitTimestampResynchronised) == (ahead ? 1 : 0));
      CHECK(harness.total(Counter::kTransmitTimestampLate) == 0);
    }
  }
}

TEST_CASE("a general message that could not be sent is counted") {
  Network network(plain());
  auto& harness = network.harness;
  harness.fail_sends(1, 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kAnnounce).build());
  CHECK(harness.count(1, Counter::kDropSendFailed) == 1);
  CHECK(harness.count(1, Counter::kTxAnnounce) == 0);
  CHECK(harness.count(2, Counter::kTxAnnounce) == 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  network.stamp_all();
  harness.fail_sends(1, 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  CHECK(harness.count(1, Counter::kDropSendFailed) == 2);
  CHECK(harness.count(1, Counter::kTxFollowUp) == 0);
}

TEST_CASE(
    "a new socket: what was outstanding on the old one is lost and counted, numbers start again") {
  Network network(plain());
  auto& harness = network.harness;
  network.send_pair(1);
  harness.new_socket(2);
  for (const uint32_t port : {1u, 3u}) harness.stamp(port, kT0 + 10);
  network.check_sent({1, 3}, network.corrected_follow_up(1, scaled(10)));
  CHECK(harness.count(2, Counter::kTransmitTimestampMissing) == 1);
  CHECK(harness.count(2, Counter::kDropCorrectionUnknown) == 1);
  network.send_pair(2);
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 20);
  network.check_sent({1, 2, 3}, network.corrected_follow_up(2, scaled(20)));
}

TEST_CASE(
    "a frame of a clock of this box is sent, and its transmit time stamp comes back to that "
    "clock") {
  ForwarderHarness harness(2);
  auto submit = [&](const PacketBuilder& builder, std::optional<uint32_t> context) {
    return harness.submit(1, builder.build(), context);
  };
  const PacketBuilder sync(MessageType::kSync);
  const PacketBuilder announce(MessageType::kAnnounce);
  REQUIRE(submit(sync, 7));
  REQUIRE(submit(announce, std::nullopt));
  REQUIRE(submit(sync, 8));
  CHECK(harness.sent(1) == Frames{sync.build(), announce.build(), sync.build()});
  CHECK(harness.sent(0).empty());
  REQUIRE(harness.stamps_waiting(1) == 2);
  harness.stamp(1, kT0 + 2, 1);
  harness.lose_stamp(1);
  harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
  harness.fail_sends(1, 1);
  submit(sync, 9);
  harness.forwarder.set_link(1, false);
  submit(sync, 10);
  using ClockStamps = std::vector<ForwarderHarness::ClockStamp>;
  const ClockStamps expected{
      {1, 8, kT0 + 2}, {1, 7, std::nullopt}, {1, 9, std::nullopt}, {1, 10, std::nullopt}};
  CHECK(harness.clock_stamps == expected);
}

TEST_CASE("a frame of a clock of this box that is no PTP frame is refused") {
  ForwarderHarness harness(2);
  CHECK_FALSE(harness.submit(1, PacketBuilder(MessageType::kSync).version(3).build(), 1));
  CHECK(harness.sent(1).empty());
  CHECK(harness.clock_stamps.empty());
}
