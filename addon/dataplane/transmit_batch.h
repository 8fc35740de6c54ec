// Frames of one port that are handed to the kernel in one call, because a call costs as much as the
// kernel's work for one frame (docs/decisions/0010). First in, first out. A frame stays here from
// the moment it may leave until the end of the burst that it came in with.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "addon/dataplane/counters.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/transmit_ledger.h"

namespace ptpswitch::dataplane {

class TransmitBatch {
 public:
  struct Message {
    Counter counter;                 // counted once it has left
    std::optional<TransmitTag> tag;  // what its transmit time stamp is for, if it wants one
  };

  TransmitBatch()
      : frames_(kTransmitBatchFrames),
        messages_(kTransmitBatchFrames),
        bytes_(kTransmitBatchFrames) {}

  bool empty() const { return first_ == end_; }
  // True when nothing can be added. Places that pop() has emptied are used again only once the
  // whole batch is empty.
  bool full() const { return end_ == kTransmitBatchFrames; }
  // Messages that want a transmit time stamp.
  uint32_t timestamps_wanted() const { return timestamps_wanted_; }

  // Keeps a copy of a frame. Must not be full.
  void push(const Message& message, const uint8_t* frame, uint16_t length) {
    uint8_t* const kept = bytes_[end_].data;
    std::memcpy(kept, frame, length);
    frames_[end_] = {kept, length, std::nullopt};
    messages_[end_++] = message;
    if (message.tag) ++timestamps_wanted_;
  }

  // The whole batch; frames that want a transmit time stamp are numbered from `number` on.
  std::span<const OutgoingFrame> numbered_from(uint32_t number) {
    for (uint32_t i = first_; i < end_; ++i) {
      if (messages_[i].tag) frames_[i].number = number++;
    }
    return {&frames_[first_], end_ - first_};
  }

  struct Popped {
    Message message;
    OutgoingFrame frame;
  };
  // Removes the oldest. Its frame stays valid until the next push().
  Popped pop() {
    const Popped oldest{messages_[first_], frames_[first_]};
    if (oldest.message.tag) --timestamps_wanted_;
    if (++first_ == end_) first_ = end_ = 0;
    return oldest;
  }

 private:
  struct Bytes {
    uint8_t data[kMaxFrameLength];
  };

  std::vector<OutgoingFrame> frames_;
  std::vector<Message> messages_;
  std::vector<Bytes> bytes_;
  uint32_t first_ = 0;
  uint32_t end_ = 0;
  uint32_t timestamps_wanted_ = 0;
};

}  // namespace ptpswitch::dataplane
