// Event messages of one port that wait for the hardware to be ready for another transmit time
// stamp. The wait is part of their residence and so is corrected. Syncs go before all others,
// because every receiver of a domain waits for them; otherwise the first in is the first out.
//
// When it is full, whoever has most of it makes room: no ingress port can spend the share of
// another one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/transmit_ledger.h"
#include "addon/wire/message.h"

namespace ptpswitch::dataplane {

struct QueuedEvent {
  TransmitTag tag;
  wire::MessageType type = wire::MessageType::kSync;
  uint16_t length = 0;
  uint8_t frame[kMaxFrameLength];
};

class EventQueue {
 public:
  explicit EventQueue(uint32_t capacity) : events_(capacity) {
    order_.reserve(capacity);
    free_.reserve(capacity);
    for (uint32_t place = 0; place < capacity; ++place) free_.push_back(capacity - 1 - place);
  }

  bool empty() const { return order_.empty(); }
  bool full() const { return free_.empty(); }

  // Adds a message. Returns what had to make room for it: that of another message, or its own; none
  // while there was room.
  std::optional<TransmitTag> push(const TransmitTag& tag, wire::MessageType type,
                                  const uint8_t* frame, uint16_t length) {
    std::optional<TransmitTag> displaced;
    if (free_.empty()) {
      const uint32_t greediest = source_with_most();
      // A message of its own source makes room only for a Sync.
      const auto place = newest_of(greediest, type, tag.source);
      if (!place) return tag;
      displaced = events_[order_[*place]].tag;
      remove(*place);
    }
    const uint32_t at = free_.back();
    free_.pop_back();
    QueuedEvent& event = events_[at];
    event.tag = tag;
    event.type = type;
    event.length = length;
    std::memcpy(event.frame, frame, length);
    const auto end =
        is_sync(type) ? std::find_if(order_.begin(), order_.end(),
                                     [&](uint32_t other) { return !is_sync(events_[other].type); })
                      : order_.end();
    order_.insert(end, at);
    ++waiting_[tag.source];
    return displaced;
  }
  // The next one to leave. Must not be empty.
  const QueuedEvent& front() const { return events_[order_.front()]; }
  void pop() { remove(0); }

 private:
  static bool is_sync(wire::MessageType type) { return type == wire::MessageType::kSync; }

  uint32_t source_with_most() const {
    const auto most = std::max_element(waiting_.begin(), waiting_.end());
    return static_cast<uint32_t>(most - waiting_.begin());
  }

  // Where in the order the newest message of `source` is that may make room for one of `newcomer`.
  std::optional<size_t> newest_of(uint32_t source, wire::MessageType type,
                                  uint32_t newcomer) const {
    const bool another_with_more = source != newcomer && waiting_[source] > waiting_[newcomer];
    for (size_t place = order_.size(); place-- > 0;) {
      const QueuedEvent& event = events_[order_[place]];
      const bool lesser = is_sync(type) && !is_sync(event.type);
      if (another_with_more ? event.tag.source == source : lesser && event.tag.source == newcomer) {
        return place;
      }
    }
    return std::nullopt;
  }

  void remove(size_t place) {
    const uint32_t at = order_[place];
    --waiting_[events_[at].tag.source];
    order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(place));
    free_.push_back(at);
  }

  std::vector<QueuedEvent> events_;
  std::vector<uint32_t> order_;  // places in events_, the next to leave first
  std::vector<uint32_t> free_;
  std::array<uint32_t, kTransmitSources> waiting_{};  // by TransmitTag::source
};

}  // namespace ptpswitch::dataplane
