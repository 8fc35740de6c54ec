// Where unicast addresses live: learned from the source addresses of PTP frames per VLAN, aged,
// bounded (802.1Q, 8.7).
#pragma once

#include <cstdint>
#include <optional>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/shared_table.h"

namespace ptpswitch::dataplane {

class AddressTable {
 public:
  // `seed` salts the hash.
  AddressTable(uint32_t capacity, uint32_t ports, DurationNs ageing, uint64_t seed)
      : addresses_(capacity, ports, ageing, seed) {}

  // Notes that `mac` (6 bytes) was seen behind `port` at `now`. The result is the port that lost a
  // live address for it, the one with most of them.
  std::optional<uint32_t> learn(uint16_t vlan_id, const uint8_t* mac, uint32_t port, int64_t now);

  // The port behind which `mac` was last seen, unless it has aged.
  std::optional<uint32_t> find(uint16_t vlan_id, const uint8_t* mac, int64_t now);

  // Forgets what was learned behind `port`: its cable was pulled.
  void forget_port(uint32_t port) { addresses_.forget_port(port); }
  // Forgets everything: the topology has changed.
  void forget_all() { addresses_.forget_all(); }

 private:
  struct Nothing {};  // the port of the entry says it all
  SharedTable<Nothing> addresses_;
};

}  // namespace ptpswitch::dataplane
