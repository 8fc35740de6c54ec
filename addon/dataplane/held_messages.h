// General messages that wait until their correction is known: a bounded pool of frames, for each
// ingress port in order of age. Who needs a place when none is free can see which port has most of
// them.
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
  HeldIndex older = kNoHeld;  // of the same ingress port
  HeldIndex newer = kNoHeld;
  uint8_t frame[kMaxFrameLength];
};

class HeldMessages {
 public:
  HeldMessages(uint32_t capacity, uint32_t ports);

  HeldMessage& at(HeldIndex index) { return messages_[index]; }

  // Takes a free place for a message that came in by `port`; kNoHeld when none is free.
  HeldIndex add(uint32_t port, int64_t now);
  void remove(HeldIndex index);

  // The one that has waited longest, of all or of one port; kNoHeld when none waits.
  HeldIndex oldest() const;
  HeldIndex oldest_of(uint32_t port) const { return ports_[port].oldest; }
  // How many messages of a port wait, and the port with most of them.
  uint32_t held_of(uint32_t port) const { return ports_[port].held; }
  uint32_t port_with_most() const;

 private:
  struct Port {
    HeldIndex oldest = kNoHeld;
    HeldIndex newest = kNoHeld;
    uint32_t held = 0;
  };

  std::vector<HeldMessage> messages_;
  std::vector<Port> ports_;
  HeldIndex free_ = 0;
};

}  // namespace ptpswitch::dataplane
