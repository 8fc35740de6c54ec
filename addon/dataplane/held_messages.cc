#include "addon/dataplane/held_messages.h"

#include <algorithm>

namespace ptpswitch::dataplane {

HeldMessages::HeldMessages(uint32_t capacity, uint32_t ports) : messages_(capacity), ports_(ports) {
  // Free places are a list through `newer`; the one used last is used next, while it is still in
  // the cache.
  for (HeldIndex index = 0; index < capacity; ++index) {
    messages_[index].newer = index + 1 < capacity ? index + 1 : kNoHeld;
  }
  free_ = capacity == 0 ? kNoHeld : 0;
}

HeldIndex HeldMessages::add(uint32_t port_index, int64_t now) {
  const HeldIndex index = free_;
  if (index == kNoHeld) return kNoHeld;
  Port& port = ports_[port_index];
  HeldMessage& message = messages_[index];
  free_ = message.newer;
  message.ingress_port = port_index;
  message.since = now;
  message.exchange = kNoExchange;
  message.next_of_exchange = kNoHeld;
  message.older = port.newest;
  message.newer = kNoHeld;
  if (port.newest != kNoHeld) messages_[port.newest].newer = index;
  port.newest = index;
  if (port.oldest == kNoHeld) port.oldest = index;
  ++port.held;
  return index;
}

void HeldMessages::remove(HeldIndex index) {
  HeldMessage& message = messages_[index];
  Port& port = ports_[message.ingress_port];
  (message.older == kNoHeld ? port.oldest : messages_[message.older].newer) = message.newer;
  (message.newer == kNoHeld ? port.newest : messages_[message.newer].older) = message.older;
  --port.held;
  message.newer = free_;
  free_ = index;
}

HeldIndex HeldMessages::oldest() const {
  HeldIndex oldest = kNoHeld;
  for (const Port& port : ports_) {
    if (port.oldest == kNoHeld) continue;
    if (oldest == kNoHeld || messages_[port.oldest].since < messages_[oldest].since) {
      oldest = port.oldest;
    }
  }
  return oldest;
}

uint32_t HeldMessages::port_with_most() const {
  const auto most = std::max_element(ports_.begin(), ports_.end(),
                                     [](const Port& a, const Port& b) { return a.held < b.held; });
  return static_cast<uint32_t>(most - ports_.begin());
}

}  // namespace ptpswitch::dataplane
