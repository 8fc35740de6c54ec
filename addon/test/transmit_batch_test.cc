// Bursts: all messages that a burst leads to leave together and in order, and a send that fails in
// the middle loses its own message only.
#include "addon/dataplane/transmit_batch.h"

#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::kTransmitBatchFrames;
using ptpswitch::dataplane::TransmitBatch;
using Frames = std::vector<Bytes>;

namespace {

Bytes sync(const Network& network, uint16_t sequence) {
  return network.from_master(MessageType::kSync).sequence(sequence).build();
}
PacketBuilder follow_up(const Network& network, uint16_t sequence) {
  return network.from_master(MessageType::kFollowUp).sequence(sequence);
}

// Syncs 1 to `count` in one burst, not sent yet.
void burst_of_syncs(Network& network, uint16_t count) {
  network.harness.bursts = true;
  for (uint16_t sequence = 1; sequence <= count; ++sequence) {
    network.harness.receive(kMasterPort, sync(network, sequence), kT0);
  }
}

void flush(ForwarderHarness& harness) { harness.forwarder.flush(harness.now); }

}  // namespace

TEST_CASE(
    "a transmit batch gives back what it was given, in order, and numbers what wants a time "
    "stamp") {
  TransmitBatch batch;
  const uint8_t bytes[] = {1, 2, 3};
  for (uint16_t i = 0; i < 3; ++i) {
    const auto tag = i == 1 ? std::nullopt : std::optional<dataplane::TransmitTag>{{.index = i}};
    batch.push({Counter::kTxSync, tag}, bytes + i, 1);
  }
  CHECK(batch.timestamps_wanted() == 2);
  const auto frames = batch.numbered_from(77);
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].number == 77);
  CHECK_FALSE(frames[1].number);
  CHECK(frames[2].number == 78);
  CHECK(batch.pop().message.tag->index == 0);
  CHECK(batch.numbered_from(5).front().number == std::nullopt);
  CHECK(*batch.pop().frame.data == 2);
  CHECK(batch.numbered_from(5).front().number == 5);
  CHECK(batch.pop().message.tag->index == 2);
  CHECK(batch.empty());
  CHECK(batch.timestamps_wanted() == 0);
}

TEST_CASE("a transmit batch is full until it has been emptied, and then takes as many again") {
  TransmitBatch batch;
  const uint8_t byte = 7;
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < kTransmitBatchFrames; ++i) {
      REQUIRE_FALSE(batch.full());
      batch.push({Counter::kTxSync, std::nullopt}, &byte, 1);
    }
    CHECK(batch.full());
    while (!batch.empty()) batch.pop();
    CHECK_FALSE(batch.full());
  }
}

TEST_CASE("nothing of a burst leaves before its end, then all of it, in order") {
  Network network(plain());
  auto& harness = network.harness;
  burst_of_syncs(network, 3);
  network.check_nothing_sent();
  CHECK(harness.total(Counter::kTxSync) == 0);
  flush(harness);
  for (const uint32_t port : network.from_master_ports()) {
    CHECK(harness.sent(port) == Frames{sync(network, 1), sync(network, 2), sync(network, 3)});
    CHECK(harness.stamps_waiting(port) == 3);
    CHECK(harness.count(port, Counter::kTxSync) == 3);
  }
  flush(harness);
  network.check_nothing_sent();
}

TEST_CASE("a burst longer than a transmit batch: none is lost, each with its own time stamp") {
  Network network(plain());
  auto& harness = network.harness;
  constexpr uint16_t kSyncs = kTransmitBatchFrames + 5;
  burst_of_syncs(network, kSyncs);
  flush(harness);
  CHECK(harness.sent(1).size() == kSyncs);
  harness.clear_sent();
  for (uint16_t sequence = 1; sequence <= kSyncs; ++sequence) {
    harness.stamp(1, kT0 + 1'000 * sequence);
    harness.receive(kMasterPort, follow_up(network, sequence).build());
    flush(harness);
    CHECK(harness.sent(1) ==
          Frames{follow_up(network, sequence).correction(scaled(1'000 * sequence)).build()});
  }
}

TEST_CASE(
    "a send that fails within a burst: what follows it leaves, and every time stamp finds its own "
    "message, whoever counts") {
  for (const Numbering numbering : {Numbering::kChosenBySender, Numbering::kCountedByKernel}) {
    for (const FailedSend kind : {FailedSend::kNotCounted, FailedSend::kCounted}) {
      for (uint32_t failures = 1; failures <= 3; ++failures) {
        CAPTURE(failures);
        Network network(plain(), ForwarderHarness::small_limits(), numbering);
        auto& harness = network.harness;
        burst_of_syncs(network, 1);
        flush(harness);
        harness.clear_sent();
        // The first of each flush fail, with messages behind them in the same burst.
        harness.fail_sends(1, failures, kind);
        harness.bursts = true;
        for (uint16_t sequence = 2; sequence <= 6; ++sequence) {
          harness.receive(kMasterPort, sync(network, sequence), kT0);
        }
        flush(harness);
        const auto left = static_cast<uint16_t>(5 - failures);
        CHECK(harness.sent(1).size() == left);
        CHECK(harness.sent(3).size() == 5);
        CHECK(harness.count(1, Counter::kDropSendFailed) == failures);
        CHECK(harness.count(1, Counter::kTxSync) == 1 + left);

        harness.clear_sent();
        harness.stamp(1, kT0 + 100);
        for (uint16_t i = 0; i < left; ++i) {
          harness.stamp(1, kT0 + 1'000 * (failures + 2 + i));
        }
        for (uint16_t sequence = 1; sequence <= 6; ++sequence) {
          harness.receive(kMasterPort, follow_up(network, sequence).build());
        }
        flush(harness);
        Frames expected{follow_up(network, 1).correction(scaled(100)).build()};
        for (uint32_t sequence = failures + 2; sequence <= 6; ++sequence) {
          const auto number = static_cast<uint16_t>(sequence);
          expected.push_back(
              follow_up(network, number).correction(scaled(1'000 * sequence)).build());
        }
        CHECK(harness.sent(1) == expected);
        CHECK(harness.count(1, Counter::kDropCorrectionUnknown) == failures);
        CHECK(harness.count(1, Counter::kTransmitTimestampLate) == 0);
      }
    }
  }
}

TEST_CASE("a Follow_Up that waits while the burst with its Sync fails is dropped and counted") {
  Network network(plain());
  auto& harness = network.harness;
  burst_of_syncs(network, 1);
  harness.receive(kMasterPort, follow_up(network, 1).build());
  harness.fail_sends(1, 1);
  flush(harness);
  CHECK(harness.count(1, Counter::kDropCorrectionUnknown) == 1);
  for (const uint32_t port : {2u, 3u}) {
    harness.clear_sent();
    harness.stamp(port, kT0 + 50);
    flush(harness);
    CHECK(harness.sent(port) == Frames{follow_up(network, 1).correction(scaled(50)).build()});
  }
  CHECK(harness.count(1, Counter::kTxFollowUp) == 0);
}

TEST_CASE("a burst counts against what the hardware can hold before it has left") {
  Network network(plain());
  auto& harness = network.harness;
  harness.forwarder.configure(1, {.outstanding_limit = 2});
  burst_of_syncs(network, 5);
  flush(harness);
  CHECK(harness.sent(1) == Frames{sync(network, 1), sync(network, 2)});
  CHECK(harness.count(1, Counter::kEventsQueued) == 3);
  CHECK(harness.sent(2).size() == 5);
  // One that fails makes room for the next.
  harness.fail_sends(1, 1);
  harness.stamp(1, kT0 + 10);
  flush(harness);
  CHECK(harness.sent(1) == Frames{sync(network, 4)});
  CHECK(harness.stamps_waiting(1) == 2);
}

TEST_CASE("a burst counts against the time stamps that can be under way before it has left") {
  dataplane::Limits limits = ForwarderHarness::small_limits();
  limits.in_flight = 4;
  Network network(plain(), limits);
  auto& harness = network.harness;
  burst_of_syncs(network, 6);
  flush(harness);
  CHECK(harness.sent(1).size() == 6);
  CHECK(harness.stamps_waiting(1) == 4);
  CHECK(harness.count(1, Counter::kTransmitTimestampsFull) == 2);
}

TEST_CASE("messages whose exchange has made way for others before their send failed: counted") {
  dataplane::Limits limits = ForwarderHarness::small_limits();
  limits.exchanges = 2;
  Network network(plain(), limits);
  auto& harness = network.harness;
  harness.fail_sends(1, 3);
  burst_of_syncs(network, 5);
  flush(harness);
  CHECK(harness.sent(1) == Frames{sync(network, 4), sync(network, 5)});
  CHECK(harness.count(1, Counter::kDropSendFailed) == 3);
  // The exchanges that took their places are whole.
  harness.stamp(1, kT0 + 40);
  harness.stamp(1, kT0 + 50);
  harness.receive(kMasterPort, follow_up(network, 5).build());
  flush(harness);
  CHECK(harness.sent(1) == Frames{follow_up(network, 5).correction(scaled(50)).build()});
}
