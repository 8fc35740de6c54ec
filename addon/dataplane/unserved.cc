#include "addon/dataplane/unserved.h"

#include <algorithm>

namespace ptpswitch::dataplane {
namespace {

// Never 0, which is a free entry.
uint64_t packed(const MessageKey& key, bool announce) {
  constexpr uint64_t kTaken = 1;
  uint64_t bits = kTaken << 1 | (announce ? 1 : 0);
  bits = bits << 2 | static_cast<uint64_t>(key.transport);
  bits = bits << 12 | key.sdo_id;
  bits = bits << 8 | key.domain_number;
  return bits << 16 | key.vlan_id;
}

}  // namespace

Unserved::Unserved(uint32_t ports, Effects& effects) : effects_(effects), entries_(ports) {}

bool Unserved::note(uint32_t port, const MessageKey& key, wire::MessageType type, int64_t now) {
  auto& entries = entries_[port];
  const bool announce = type == wire::MessageType::kAnnounce;
  const uint64_t bits = packed(key, announce);
  const auto is_same = [&](const Entry& entry) { return entry.bits == bits; };
  // One that has not come for so long that it would be told again makes room.
  const auto is_free = [&](const Entry& entry) { return entry.bits == 0 || now >= entry.next; };
  auto entry = std::find_if(entries.begin(), entries.end(), is_same);
  if (entry == entries.end()) {
    entry = std::find_if(entries.begin(), entries.end(), is_free);
    if (entry == entries.end()) return false;
    *entry = {.bits = bits, .messages = 0, .next = now};
  }
  ++entry->messages;
  if (now < entry->next) return true;
  effects_.unserved({port, key, announce, entry->messages});
  entry->messages = 0;
  entry->next = now + kUnservedInterval;
  return true;
}

}  // namespace ptpswitch::dataplane
