// A bounded table that all ports share: entries by key, each on the account of the port that it was
// seen by last, forgotten some time after that. When the table is full, the port with most entries
// loses the one that it saw longest ago. So each port has a share, the capacity divided by the
// ports, that no other port can spend.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/hash.h"
#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

template <typename Value>
class SharedTable {
 public:
  struct Entry {
    uint64_t key = 0;
    int64_t seen = 0;
    uint32_t port = 0;
    Value value{};

   private:
    friend class SharedTable;
    uint32_t chain_next = kNone;
    uint32_t older = kNone;  // of the same port
    uint32_t newer = kNone;  // of the same port; while free, the next free one
  };

  // An entry is live until `lifetime` has passed since it was seen. `seed` salts the hash.
  SharedTable(uint32_t capacity, uint32_t ports, DurationNs lifetime, uint64_t seed)
      : entries_(std::max(capacity, 1u)),
        buckets_(std::bit_ceil(entries_.size()), kNone),
        ports_(ports),
        lifetime_(lifetime),
        seed_(seed) {
    forget_all();
  }

  // The live entry of `key`; null when there is none.
  Entry* find(uint64_t key, int64_t now) {
    uint32_t index = buckets_[bucket_of(key)];
    while (index != kNone && entries_[index].key != key) index = entries_[index].chain_next;
    return index == kNone || expired(index, now) ? nullptr : &entries_[index];
  }

  // The entry was seen again, by `port`.
  void renew(Entry& entry, uint32_t port, int64_t now) {
    const auto index = static_cast<uint32_t>(&entry - entries_.data());
    entry.seen = now;
    if (entry.port == port && ports_[port].newest == index) return;
    leave_port(index);
    join_port(index, port);
  }

  // Adds an entry, for a key that has no live one. The result is the port that lost a live entry
  // for it, which is the one that has most of them.
  std::optional<uint32_t> insert(uint64_t key, uint32_t port, const Value& value, int64_t now) {
    for (uint32_t i = 0; i < kExpiredAtOnce; ++i) {
      const uint32_t oldest = ports_[port].oldest;
      if (oldest == kNone || !expired(oldest, now)) break;
      remove(oldest);
    }
    const auto evicted = free_ == kNone ? make_room(port, now) : std::nullopt;
    const uint32_t index = free_;
    Entry& entry = entries_[index];
    free_ = entry.newer;
    entry.key = key;
    entry.seen = now;
    entry.value = value;
    uint32_t& bucket = buckets_[bucket_of(key)];
    entry.chain_next = bucket;
    bucket = index;
    join_port(index, port);
    return evicted;
  }

  void forget_port(uint32_t port) {
    while (ports_[port].oldest != kNone) remove(ports_[port].oldest);
  }
  void forget_all() {
    std::fill(buckets_.begin(), buckets_.end(), kNone);
    std::fill(ports_.begin(), ports_.end(), Port{});
    const auto places = static_cast<uint32_t>(entries_.size());
    for (uint32_t index = 0; index < places; ++index) {
      entries_[index].newer = index + 1 < places ? index + 1 : kNone;
    }
    free_ = 0;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // What has expired is removed when its port adds entries. Two for each one added are enough for
  // the table to hold little else, and no message has to wait for many.
  static constexpr uint32_t kExpiredAtOnce = 2;

  // The entries of one port, in the order in which they were seen.
  struct Port {
    uint32_t oldest = kNone;
    uint32_t newest = kNone;
    uint32_t entries = 0;
  };

  size_t bucket_of(uint64_t key) const { return mix(seed_, key) & (buckets_.size() - 1); }
  bool expired(uint32_t index, int64_t now) const { return now - entries_[index].seen > lifetime_; }

  std::optional<uint32_t> make_room(uint32_t port, int64_t now) {
    uint32_t greediest = port;
    for (uint32_t other = 0; other < ports_.size(); ++other) {
      const uint32_t oldest = ports_[other].oldest;
      if (oldest != kNone && expired(oldest, now)) {
        remove(oldest);
        return std::nullopt;
      }
      if (ports_[other].entries > ports_[greediest].entries) greediest = other;
    }
    remove(ports_[greediest].oldest);
    return greediest;
  }

  void remove(uint32_t index) {
    uint32_t* link = &buckets_[bucket_of(entries_[index].key)];
    while (*link != index) link = &entries_[*link].chain_next;
    *link = entries_[index].chain_next;
    leave_port(index);
    entries_[index].newer = free_;
    free_ = index;
  }

  void join_port(uint32_t index, uint32_t port_index) {
    Port& port = ports_[port_index];
    Entry& entry = entries_[index];
    entry.port = port_index;
    entry.older = port.newest;
    entry.newer = kNone;
    (port.newest == kNone ? port.oldest : entries_[port.newest].newer) = index;
    port.newest = index;
    ++port.entries;
  }
  void leave_port(uint32_t index) {
    const Entry& entry = entries_[index];
    Port& port = ports_[entry.port];
    (entry.older == kNone ? port.oldest : entries_[entry.older].newer) = entry.newer;
    (entry.newer == kNone ? port.newest : entries_[entry.newer].older) = entry.older;
    --port.entries;
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> buckets_;
  std::vector<Port> ports_;
  DurationNs lifetime_;
  uint64_t seed_;
  uint32_t free_ = kNone;
};

}  // namespace ptpswitch::dataplane
