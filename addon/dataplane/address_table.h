// Where unicast addresses live: learned from the source addresses of PTP frames per VLAN, aged,
// bounded (802.1Q, 8.7).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

class AddressTable {
 public:
  // `seed` salts the hash; `capacity` is rounded up to a power of two.
  AddressTable(uint32_t capacity, DurationNs ageing, uint64_t seed);

  // Notes that `mac` (6 bytes) was seen behind `port` at `now`. True when a live address had to
  // make room.
  bool learn(uint16_t vlan_id, const uint8_t* mac, uint32_t port, int64_t now);

  // The port behind which `mac` was last seen, unless it has aged.
  std::optional<uint32_t> find(uint16_t vlan_id, const uint8_t* mac, int64_t now) const;

  // Forgets what was learned behind `port`: its cable was pulled.
  void forget_port(uint32_t port);
  // Forgets everything: the topology has changed.
  void forget_all();

 private:
  struct Entry {
    uint64_t key = 0;  // VLAN and address; 0 marks a free place, for no unicast source is all zero
    int64_t seen = 0;
    uint32_t port = 0;
  };
  static constexpr uint32_t kWays = 4;

  bool aged(const Entry& entry, int64_t now) const { return now - entry.seen > ageing_; }
  uint32_t first_way(uint64_t key) const;

  std::vector<Entry> entries_;
  uint64_t set_mask_;
  DurationNs ageing_;
  uint64_t seed_;
};

}  // namespace ptpswitch::dataplane
