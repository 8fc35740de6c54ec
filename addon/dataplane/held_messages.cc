#include "addon/dataplane/held_messages.h"

namespace ptpswitch::dataplane {

HeldMessages::HeldMessages(uint32_t capacity) : messages_(capacity) {
  // Free places are a list through `newer`; the one used last is used next, while it is still in
  // the cache.
  for (HeldIndex index = 0; index < capacity; ++index) {
    messages_[index].newer = index + 1 < capacity ? index + 1 : kNoHeld;
  }
  free_ = capacity == 0 ? kNoHeld : 0;
}

HeldIndex HeldMessages::add(int64_t now) {
  const HeldIndex index = free_;
  if (index == kNoHeld) return kNoHeld;
  HeldMessage& message = messages_[index];
  free_ = message.newer;
  message.since = now;
  message.exchange = kNoExchange;
  message.next_of_exchange = kNoHeld;
  message.older = newest_;
  message.newer = kNoHeld;
  if (newest_ != kNoHeld) messages_[newest_].newer = index;
  newest_ = index;
  if (oldest_ == kNoHeld) oldest_ = index;
  return index;
}

void HeldMessages::remove(HeldIndex index) {
  HeldMessage& message = messages_[index];
  (message.older == kNoHeld ? oldest_ : messages_[message.older].newer) = message.newer;
  (message.newer == kNoHeld ? newest_ : messages_[message.newer].older) = message.older;
  message.newer = free_;
  free_ = index;
}

}  // namespace ptpswitch::dataplane
