#include "addon/dataplane/corrections.h"

#include <bit>
#include <cstring>
#include <utility>

#include "addon/dataplane/exchange_keys.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::MessageType;
using wire::ScaledNs;

namespace {

// Exchanges that can change before they are settled: the one that something has happened to, and
// the one of the event message that is sent or has failed then.
constexpr uint32_t kChangedExchanges = 8;

// True of a message that no follow-up comes after. IEEE 802.1AS-2011 has twoStepFlag reserved, to
// be ignored: there a Sync that carries no TLV is two-step whatever its flag says (table 11-4), and
// so is every Pdelay_Resp. The one-step Sync of 802.1AS-2020 carries the Follow_Up information TLV.
bool is_one_step(const FrameView& event) {
  if (event.type != MessageType::kSync && event.type != MessageType::kPdelayResp) return false;
  if (event.two_step()) return false;
  if (event.sdo_id() != wire::kSdoIdOf8021As) return true;
  return event.type == MessageType::kSync && event.message_length > wire::kFollowUpLength;
}

}  // namespace

Corrections::Corrections(const Limits& limits, uint64_t seed, ForwardingState& state,
                         Transmission& transmission)
    : limits_(limits),
      state_(state),
      transmission_(transmission),
      exchanges_(limits.exchanges, static_cast<uint32_t>(state.ports.size()), seed),
      held_(limits.held_messages, static_cast<uint32_t>(state.ports.size())) {
  changed_.reserve(kChangedExchanges);
}

// ---------------------------------------------------------------------------------------------------------------------
// Event messages

ExchangeIndex Corrections::open(uint32_t ingress, const FrameView& event, Action action,
                                const Arrival& arrival, int64_t now) {
  const ExchangeKey key = key_of_event(event);
  const uint64_t far_end = far_end_of_event(event);
  ExchangeIndex index = exchanges_.find(key, ingress, far_end);
  if (index != kNoExchange && exchanges_.at(index).event_seen) {
    // This is the same message again, or sequenceId has wrapped. What is known of the earlier
    // message does not apply to it.
    close(index, Counter::kDropHeldSuperseded);
    index = kNoExchange;
  }
  if (index == kNoExchange) index = insert(key, ingress, far_end, now);
  Exchange& exchange = exchanges_.at(index);
  exchange.event_seen = true;
  exchange.received = now;
  exchange.correction_field = event.correction_field();
  exchange.peer_to_peer = action == Action::kPeerToPeerTransparent;
  exchange.timestamped = arrival.timestamp_ns && !state_.clock_just_set(ingress, now);
  if (exchange.timestamped) {
    exchange.ingress_timestamp_ns = *arrival.timestamp_ns;
    exchange.clock_epoch = state_.ports[ingress].relation.epoch;
  } else if (!arrival.timestamp_dropped) {
    counters(ingress).add(arrival.timestamp_ns ? Counter::kClockUnrelated
                                               : Counter::kReceiveTimestampMissing);
  }
  exchange.one_step = is_one_step(event);
  // A follow-up that is held already is not from this sender, because a one-step message has none.
  while (exchange.one_step && exchange.held != kNoHeld) {
    drop_held(exchange.held, Counter::kDropUnexpectedFollowUp);
  }
  return index;
}

uint32_t Corrections::send_event(ExchangeIndex index, const FrameView& event, uint32_t egress_ports,
                                 int64_t now) {
  const Exchange& exchange = exchanges_.at(index);
  const TransmitTag tag{TransmitTag::Owner::kExchange, index, exchange.generation, 0,
                        exchange.ingress_port};
  uint32_t sent_ports = 0;
  each_port(egress_ports, [&](uint32_t egress) {
    // Its transmit time stamp is asked for even where no receive time stamp makes a residence of
    // it, which does no harm.
    exchanges_.state(index, egress) =
        exchange.timestamped ? ResidenceState::kWaiting : ResidenceState::kLost;
    const auto sent =
        transmission_.send_event(egress, event.type, event.data, event.length, tag, now);
    if (sent != Transmission::Sent::kNo) sent_ports |= bit(egress);
    set_state(index, egress, sent);
  });
  changed(index, state_.all_ports);
  return sent_ports;
}

void Corrections::set_state(ExchangeIndex index, uint32_t egress, Transmission::Sent sent) {
  if (sent == Transmission::Sent::kYes) return;
  exchanges_.state(index, egress) =
      sent == Transmission::Sent::kNo ? ResidenceState::kNotSent : ResidenceState::kLost;
  changed(index, bit(egress));
}

void Corrections::transmitted(uint32_t egress, const TransmitTag& tag, int64_t timestamp_ns,
                              int64_t now) {
  if (superseded(tag)) return;
  if (exchanges_.state(tag.index, egress) != ResidenceState::kWaiting) return;
  const auto residence =
      residence_between(exchanges_.at(tag.index), egress, tag.clock_epoch, timestamp_ns, now);
  if (residence) {
    exchanges_.residence(tag.index, egress) = *residence;
    counters(egress).add_residence(*residence >> 16);
  }
  exchanges_.state(tag.index, egress) = residence ? ResidenceState::kKnown : ResidenceState::kLost;
  changed(tag.index, bit(egress));
}

void Corrections::timestamp_lost(uint32_t egress, const TransmitTag& tag) {
  if (superseded(tag)) return;
  exchanges_.state(tag.index, egress) = ResidenceState::kLost;
  changed(tag.index, bit(egress));
}

// ---------------------------------------------------------------------------------------------------------------------
// General messages

ExchangeIndex Corrections::followed_event(uint32_t ingress, const FrameView& follow_up,
                                          int64_t now) {
  const ExchangeKey key = key_of_followed_event(follow_up);
  const ExchangeIndex index = exchanges_.find(key, ingress);
  return index != kNoExchange ? index : insert(key, ingress, kMulticast, now);
}

void Corrections::send_general(uint32_t ingress, const FrameView& view, ExchangeIndex followed,
                               uint32_t egress_ports, int64_t now) {
  bool forwarded = false;
  uint32_t waiting_ports = 0;
  ExchangeIndex wait_for[kMaxPorts];
  each_port(egress_ports, [&](uint32_t egress) {
    if (const auto reason = state_.reason_not_to_send(egress)) {
      return counters(egress).add(*reason);
    }
    const Correction correction = correction_for(view, followed, ingress, egress);
    switch (correction.kind) {
      case Correction::Kind::kKnown:
        forwarded |= transmission_.send_corrected(egress, view, correction.value, now);
        return;
      case Correction::Kind::kWait:
        wait_for[egress] = correction.wait_for;
        waiting_ports |= bit(egress);
        return;
      case Correction::Kind::kUnknown:
        return counters(egress).add(Counter::kDropCorrectionUnknown);
      case Correction::Kind::kNotRequesterPort:
        return counters(egress).add(Counter::kNotRequesterPort);
    }
  });
  if (forwarded) counters(ingress).add(Counter::kForwarded);

  bool held_full = false;
  while (waiting_ports != 0) {
    // Ports that wait for the same exchange share one copy. Not so a Pdelay_Resp_Follow_Up: its two
    // corrections wait for different exchanges at different ports.
    const ExchangeIndex exchange = wait_for[std::countr_zero(waiting_ports)];
    uint32_t together = 0;
    each_port(waiting_ports, [&](uint32_t egress) {
      const bool alone = view.type == MessageType::kPdelayRespFollowUp && together != 0;
      if (wait_for[egress] == exchange && !alone) together |= bit(egress);
    });
    waiting_ports &= ~together;
    held_full |= !hold(ingress, view, together, exchange, forwarded, now);
  }
  if (held_full) counters(ingress).add(Counter::kDropHeldFull);
}

void Corrections::hold_generated(ExchangeIndex index, const FrameView& follow_up,
                                 uint32_t egress_ports, int64_t now) {
  const uint32_t ingress = exchanges_.at(index).ingress_port;
  // It did not come in, so it is not counted as forwarded when it leaves.
  if (!hold(ingress, follow_up, egress_ports, index, true, now)) {
    counters(ingress).add(Counter::kDropHeldFull);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Exchanges

ExchangeIndex Corrections::insert(const ExchangeKey& key, uint32_t ingress, uint64_t far_end,
                                  int64_t now) {
  if (far_end != kMulticast) {
    const ExchangeIndex oldest = exchanges_.one_too_many(key, ingress);
    if (oldest != kNoExchange) {
      close(oldest, Counter::kDropHeldSuperseded);
      counters(ingress).add(Counter::kExchangesEvicted);
    }
  }
  if (exchanges_.full()) {
    const uint32_t greediest = exchanges_.port_with_most(ingress);
    close(exchanges_.oldest_of(greediest), Counter::kDropHeldFull);
    counters(greediest).add(Counter::kExchangesEvicted);
  }
  return exchanges_.insert(key, ingress, far_end, now);
}

void Corrections::close(ExchangeIndex index, Counter reason) {
  while (exchanges_.at(index).held != kNoHeld) drop_held(exchanges_.at(index).held, reason);
  exchanges_.at(index).changed_ports = 0;
  exchanges_.remove(index);
}

// True when the exchange that a message belongs to was closed, or its place is used by another one.
bool Corrections::superseded(const TransmitTag& tag) {
  return !exchanges_.at(tag.index).live || exchanges_.at(tag.index).generation != tag.generation;
}

void Corrections::changed(ExchangeIndex index, uint32_t egress_ports) {
  uint32_t& ports = exchanges_.at(index).changed_ports;
  if (ports == 0) changed_.push_back(index);
  ports |= egress_ports;
}

void Corrections::settle(int64_t now) {
  for (;;) {
    // Each step may lead to more of every kind: a message that leaves may find its batch full, and
    // one of those that leave then may fail.
    for (size_t i = 0; i < changed_.size(); ++i) {
      const uint32_t ports = std::exchange(exchanges_.at(changed_[i]).changed_ports, 0);
      if (ports != 0) release_held(changed_[i], ports, now);
    }
    changed_.clear();
    if (const auto unsent = transmission_.take_unsent()) {
      if (!superseded(unsent->tag)) {
        set_state(unsent->tag.index, unsent->egress, Transmission::Sent::kNo);
      }
    } else if (const auto ready = transmission_.take_ready(now)) {
      const auto& [egress, event] = *ready;
      const bool of_exchange = event.tag.owner == TransmitTag::Owner::kExchange;
      if (of_exchange && superseded(event.tag)) {
        counters(egress).add(Counter::kDropCorrectionUnknown);
        continue;
      }
      const auto sent = transmission_.send_ready(*ready, now);
      if (of_exchange) set_state(event.tag.index, egress, sent);
    } else {
      return;
    }
  }
}

void Corrections::age(int64_t now) {
  for (HeldIndex held = held_.oldest(); held != kNoHeld; held = held_.oldest()) {
    if (now - held_.at(held).since < limits_.held_lifetime) break;
    drop_held(held, Counter::kDropHeldExpired);
  }
  for (ExchangeIndex index = exchanges_.oldest(); index != kNoExchange;
       index = exchanges_.oldest()) {
    if (now - exchanges_.at(index).created < limits_.exchange_lifetime) break;
    close(index, Counter::kDropHeldExpired);
  }
}

std::optional<int64_t> Corrections::next_deadline() {
  if (held_.oldest() == kNoHeld) return std::nullopt;
  return held_.at(held_.oldest()).since + limits_.held_lifetime;
}

// ---------------------------------------------------------------------------------------------------------------------
// Held general messages

bool Corrections::hold(uint32_t ingress, const FrameView& view, uint32_t egress_ports,
                       ExchangeIndex wait_for, bool forwarded, int64_t now) {
  if (exchanges_.at(wait_for).held_count >= kMaxHeldPerExchange) return false;
  HeldIndex index = held_.add(ingress, now);
  if (index == kNoHeld) {
    // The port that holds most makes room, so each has a share that no other can spend.
    const uint32_t greediest = held_.port_with_most();
    if (held_.held_of(greediest) <= held_.held_of(ingress)) return false;
    drop_held(held_.oldest_of(greediest), Counter::kDropHeldFull);
    index = held_.add(ingress, now);
  }
  HeldMessage& message = held_.at(index);
  message.view = view;
  message.view.data = message.frame;
  std::memcpy(message.frame, view.data, view.length);
  message.forwarded = forwarded;
  message.waiting_ports = egress_ports;
  attach(index, wait_for);
  counters(ingress).add(Counter::kHeld);
  return true;
}

void Corrections::attach(HeldIndex held, ExchangeIndex exchange) {
  held_.at(held).exchange = exchange;
  held_.at(held).next_of_exchange = exchanges_.at(exchange).held;
  exchanges_.at(exchange).held = held;
  ++exchanges_.at(exchange).held_count;
}

// Called when the residences of `exchange` at `changed_ports` have become known, or are known to be
// lost. Sends the messages held for it whose correction is complete now, drops those whose
// correction will never be known, and goes on holding the others.
void Corrections::release_held(ExchangeIndex exchange, uint32_t changed_ports, int64_t now) {
  HeldIndex index = exchanges_.at(exchange).held;
  exchanges_.at(exchange).held = kNoHeld;
  exchanges_.at(exchange).held_count = 0;
  while (index != kNoHeld) {
    HeldMessage& message = held_.at(index);
    const HeldIndex next = message.next_of_exchange;
    ExchangeIndex wait_for = exchange;
    // The correction of a Follow_Up depends on the residence of its Sync at the same egress port
    // only. The correction of an answer depends on the residence of the request at the port that
    // the answer came in by, so a change there concerns all ports that the answer waits for.
    const bool by_egress = message.view.type == MessageType::kFollowUp;
    ExchangeIndex followed = by_egress ? exchange : kNoExchange;
    if (message.view.type == MessageType::kPdelayRespFollowUp) {
      followed = exchanges_.find(key_of_followed_event(message.view), message.ingress_port);
    }
    each_port(message.waiting_ports & (by_egress ? changed_ports : state_.all_ports),
              [&](uint32_t egress) {
                const Correction correction =
                    correction_for(message.view, followed, message.ingress_port, egress);
                if (correction.kind == Correction::Kind::kWait) {
                  wait_for = correction.wait_for;
                  return;
                }
                message.waiting_ports &= ~bit(egress);
                if (correction.kind == Correction::Kind::kKnown) {
                  if (transmission_.send_corrected(egress, message.view, correction.value, now) &&
                      !message.forwarded) {
                    message.forwarded = true;
                    counters(message.ingress_port).add(Counter::kForwarded);
                  }
                } else {
                  counters(egress).add(correction.kind == Correction::Kind::kNotRequesterPort
                                           ? Counter::kNotRequesterPort
                                           : Counter::kDropCorrectionUnknown);
                }
              });
    if (message.waiting_ports == 0) {
      held_.remove(index);
    } else {
      attach(index, wait_for);
    }
    index = next;
  }
}

void Corrections::drop_held(HeldIndex held, Counter reason) {
  HeldMessage& message = held_.at(held);
  HeldIndex* link = &exchanges_.at(message.exchange).held;
  while (*link != held) link = &held_.at(*link).next_of_exchange;
  *link = message.next_of_exchange;
  --exchanges_.at(message.exchange).held_count;
  counters(message.ingress_port).add(reason);
  held_.remove(held);
}

}  // namespace ptpswitch::dataplane
