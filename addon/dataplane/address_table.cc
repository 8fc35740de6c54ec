#include "addon/dataplane/address_table.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"
#include "addon/wire/byte_order.h"

namespace ptpswitch::dataplane {
namespace {

uint64_t key_of(uint16_t vlan_id, const uint8_t* mac) {
  return static_cast<uint64_t>(vlan_id) << 48 | static_cast<uint64_t>(wire::read16(mac)) << 32 |
         wire::read32(mac + 2);
}

}  // namespace

AddressTable::AddressTable(uint32_t capacity, DurationNs ageing, uint64_t seed)
    : entries_(std::bit_ceil(std::max(capacity, kWays))),
      set_mask_(entries_.size() / kWays - 1),
      ageing_(ageing),
      seed_(seed) {}

uint32_t AddressTable::first_way(uint64_t key) const {
  return static_cast<uint32_t>((mix(seed_, key) & set_mask_) * kWays);
}

bool AddressTable::learn(uint16_t vlan_id, const uint8_t* mac, uint32_t port, int64_t now) {
  const uint64_t key = key_of(vlan_id, mac);
  Entry* const set = &entries_[first_way(key)];
  Entry* victim = set;
  for (uint32_t way = 0; way < kWays; ++way) {
    Entry& entry = set[way];
    if (entry.key == key) {
      entry.seen = now;
      entry.port = port;
      return false;
    }
    if (victim->key == 0) continue;
    if (entry.key == 0 || entry.seen < victim->seen) victim = &entry;
  }
  const bool evicted = victim->key != 0 && !aged(*victim, now);
  *victim = {key, now, port};
  return evicted;
}

std::optional<uint32_t> AddressTable::find(uint16_t vlan_id, const uint8_t* mac,
                                           int64_t now) const {
  const uint64_t key = key_of(vlan_id, mac);
  if (key == 0) return std::nullopt;  // free places have this key
  const Entry* const set = &entries_[first_way(key)];
  for (uint32_t way = 0; way < kWays; ++way) {
    if (set[way].key == key && !aged(set[way], now)) return set[way].port;
  }
  return std::nullopt;
}

void AddressTable::forget_port(uint32_t port) {
  for (Entry& entry : entries_) {
    if (entry.port == port) entry = Entry{};
  }
}

void AddressTable::forget_all() { std::fill(entries_.begin(), entries_.end(), Entry{}); }

}  // namespace ptpswitch::dataplane
