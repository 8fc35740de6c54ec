// What arrived of the messages that were sent, and when: found by the running number each message
// carries.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bench {

// Which running numbers have arrived, each counted once.
class Arrivals {
 public:
  void Note(uint32_t index) {
    if (index >= seen_.size()) seen_.resize(index * 2 + 1024);
    if (seen_[index]) ++duplicates_;
    seen_[index] = true;
  }
  // How many of those numbered `first` or higher.
  uint64_t CountFrom(uint32_t first) const {
    if (first >= seen_.size()) return 0;
    return static_cast<uint64_t>(std::count(seen_.begin() + first, seen_.end(), true));
  }
  uint64_t duplicates() const { return duplicates_; }

 private:
  std::vector<bool> seen_;
  uint64_t duplicates_ = 0;
};

// A message that was sent with a time stamp, and what came of it. 0: not yet known.
struct Sample {
  int64_t event_sent_ns = 0;
  int64_t general_sent_ns = 0;
};

struct SampleArrival {
  int64_t event_received_ns = 0;
  int64_t general_received_ns = 0;
  int64_t correction_ns = 0;
};

// Every message of one stream whose transmit time is taken, found again by its running number.
class SampleTable {
 public:
  explicit SampleTable(size_t receivers) : receivers_(receivers) {}

  void Begin(uint32_t index) {
    if (index >= slot_by_index_.size()) slot_by_index_.resize(index * 2 + 1024, kNone);
    slot_by_index_[index] = static_cast<uint32_t>(samples_.size());
    samples_.emplace_back();
    arrivals_.resize(arrivals_.size() + receivers_);
  }
  // Null where this message was not sampled.
  Sample* Find(uint32_t index) {
    const uint32_t slot = SlotOf(index);
    return slot == kNone ? nullptr : &samples_[slot];
  }
  SampleArrival* FindArrival(uint32_t index, size_t receiver) {
    const uint32_t slot = SlotOf(index);
    return slot == kNone ? nullptr : &arrivals_[slot * receivers_ + receiver];
  }
  template <typename Visitor>
  void ForEach(Visitor visitor) const {
    for (size_t i = 0; i < arrivals_.size(); ++i) visitor(samples_[i / receivers_], arrivals_[i]);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t SlotOf(uint32_t index) const {
    return index < slot_by_index_.size() ? slot_by_index_[index] : kNone;
  }
  const size_t receivers_;
  std::vector<uint32_t> slot_by_index_;
  std::vector<Sample> samples_;
  std::vector<SampleArrival> arrivals_;
};

}  // namespace bench
