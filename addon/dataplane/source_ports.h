// Remembers by which ports each station has been heard, and since when. Every port has a memory of
// its own, so a flood at one port makes no other port forget; what a full memory forgets is whom it
// has known for the shortest time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

class SourcePorts {
 public:
  // `capacity` is divided among the ports. A station that is not heard by a port for `ageing` is
  // forgotten there. `seed` salts the hash.
  SourcePorts(uint32_t capacity, uint32_t ports, DurationNs ageing, uint64_t seed);

  // The station (see station.h) was heard by `port`.
  void note(uint64_t station, uint32_t port, int64_t now);
  // Since when the station has been heard by `port`; none when it has not.
  std::optional<int64_t> heard_since(uint64_t station, uint32_t port, int64_t now) const;

 private:
  struct Entry {
    uint64_t station = 0;  // 0 marks a free place, for no station has that address
    int64_t since = 0;
    int64_t last = 0;
  };
  static constexpr uint32_t kWays = 4;

  bool free_or_aged(const Entry& entry, int64_t now) const {
    return entry.station == 0 || now - entry.last > ageing_;
  }
  size_t first_way(uint64_t station, uint32_t port) const;

  size_t sets_a_port_;  // a power of two
  std::vector<Entry> entries_;
  DurationNs ageing_;
  uint64_t seed_;
};

}  // namespace ptpswitch::dataplane
