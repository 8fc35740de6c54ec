#include "addon/dataplane/source_ports.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {

SourcePorts::SourcePorts(uint32_t capacity, uint32_t ports, DurationNs ageing, uint64_t seed)
    : sets_a_port_(std::bit_floor(std::max(capacity / kWays / std::max(ports, 1u), 1u))),
      entries_(ports * sets_a_port_ * kWays),
      ageing_(ageing),
      seed_(seed) {}

size_t SourcePorts::first_way(uint64_t station, uint32_t port) const {
  return (port * sets_a_port_ + (mix(seed_, station) & (sets_a_port_ - 1))) * kWays;
}

void SourcePorts::note(uint64_t station, uint32_t port, int64_t now) {
  Entry* const set = &entries_[first_way(station, port)];
  Entry* victim = set;
  for (uint32_t way = 0; way < kWays; ++way) {
    Entry& entry = set[way];
    if (entry.station == station && !free_or_aged(entry, now)) {
      entry.last = now;
      return;
    }
    if (free_or_aged(*victim, now)) continue;
    if (free_or_aged(entry, now) || entry.since > victim->since) victim = &entry;
  }
  *victim = {station, now, now};
}

std::optional<int64_t> SourcePorts::heard_since(uint64_t station, uint32_t port,
                                                int64_t now) const {
  const Entry* const set = &entries_[first_way(station, port)];
  for (uint32_t way = 0; way < kWays; ++way) {
    if (set[way].station == station && !free_or_aged(set[way], now)) return set[way].since;
  }
  return std::nullopt;
}

}  // namespace ptpswitch::dataplane
