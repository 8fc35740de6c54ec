// The event messages that have crossed the switch, remembered for the general messages that carry
// their corrections: there is one exchange for each event message, with its ingress time and one
// residence for each egress port. When the table is full, the port with most exchanges loses its
// oldest.
#pragma once

#include <cstdint>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {

using ExchangeIndex = uint32_t;
inline constexpr ExchangeIndex kNoExchange = UINT32_MAX;
using HeldIndex = uint32_t;
inline constexpr HeldIndex kNoHeld = UINT32_MAX;

// What identifies an event message among all others of its kind. The ingress port is not part of
// it, because an answer looks for the requests that came in by any port.
struct ExchangeKey {
  enum class Kind : uint8_t { kSync, kDelayReq, kPdelayReq, kPdelayResp };

  uint64_t clock_identity = 0;  // of the sender; of the requester in a Pdelay_Resp
  uint64_t responder = 0;       // Pdelay_Resp: a hash of its sender's portIdentity
  // A hash of the transport, the VLANs and, for a unicast message that is no request, the address
  // that it goes to.
  uint64_t flow = 0;
  uint16_t port_number = 0;
  uint16_t sequence_id = 0;
  uint16_t sdo_id = 0;
  uint8_t domain_number = 0;
  Kind kind = Kind::kSync;

  bool operator==(const ExchangeKey&) const = default;
};

// The far end of a message that goes to a group; see Exchange.
inline constexpr uint64_t kMulticast = 0;
inline constexpr uint32_t kNotAnswered = UINT32_MAX;

enum class ResidenceState : uint8_t {
  kNotSent,  // never left by this port
  kWaiting,  // sent; the transmit time stamp is under way
  kKnown,
  kLost,  // the time stamp will not come, or cannot be used
};

struct Exchange {
  ExchangeKey key;
  // Of a unicast request, a hash of the address that it goes to. A requester may count sequenceIds
  // separately for each, so this tells its requests of one key apart.
  uint64_t far_end = kMulticast;
  int64_t ingress_timestamp_ns = 0;     // as the port's clock gave it
  wire::ScaledNs correction_field = 0;  // of the event message, as received
  int64_t created = 0;
  int64_t received = 0;  // when the engine took the event message; see kMaxBeforeReception
  ExchangeIndex chain_next = kNoExchange;
  ExchangeIndex chain_previous = kNoExchange;
  ExchangeIndex older = kNoExchange;  // of the same ingress port
  ExchangeIndex newer = kNoExchange;
  HeldIndex held = kNoHeld;  // first of the general messages that wait for this exchange
  uint32_t held_count = 0;
  // Egress ports whose residence has become known, or is lost, since this was settled; see
  // Corrections::settle.
  uint32_t changed_ports = 0;
  uint32_t generation = 0;
  uint32_t ingress_port = 0;
  uint32_t answered_by = kNotAnswered;  // Pdelay_Req: the port that the first answer came in by
  uint32_t clock_epoch = 0;             // of the ingress port's clock, see ClockRelation
  bool live = false;
  bool event_seen = false;    // false: a general message came first and waits for its event message
  bool peer_to_peer = false;  // the link's delay is corrected as well
  bool timestamped = false;   // ingress_timestamp_ns is known
  bool one_step = false;      // its follow-up is written here
};

class ExchangeTable {
 public:
  ExchangeTable(uint32_t capacity, uint32_t ports, uint64_t seed);

  Exchange& at(ExchangeIndex index) { return exchanges_[index]; }
  ResidenceState& state(ExchangeIndex index, uint32_t egress_port) {
    return states_[static_cast<size_t>(index) * ports_ + egress_port];
  }
  // Valid in state kKnown.
  wire::ScaledNs& residence(ExchangeIndex index, uint32_t egress_port) {
    return residences_[static_cast<size_t>(index) * ports_ + egress_port];
  }

  // The exchange of `key` and `far_end` that came in by `ingress_port`.
  ExchangeIndex find(const ExchangeKey& key, uint32_t ingress_port,
                     uint64_t far_end = kMulticast) const;
  // First exchange of `key` by any port, and the one after `index` with the same key.
  ExchangeIndex first(const ExchangeKey& key) const;
  ExchangeIndex next(ExchangeIndex index) const;

  // The oldest exchange of `key` that came in by `ingress_port`, when there are as many as there
  // may be; kNoExchange otherwise.
  ExchangeIndex one_too_many(const ExchangeKey& key, uint32_t ingress_port) const;

  // True when there is no free place for another exchange.
  bool full() const { return free_ == kNoExchange; }
  // A new exchange, not yet sent anywhere. Must not be full.
  ExchangeIndex insert(const ExchangeKey& key, uint32_t ingress_port, uint64_t far_end,
                       int64_t now);
  void remove(ExchangeIndex index);

  // The oldest exchange, of all or of one ingress port; kNoExchange when there is none.
  ExchangeIndex oldest() const;
  ExchangeIndex oldest_of(uint32_t ingress_port) const { return by_ingress_[ingress_port].oldest; }
  // The port with most exchanges, of several the one that asks for a place.
  uint32_t port_with_most(uint32_t asking_port) const;

 private:
  // The exchanges of one ingress port, in order of creation.
  struct Ingress {
    ExchangeIndex oldest = kNoExchange;
    ExchangeIndex newest = kNoExchange;
    uint32_t exchanges = 0;
  };

  uint32_t bucket_of(const ExchangeKey& key) const;

  std::vector<Exchange> exchanges_;
  std::vector<ResidenceState> states_;
  std::vector<wire::ScaledNs> residences_;
  std::vector<ExchangeIndex> buckets_;
  std::vector<Ingress> by_ingress_;
  uint32_t ports_;
  uint64_t seed_;
  ExchangeIndex free_ = 0;  // first of a list through `newer`
};

}  // namespace ptpswitch::dataplane
