#include "addon/dataplane/counters.h"

#include <algorithm>
#include <bit>

namespace ptpswitch::dataplane {

static_assert(static_cast<int>(Counter::kDropMergedByOffload) -
                      static_cast<int>(Counter::kDropShortFrame) + 2 ==
                  static_cast<int>(wire::MalformedReason::kCount),
              "one counter for every malformed reason, in their order");

namespace {

Counter by_type(Counter first, wire::MessageType type) {
  // Event types 0 to 3 come first, general types 8 to D follow.
  const int value = static_cast<int>(type);
  return static_cast<Counter>(static_cast<int>(first) + (value < 8 ? value : value - 4));
}

}  // namespace

Counter received_counter(wire::MessageType type) { return by_type(Counter::kRxSync, type); }
Counter sent_counter(wire::MessageType type) { return by_type(Counter::kTxSync, type); }

uint32_t residence_bucket(int64_t residence_ns) {
  const uint64_t ns = residence_ns < 0 ? 0 : static_cast<uint64_t>(residence_ns);
  if (ns < kResidenceSubBuckets) return static_cast<uint32_t>(ns);
  const uint32_t octave = static_cast<uint32_t>(std::bit_width(ns)) - 1;  // 3 and more
  const uint32_t sub = static_cast<uint32_t>(ns >> (octave - 3)) & (kResidenceSubBuckets - 1);
  return std::min((octave - 2) * kResidenceSubBuckets + sub, kResidenceBuckets - 1);
}

uint64_t residence_bucket_upper_ns(uint32_t bucket) {
  if (bucket < kResidenceSubBuckets) return bucket;
  const uint32_t octave = bucket / kResidenceSubBuckets + 2;
  const uint64_t sub = bucket % kResidenceSubBuckets;
  return ((kResidenceSubBuckets + sub + 1) << (octave - 3)) - 1;
}

void PortCounters::add_residence(int64_t residence_ns) {
  const uint64_t ns = residence_ns < 0 ? 0 : static_cast<uint64_t>(residence_ns);
  auto set = [this](Counter counter, uint64_t value) {
    block_[static_cast<size_t>(counter)].store(value, std::memory_order_relaxed);
  };
  const uint64_t count = get(Counter::kResidenceCount);
  if (count == 0 || ns < get(Counter::kResidenceMinNs)) set(Counter::kResidenceMinNs, ns);
  if (ns > get(Counter::kResidenceMaxNs)) set(Counter::kResidenceMaxNs, ns);
  set(Counter::kResidenceCount, count + 1);
  add(Counter::kResidenceSumNs, ns);
  auto& bucket = block_[kCounterCount + residence_bucket(residence_ns)];
  bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void PortCounters::add_malformed(wire::MalformedReason reason) {
  const int offset =
      static_cast<int>(reason) - static_cast<int>(wire::MalformedReason::kShortFrame);
  add(static_cast<Counter>(static_cast<int>(Counter::kDropShortFrame) + offset));
}

}  // namespace ptpswitch::dataplane
