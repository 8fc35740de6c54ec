// General messages that wait until their correction is known: a bounded pool of frames, in order of
// age.
#pragma once

#include <cstdint>
#include <vector>

#include "addon/dataplane/exchange_table.h"
#include "addon/dataplane/limits.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

struct HeldMessage {
  wire::FrameView view;  // into `frame`
  uint32_t ingress_port = 0;
  bool forwarded = false;                // has been counted as forwarded
  uint32_t waiting_ports = 0;            // egress ports it has not left by yet, one bit each
  ExchangeIndex exchange = kNoExchange;  // the one it waits for
  HeldIndex next_of_exchange = kNoHeld;
  int64_t since = 0;
  HeldIndex older = kNoHeld;
  HeldIndex newer = kNoHeld;
  uint8_t frame[kMaxFrameLength];
};

class HeldMessages {
 public:
  explicit HeldMessages(uint32_t capacity);

  HeldMessage& at(HeldIndex index) { return messages_[index]; }

  // Takes a free place for a message, which is then the newest; kNoHeld when none is free.
  HeldIndex add(int64_t now);
  void remove(HeldIndex index);
  // The one that has waited longest, kNoHeld when none waits.
  HeldIndex oldest() const { return oldest_; }

 private:
  std::vector<HeldMessage> messages_;
  HeldIndex free_ = 0;
  HeldIndex oldest_ = kNoHeld;
  HeldIndex newest_ = kNoHeld;
};

}  // namespace ptpswitch::dataplane
