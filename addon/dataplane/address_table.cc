#include "addon/dataplane/address_table.h"

#include "addon/dataplane/station.h"

namespace ptpswitch::dataplane {

std::optional<uint32_t> AddressTable::learn(uint16_t vlan_id, const uint8_t* mac, uint32_t port,
                                            int64_t now) {
  const uint64_t key = station(vlan_id, mac);
  if (auto* const entry = addresses_.find(key, now)) {
    addresses_.renew(*entry, port, now);
    return std::nullopt;
  }
  return addresses_.insert(key, port, {}, now);
}

std::optional<uint32_t> AddressTable::find(uint16_t vlan_id, const uint8_t* mac, int64_t now) {
  const auto* const entry = addresses_.find(station(vlan_id, mac), now);
  return entry == nullptr ? std::nullopt : std::optional(entry->port);
}

}  // namespace ptpswitch::dataplane
