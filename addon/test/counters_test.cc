// Counters: one for each reason, in the order of the enums they are indexed by; the residence
// histogram's buckets.
#include "addon/dataplane/counters.h"

#include <array>
#include <atomic>
#include <set>
#include <string>

#include "addon/test/packet_builder.h"

using namespace ptpswitch::dataplane;
using ptpswitch::test::kAllTypes;
using ptpswitch::wire::MalformedReason;

namespace {

struct Block {
  std::array<std::atomic<uint64_t>, PortCounters::kStride> values{};
  PortCounters counters{values.data()};

  // The names of the counters that are not zero.
  std::vector<std::string> grown() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < kCounterCount; ++i) {
      if (values[i] != 0) names.emplace_back(kCounterNames[i]);
    }
    return names;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every message type has a counter of its own name, received and sent") {
  const char* names[] = {"Sync",
                         "Delay_Req",
                         "Pdelay_Req",
                         "Pdelay_Resp",
                         "Follow_Up",
                         "Delay_Resp",
                         "Pdelay_Resp_Follow_Up",
                         "Announce",
                         "Signaling",
                         "Management"};
  for (size_t i = 0; i < std::size(kAllTypes); ++i) {
    Block received, sent;
    received.counters.add(received_counter(kAllTypes[i]));
    sent.counters.add(sent_counter(kAllTypes[i]));
    CHECK(received.grown() == Names{std::string("rx.") + names[i]});
    CHECK(sent.grown() == Names{std::string("tx.") + names[i]});
  }
}

TEST_CASE("every malformed reason has a counter of its own name") {
  const std::pair<MalformedReason, const char*> rows[] = {
      {MalformedReason::kShortFrame, "drop.shortFrame"},
      {MalformedReason::kTooManyVlanTags, "drop.tooManyVlanTags"},
      {MalformedReason::kBadIpHeader, "drop.badIpHeader"},
      {MalformedReason::kBadIpChecksum, "drop.badIpChecksum"},
      {MalformedReason::kIpFragment, "drop.ipFragment"},
      {MalformedReason::kBadUdpLength, "drop.badUdpLength"},
      {MalformedReason::kBadUdpChecksum, "drop.badUdpChecksum"},
      {MalformedReason::kBadVersion, "drop.badVersion"},
      {MalformedReason::kReservedMessageType, "drop.reservedMessageType"},
      {MalformedReason::kBadMessageLength, "drop.badMessageLength"},
      {MalformedReason::kMergedByOffload, "drop.mergedByOffload"},
  };
  CHECK(std::size(rows) + 1 == static_cast<size_t>(MalformedReason::kCount));
  for (const auto& [reason, name] : rows) {
    Block block;
    block.counters.add_malformed(reason);
    CHECK(block.grown() == Names{name});
  }
}

TEST_CASE("no two counters share a name") {
  const std::set<std::string_view> names(kCounterNames.begin(), kCounterNames.end());
  CHECK(names.size() == kCounterCount);
}

TEST_CASE("residence buckets adjoin, and hold a value to an eighth of it") {
  uint32_t bucket = 0;
  for (int64_t ns = 0; ns < 5'000'000'000; ns += ns < 5'000 ? 1 : ns / 1'000) {
    const uint32_t of_ns = residence_bucket(ns);
    REQUIRE(of_ns < kResidenceBuckets);
    REQUIRE(of_ns >= bucket);
    if (ns < 5'000) REQUIRE(of_ns <= bucket + 1);
    bucket = of_ns;
    if (bucket == kResidenceBuckets - 1) continue;  // and whatever is longer
    const auto value = static_cast<uint64_t>(ns);
    REQUIRE(residence_bucket_upper_ns(bucket) >= value);
    REQUIRE(residence_bucket_upper_ns(bucket) - value <= value / 8);
    if (bucket > 0) REQUIRE(residence_bucket_upper_ns(bucket - 1) < value);
  }
  CHECK(bucket == kResidenceBuckets - 1);
  CHECK(residence_bucket(INT64_MAX) == kResidenceBuckets - 1);
  CHECK(residence_bucket(-5) == 0);
}

TEST_CASE("residence statistics: count, sum, least, most") {
  Block block;
  for (const int64_t ns : {500, 100, 900}) block.counters.add_residence(ns);
  CHECK(block.counters.get(Counter::kResidenceCount) == 3);
  CHECK(block.counters.get(Counter::kResidenceSumNs) == 1'500);
  CHECK(block.counters.get(Counter::kResidenceMinNs) == 100);
  CHECK(block.counters.get(Counter::kResidenceMaxNs) == 900);
  CHECK(block.values[kCounterCount + residence_bucket(500)] == 1);
}
