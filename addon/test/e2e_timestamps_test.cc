// Time stamps: what is made of them (latencies, asymmetry, clock relations), and what happens when
// they are missing, late or absurd, or when a send fails: that one correction is lost and counted,
// nothing else.
#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::kMillisecond;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::PortSettings;

TEST_CASE(
    "a lost transmit time stamp costs the Follow_Up at that port, counted, and nothing else") {
  Network network(plain());
  auto& harness = network.harness;
  network.send_pair(1);
  harness.lose_stamp(2);
  harness.stamp(1, kT0 + residence(1));
  harness.stamp(3, kT0 + residence(3));
  auto expected = [&](uint32_t port) {
    return network.corrected_follow_up(1, scaled(residence(port)));
  };
  network.check_sent({1, 3}, expected);
  harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
  network.check_nothing_sent();
  CHECK(harness.count(2, Counter::kTransmitTimestampMissing) == 1);
  CHECK(harness.count(2, Counter::kDropCorrectionUnknown) == 1);
  CHECK(harness.total(Counter::kTransmitTimestampMissing) == 1);
  CHECK(harness.total(Counter::kDropCorrectionUnknown) == 1);
  // The port forwards again with its next frame.
  network.send_pair(2);
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 77);
  network.check_sent({1, 2, 3}, network.corrected_follow_up(2, scaled(77)));
}

TEST_CASE(
    "a Follow_Up that comes after its Sync's time stamp was given up is dropped and counted at "
    "once") {
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).build(), kT0);
  harness.lose_stamp(2);
  harness.stamp(1, kT0 + 5);
  harness.stamp(3, kT0 + 5);
  harness.clear_sent();
  harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).build());
  network.check_sent({1, 3},
                     network.from_master(MessageType::kFollowUp).correction(scaled(5)).build());
  CHECK(harness.count(2, Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE(
    "a lost time stamp of a request or a response: the answer is dropped and counted, not sent "
    "uncorrected") {
  for (const bool lose_response : {false, true}) {
    CAPTURE(lose_response);
    Network network(plain());
    auto& harness = network.harness;
    harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(), kT0);
    if (!lose_response) harness.lose_stamp(kMasterPort);
    harness.receive(kMasterPort, network.from_master(MessageType::kPdelayResp).build(), kT0);
    if (lose_response) harness.lose_stamp(kSlavePort);
    network.stamp_all();
    harness.clear_sent();
    harness.receive(kMasterPort, network.from_master(MessageType::kPdelayRespFollowUp).build());
    harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
    network.check_nothing_sent();
    CHECK(harness.count(kSlavePort, Counter::kDropCorrectionUnknown) == 1);
  }
  Network network(plain());
  auto& harness = network.harness;
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  harness.lose_stamp(kMasterPort);
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build());
  harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
  network.check_nothing_sent();
  CHECK(harness.count(kSlavePort, Counter::kDropCorrectionUnknown) == 1);
}

TEST_CASE("a time stamp after it was given up is late, counted, and changes nothing") {
  Network network(plain());
  auto& harness = network.harness;
  network.send_pair(1);
  harness.advance(harness.small_limits().transmit_timestamp_timeout + 1);
  network.check_nothing_sent();
  CHECK(harness.total(Counter::kTransmitTimestampMissing) == 3);
  network.stamp_all();
  network.check_nothing_sent();
  CHECK(harness.total(Counter::kTransmitTimestampLate) == 3);
  CHECK(harness.total(Counter::kResidenceCount) == 0);
}

TEST_CASE("next_deadline says when advance has something to do, and nothing once all is settled") {
  Network network(plain());
  auto& harness = network.harness;
  const auto limits = harness.small_limits();
  CHECK_FALSE(harness.forwarder.next_deadline());
  const int64_t start = harness.now;
  harness.receive(kMasterPort, network.from_master(MessageType::kFollowUp).sequence(1).build());
  CHECK(harness.forwarder.next_deadline() == start + limits.held_lifetime);
  harness.now += 10 * kMillisecond;
  harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(2).build(), kT0);
  CHECK(harness.forwarder.next_deadline() == harness.now + limits.transmit_timestamp_timeout + 1);
  harness.now = *harness.forwarder.next_deadline();
  harness.forwarder.advance(harness.now - 1);
  CHECK(harness.total(Counter::kTransmitTimestampMissing) == 0);
  harness.forwarder.advance(harness.now);
  CHECK(harness.total(Counter::kTransmitTimestampMissing) == 3);
  harness.now = *harness.forwarder.next_deadline();
  harness.forwarder.advance(harness.now - 1);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 0);
  harness.forwarder.advance(harness.now);
  CHECK(harness.count(kMasterPort, Counter::kDropHeldExpired) == 1);
  CHECK_FALSE(harness.forwarder.next_deadline());
}

TEST_CASE("an event message without a receive time stamp is forwarded, its Follow_Up is not") {
  for (const bool follow_up_first : {false, true}) {
    CAPTURE(follow_up_first);
    Network network(plain());
    auto& harness = network.harness;
    const auto sync = network.from_master(MessageType::kSync);
    const auto follow_up = network.from_master(MessageType::kFollowUp);
    if (follow_up_first) harness.receive(kMasterPort, follow_up.build());
    harness.receive(kMasterPort, sync.build(), std::nullopt);
    network.check_sent({1, 2, 3}, sync.build());
    if (!follow_up_first) harness.receive(kMasterPort, follow_up.build());
    network.stamp_all();
    network.check_nothing_sent();
    CHECK(harness.count(kMasterPort, Counter::kReceiveTimestampMissing) == 1);
    CHECK(harness.total(Counter::kDropCorrectionUnknown) == 3);
    CHECK(harness.total(Counter::kResidenceCount) == 0);
  }
}

TEST_CASE("a one-step Sync without a receive time stamp has no Follow_Up") {
  Network network(plain());
  auto& harness = network.harness;
  const auto sync = network.from_master(MessageType::kSync).two_step(false);
  harness.receive(kMasterPort, sync.build(), std::nullopt);
  network.check_sent({1, 2, 3}, sync.copy().two_step(true).build());
  network.stamp_all();
  network.check_nothing_sent();
  CHECK(harness.total(Counter::kDropCorrectionUnknown) == 3);
}

TEST_CASE(
    "a negative residence, or one beyond every residence, is absurd: counted, and the correction "
    "unknown") {
  for (const int64_t absurd : {int64_t{-1}, -kSecond, ptpswitch::dataplane::kMaxResidence + 1}) {
    CAPTURE(absurd);
    Network network(plain());
    auto& harness = network.harness;
    network.send_pair(1);
    harness.stamp(1, kT0 + absurd);
    harness.stamp(2, kT0 + residence(2));
    harness.stamp(3, kT0);  // nothing at all is possible
    network.check_sent({2, 3}, [&](uint32_t port) {
      return network.corrected_follow_up(1, port == 2 ? scaled(residence(2)) : 0);
    });
    CHECK(harness.count(1, Counter::kAbsurdResidence) == 1);
    CHECK(harness.count(1, Counter::kDropCorrectionUnknown) == 1);
    CHECK(harness.count(1, Counter::kResidenceCount) == 0);
  }
}

TEST_CASE(
    "a residence that is longer than the switch had the message is absurd: its receive time stamp "
    "was of another message, or of no time at all") {
  for (const int64_t too_early_ns : {int64_t{1} << 27, 9'900 * kMillisecond}) {
    CAPTURE(too_early_ns);
    Network network(plain());
    auto& harness = network.harness;
    network.send_pair(1, kT0 - too_early_ns);
    harness.advance(5'000);
    network.stamp_all();
    network.check_nothing_sent();
    CHECK(harness.total(Counter::kAbsurdResidence) == 3);
  }
}

TEST_CASE(
    "a residence may be as long as the message was here, and as it waited before it came in") {
  Network network(plain());
  auto& harness = network.harness;
  const int64_t waited = ptpswitch::dataplane::kMaxBeforeReception;
  network.send_pair(1, kT0);
  harness.now += 80 * kMillisecond;
  harness.stamp(1, kT0 + waited + 80 * kMillisecond);
  harness.stamp(2, kT0 + waited + 80 * kMillisecond + 1);
  CHECK(harness.sent(1) ==
        Frames{network.corrected_follow_up(1, scaled(waited + 80 * kMillisecond))});
  CHECK(harness.sent(2).empty());
  CHECK(harness.count(2, Counter::kAbsurdResidence) == 1);
}

TEST_CASE("7.3.4: ingressLatency and egressLatency of each port are part of the residence") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.configure(0, PortSettings{.ingress_latency_ns = 300});
  harness.forwarder.configure(1, PortSettings{.egress_latency_ns = 50});
  harness.forwarder.configure(2,
                              PortSettings{.ingress_latency_ns = 9'999, .egress_latency_ns = -7});
  network.send_pair(1);
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 + 1'000);
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    const int64_t latency = port == 1 ? 350 : port == 2 ? 293 : 300;
    return network.corrected_follow_up(1, scaled(1'000 + latency));
  });
}

TEST_CASE("11.6.2: delayAsymmetry of the ingress port is added for Sync") {
  for (const bool two_step : {true, false}) {
    Network network(plain());
    auto& harness = network.harness;
    harness.forwarder.configure(kMasterPort, PortSettings{.delay_asymmetry_ns = 250});
    harness.forwarder.configure(kSlavePort, PortSettings{.delay_asymmetry_ns = 4'000});
    harness.receive(kMasterPort, network.from_master(MessageType::kSync).two_step(two_step).build(),
                    kT0);
    harness.clear_sent();
    network.stamp_all();
    auto follow_up = network.from_master(MessageType::kFollowUp);
    if (two_step) {
      harness.receive(kMasterPort, follow_up.build());
    } else {
      follow_up.two_step(false).type_specific(0).pad_to(60);
    }
    network.check_sent({1, 2, 3}, [&](uint32_t port) {
      return follow_up.correction(scaled(residence(port) + 250)).build();
    });
  }
}

TEST_CASE(
    "11.6.3: delayAsymmetry of the egress port is subtracted for Delay_Req, into its Delay_Resp") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.configure(kMasterPort, PortSettings{.delay_asymmetry_ns = 250});
  harness.forwarder.configure(kSlavePort, PortSettings{.delay_asymmetry_ns = 4'000});
  harness.receive(kSlavePort, network.from_slave(MessageType::kDelayReq).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kDelayResp).build());
  network.check_sent({kSlavePort}, network.from_master(MessageType::kDelayResp)
                                       .correction(scaled(residence(kMasterPort) - 250))
                                       .build());
}

TEST_CASE(
    "11.6.4, 11.6.5: the responder's port adds its delayAsymmetry to the Pdelay_Resp and takes it "
    "off the Pdelay_Req") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.configure(kMasterPort, PortSettings{.delay_asymmetry_ns = 250});
  harness.forwarder.configure(kSlavePort, PortSettings{.delay_asymmetry_ns = 4'000});
  harness.receive(kSlavePort, network.from_slave(MessageType::kPdelayReq).build(), kT0);
  harness.receive(kMasterPort, network.from_master(MessageType::kPdelayResp).build(), kT0);
  network.stamp_all();
  harness.clear_sent();
  harness.receive(kMasterPort, network.from_master(MessageType::kPdelayRespFollowUp).build());
  network.check_sent({kSlavePort},
                     network.from_master(MessageType::kPdelayRespFollowUp)
                         .correction(scaled(residence(kMasterPort) + residence(kSlavePort)))
                         .build());
}

TEST_CASE(
    "time stamps of different clocks are related before they are subtracted, to fractions of a "
    "nanosecond") {
  Network network(plain());
  auto& harness = network.harness;
  // Port 0 counts from a year zero of its own and runs 10 ppm slow, port 1 lags by 1 ms, port 2 is
  // 100 ppm fast. Common time begins at kT0 on port 3's clock.
  const int64_t master_epoch = 5'000'000'000;
  auto relate = [&](uint32_t port, int64_t raw_anchor_ns, double rate_offset) {
    dataplane::ClockRelation relation;
    relation.raw_anchor_ns = raw_anchor_ns;
    relation.rate_offset = rate_offset;
    harness.relate(port, relation);
  };
  relate(0, master_epoch, 1e-5);
  relate(1, kT0 - kMillisecond, 0);
  relate(2, kT0, -1e-4);
  relate(3, kT0, 0);
  network.send_pair(1, master_epoch + 3'000'000);
  const int64_t received = 3'000'030;  // 30 ns more of common time than of port 0's
  harness.stamp(1, kT0 - kMillisecond + received + 500);
  harness.stamp(2, kT0 + 4'000'000);  // 400 ns fewer of common time
  harness.stamp(3, kT0 + received + 1);
  network.check_sent({1, 2, 3}, [&](uint32_t port) {
    const int64_t ns = port == 1 ? 500 : port == 2 ? 4'000'000 - 400 - received : 1;
    return network.corrected_follow_up(1, scaled(ns));
  });

  // 50,000 ns of port 0 are 50,000.5 of common time: the half is kept.
  network.send_pair(2, master_epoch - 50'000);
  harness.stamp(3, kT0);
  CHECK(harness.sent(3) == Frames{network.corrected_follow_up(2, scaled(50'000) + 32'768)});
}

TEST_CASE(
    "a clock that is set while a message is inside the switch costs that message's correction "
    "only") {
  Network network(plain());
  auto& harness = network.harness;
  network.send_pair(1);
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 - 3'600 * kSecond);
  network.check_nothing_sent();
  CHECK(harness.total(Counter::kAbsurdResidence) == 3);
  network.send_pair(2, kT0 - 3'600 * kSecond);
  for (const uint32_t port : {1u, 2u, 3u}) harness.stamp(port, kT0 - 3'600 * kSecond + 42);
  network.check_sent({1, 2, 3}, network.corrected_follow_up(2, scaled(42)));
}
