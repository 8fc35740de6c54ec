// Time stamps that come late, twice, under another number or never, as drivers and queueing
// disciplines give them.
#include "addon/dataplane/transmit_ledger.h"
#include "addon/test/engine/engine_harness.h"
#include "addon/test/engine/messages.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

TEST_CASE("time stamps that come one by one, each after the last was read, all correct") {
  constexpr uint16_t kSyncs = 64;
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  for (uint16_t sequence = 0; sequence < kSyncs; ++sequence) {
    harness.port(0).put({sync(sequence), received});
    harness.port(0).put({follow_up(sequence), received});
  }
  const auto sent = harness.port(1).wait_sent(kSyncs);
  REQUIRE(sent.size() == kSyncs);  // the Follow_Ups wait
  for (uint16_t i = 0; i < kSyncs; ++i) {
    REQUIRE(sent[i].number);
    // The engine has gone to sleep over each: nothing but this time stamp wakes it.
    harness.port(1).stamp(*sent[i].number, received + 1'000 * (i + 1));
    const auto followed = harness.port(1).wait_sent(1);
    REQUIRE(followed.size() == 1);
    CHECK(correction_ns(followed[0].frame) == 1'000 * (sequence_of(followed[0].frame) + 1));
  }
  CHECK(harness.count(1, Counter::kTransmitTimestampMissing) == 0);
}

TEST_CASE("a time stamp that nobody told of is read before it is given up") {
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(7), received});
  harness.port(0).put({follow_up(7), received});
  const auto sent = harness.port(1).wait_sent(1);
  harness.port(1).stamp_silently(*sent.at(0).number, received + 5'000);
  const auto followed = harness.port(1).wait_sent(1);
  REQUIRE(followed.size() == 1);
  CHECK(correction_ns(followed[0].frame) == 5'000);
}

TEST_CASE("a time stamp that never comes costs its Follow_Up, and nothing else") {
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(1), received});
  harness.port(0).put({follow_up(1), received});
  harness.port(1).wait_sent(1);
  CHECK(harness.counts(1, Counter::kTransmitTimestampMissing, 1));
  CHECK(harness.counts(1, Counter::kDropCorrectionUnknown, 1));
  harness.port(0).put({sync(2), received});
  harness.port(0).put({follow_up(2), received});
  const auto sent = harness.port(1).wait_sent(1);
  harness.port(1).stamp(*sent.at(0).number, received + 700);
  const auto followed = harness.port(1).wait_sent(1);
  CHECK(sequence_of(followed.at(0).frame) == 2);
}

TEST_CASE(
    "a time stamp that comes twice, or of a number that nobody sent, is counted and no more") {
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(1), received});
  const auto sent = harness.port(1).wait_sent(1);
  harness.port(1).stamp(*sent.at(0).number, received + 700);
  harness.port(1).stamp(*sent.at(0).number, received + 900'000);
  harness.port(1).stamp(0xDEAD'BEEF, received + 800);
  harness.port(0).put({follow_up(1), received});
  const auto followed = harness.port(1).wait_sent(1);
  CHECK(correction_ns(followed.at(0).frame) == 700);
  // Nobody waits for more, so the rest is read with the next one that is waited for.
  harness.port(0).put({sync(2), received});
  harness.port(1).wait_sent(1);
  CHECK(harness.counts(1, Counter::kTransmitTimestampLate, 2));
}

TEST_CASE("a time stamp that comes twice does not keep the next one in the queue") {
  io::EngineOptions options;
  options.limits.transmit_timestamp_timeout = 3'600 * dataplane::kSecond;
  options.limits.held_lifetime = 3'600 * dataplane::kSecond;
  EngineHarness harness(2, options);
  const int64_t received = realtime_ns();
  // As with a driver that stamps at once, it lies there when the message has left.
  harness.port(1).stamp_silently(0, received + 700);
  harness.port(1).stamp_silently(0, received + 700);
  harness.port(0).put({sync(1), received});
  harness.port(0).put({follow_up(1), received});
  CHECK(harness.port(1).wait_sent(2).size() == 2);
  harness.port(1).stamp_silently(1, received + 900);
  harness.port(0).put({sync(2), received});
  harness.port(0).put({follow_up(2), received});
  const auto sent = harness.port(1).wait_sent(2);
  REQUIRE(sent.size() == 2);
  CHECK(correction_ns(sent[1].frame) == 900);
}

TEST_CASE("a kernel that counts, and a driver that appends a frame check sequence") {
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(1), received});
  const auto sent = harness.port(1).wait_sent(1);
  Bytes returned = sent.at(0).frame;
  returned.insert(returned.end(), {0xDE, 0xAD, 0xBE, 0xEF});
  const uint64_t signature =
      dataplane::frame_signature(returned.data(), static_cast<uint32_t>(returned.size()));
  harness.port(1).stamp(*sent.at(0).number, received + 700, signature);
  harness.port(0).put({follow_up(1), received});
  const auto followed = harness.port(1).wait_sent(1);
  CHECK(correction_ns(followed.at(0).frame) == 700);
}

TEST_CASE("a send that fails is counted, told once, and no time stamp is waited for") {
  EngineHarness harness(2);
  harness.port(1).fail_sends(2, ENOBUFS);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(1), received});
  harness.port(0).put({sync(2), received});
  CHECK(harness.counts(1, Counter::kDropSendFailed, 2));
  harness.port(0).put({sync(3), received});
  const auto sent = harness.port(1).wait_sent(1);
  CHECK(sequence_of(sent.at(0).frame) == 3);
  const auto& records = harness.records();
  CHECK(std::count_if(records.begin(), records.end(), [](const ReadRecord& record) {
          return record.kind == io::RecordKind::kPortError &&
                 record.payload.find("sending") != std::string::npos;
        }) == 1);
}

TEST_CASE("frames that are cut, doubled or without a time stamp") {
  EngineHarness harness(2);
  const int64_t received = realtime_ns();
  harness.port(0).put({sync(1), received, false, true});
  CHECK(harness.counts(0, Counter::kDropFrameTooLong, 1));
  Bytes half = sync(2);
  half.resize(30);
  harness.port(0).put({half, received});
  CHECK(harness.counts(0, Counter::kDropBadMessageLength, 1));
  harness.port(0).put({sync(3), std::nullopt});
  harness.port(0).put({follow_up(3), std::nullopt});
  CHECK(harness.counts(0, Counter::kReceiveTimestampMissing, 1));
  CHECK(harness.counts(1, Counter::kDropCorrectionUnknown, 1));
  harness.port(1).wait_sent(1);
  // The second of two equal Syncs is the one that is followed.
  harness.port(0).put({sync(4), received});
  harness.port(0).put({sync(4), received + 100});
  const auto sent = harness.port(1).wait_sent(2);
  REQUIRE(sent.size() == 2);
  harness.port(1).stamp(*sent[0].number, received + 50'000);
  harness.port(1).stamp(*sent[1].number, received + 1'100);
  harness.port(0).put({follow_up(4), received});
  const auto followed = harness.port(1).wait_sent(1);
  CHECK(correction_ns(followed.at(0).frame) == 1'000);
}

TEST_CASE("what the ring had no room for is counted while the thread polls") {
  io::EngineOptions options;
  options.busy_poll = true;
  EngineHarness harness(2, options);
  harness.port(0).drop(17);
  harness.port(0).put({sync(1), realtime_ns()});
  harness.port(1).wait_sent(1);
  CHECK(harness.counts(0, Counter::kDropReceiveRingFull, 17));
}
