#include "addon/dataplane/exchange_table.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {

ExchangeTable::ExchangeTable(uint32_t capacity, uint32_t ports, uint64_t seed)
    : exchanges_(std::bit_ceil(capacity)),
      states_(exchanges_.size() * ports),
      residences_(exchanges_.size() * ports),
      buckets_(exchanges_.size() * 2, kNoExchange),
      by_ingress_(ports),
      ports_(ports),
      seed_(seed) {
  const auto places = static_cast<ExchangeIndex>(exchanges_.size());
  for (ExchangeIndex index = 0; index < places; ++index) {
    exchanges_[index].newer = index + 1 < places ? index + 1 : kNoExchange;
  }
}

// What a sender sends one after the other lies side by side, so that a cache line of buckets serves
// many messages. Where a sender's buckets begin nobody can choose, because of the seed.
uint32_t ExchangeTable::bucket_of(const ExchangeKey& key) const {
  uint64_t hash = mix(seed_, key.clock_identity);
  hash = mix(hash, key.responder);
  hash = mix(hash, key.flow);
  hash = mix(
      hash, static_cast<uint64_t>(key.port_number) << 48 | static_cast<uint64_t>(key.sdo_id) << 16 |
                static_cast<uint64_t>(key.domain_number) << 8 | static_cast<uint64_t>(key.kind));
  return static_cast<uint32_t>((hash + key.sequence_id) & (buckets_.size() - 1));
}

ExchangeIndex ExchangeTable::first(const ExchangeKey& key) const {
  ExchangeIndex index = buckets_[bucket_of(key)];
  while (index != kNoExchange && !(exchanges_[index].key == key)) {
    index = exchanges_[index].chain_next;
  }
  return index;
}

ExchangeIndex ExchangeTable::next(ExchangeIndex index) const {
  const ExchangeKey& key = exchanges_[index].key;
  do {
    index = exchanges_[index].chain_next;
  } while (index != kNoExchange && !(exchanges_[index].key == key));
  return index;
}

ExchangeIndex ExchangeTable::find(const ExchangeKey& key, uint32_t ingress_port,
                                  uint64_t far_end) const {
  ExchangeIndex index = first(key);
  while (index != kNoExchange &&
         (exchanges_[index].ingress_port != ingress_port || exchanges_[index].far_end != far_end)) {
    index = next(index);
  }
  return index;
}

ExchangeIndex ExchangeTable::one_too_many(const ExchangeKey& key, uint32_t ingress_port) const {
  uint32_t found = 0;
  ExchangeIndex oldest = kNoExchange;  // the last one, for a new exchange becomes the first
  for (ExchangeIndex index = first(key); index != kNoExchange; index = next(index)) {
    if (exchanges_[index].ingress_port != ingress_port) continue;
    oldest = index;
    ++found;
  }
  return found < kMaxFarEnds ? kNoExchange : oldest;
}

ExchangeIndex ExchangeTable::insert(const ExchangeKey& key, uint32_t ingress_port, uint64_t far_end,
                                    int64_t now) {
  const ExchangeIndex index = free_;
  Exchange& exchange = exchanges_[index];
  free_ = exchange.newer;
  const uint32_t generation = exchange.generation + 1;
  ExchangeIndex& bucket = buckets_[bucket_of(key)];
  exchange = Exchange{};
  exchange.key = key;
  exchange.far_end = far_end;
  exchange.created = now;
  exchange.generation = generation;
  exchange.ingress_port = ingress_port;
  exchange.live = true;
  exchange.chain_next = bucket;
  if (bucket != kNoExchange) exchanges_[bucket].chain_previous = index;
  bucket = index;
  Ingress& ingress = by_ingress_[ingress_port];
  exchange.older = ingress.newest;
  (ingress.newest == kNoExchange ? ingress.oldest : exchanges_[ingress.newest].newer) = index;
  ingress.newest = index;
  ++ingress.exchanges;
  std::fill_n(&state(index, 0), ports_, ResidenceState::kNotSent);
  return index;
}

void ExchangeTable::remove(ExchangeIndex index) {
  Exchange& exchange = exchanges_[index];
  if (exchange.chain_previous == kNoExchange) {
    buckets_[bucket_of(exchange.key)] = exchange.chain_next;
  } else {
    exchanges_[exchange.chain_previous].chain_next = exchange.chain_next;
  }
  if (exchange.chain_next != kNoExchange) {
    exchanges_[exchange.chain_next].chain_previous = exchange.chain_previous;
  }
  Ingress& ingress = by_ingress_[exchange.ingress_port];
  (exchange.older == kNoExchange ? ingress.oldest : exchanges_[exchange.older].newer) =
      exchange.newer;
  (exchange.newer == kNoExchange ? ingress.newest : exchanges_[exchange.newer].older) =
      exchange.older;
  --ingress.exchanges;
  exchange.live = false;
  exchange.newer = free_;
  free_ = index;
}

ExchangeIndex ExchangeTable::oldest() const {
  ExchangeIndex oldest = kNoExchange;
  for (const Ingress& ingress : by_ingress_) {
    if (ingress.oldest == kNoExchange) continue;
    if (oldest == kNoExchange || exchanges_[ingress.oldest].created < exchanges_[oldest].created) {
      oldest = ingress.oldest;
    }
  }
  return oldest;
}

uint32_t ExchangeTable::port_with_most(uint32_t asking_port) const {
  uint32_t most = asking_port;
  for (uint32_t port = 0; port < ports_; ++port) {
    if (by_ingress_[port].exchanges > by_ingress_[most].exchanges) most = port;
  }
  return most;
}

}  // namespace ptpswitch::dataplane
