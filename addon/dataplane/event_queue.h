// Event messages of one port that wait for the hardware to be ready for another transmit time
// stamp, first in first out. The wait is part of their residence and so is corrected.
#pragma once

#include <cstdint>
#include <cstring>
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
  explicit EventQueue(uint32_t capacity) : events_(capacity) {}

  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == events_.size(); }

  // Must not be full.
  void push(const TransmitTag& tag, wire::MessageType type, const uint8_t* frame, uint16_t length) {
    QueuedEvent& event = events_[(first_ + count_++) % events_.size()];
    event.tag = tag;
    event.type = type;
    event.length = length;
    std::memcpy(event.frame, frame, length);
  }
  const QueuedEvent& front() const { return events_[first_]; }
  void pop() {
    first_ = static_cast<uint32_t>((first_ + 1) % events_.size());
    --count_;
  }

 private:
  std::vector<QueuedEvent> events_;
  uint32_t first_ = 0;
  uint32_t count_ = 0;
};

}  // namespace ptpswitch::dataplane
