// How messages leave, and what becomes of their transmit time stamps: one residence for each egress
// port.
#include <algorithm>
#include <cstring>

#include "addon/dataplane/forwarder.h"
#include "addon/dataplane/port_set.h"
#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::MessageType;
using wire::ParseVerdict;
using wire::ScaledNs;

// ---------------------------------------------------------------------------------------------------------------------
// Transmission

void Forwarder::send_event(uint32_t egress, MessageType type, const uint8_t* frame, uint16_t length,
                           const TransmitTag& tag, int64_t now) {
  Port& port = ports_[egress];
  auto not_sent = [&](Counter reason) {
    port.counters.add(reason);
    if (tag.owner == TransmitTag::Owner::kClock) {
      effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
    } else {
      exchanges_.state(tag.index, egress) = ResidenceState::kNotSent;
    }
  };
  if (const auto obstacle = obstacle_to_sending(egress)) return not_sent(*obstacle);
  const uint32_t limit = port.settings.outstanding_limit;
  if (limit != 0 && port.ledger.outstanding() >= limit) {
    if (port.queue.full()) return not_sent(Counter::kDropEventQueueFull);
    port.queue.push(tag, type, frame, length);
    return port.counters.add(Counter::kEventsQueued);
  }
  const auto out = vlans_.as_it_leaves(policy_.bridge, egress, frame, length);
  if (port.ledger.full()) {
    // It goes out, for those who need no correction; what depends on its time stamp will be
    // dropped.
    port.counters.add(Counter::kTransmitTimestampsFull);
    if (!effects_.send(egress, out.frame, out.length, std::nullopt)) {
      return not_sent(Counter::kDropSendFailed);
    }
    port.counters.add_sent(type);
    if (tag.owner == TransmitTag::Owner::kClock) return timestamp_lost(egress, tag);
    // Whatever waits for it is settled by the caller, once the message has left by its other ports.
    exchanges_.state(tag.index, egress) = ResidenceState::kLost;
    return;
  }
  if (!effects_.send(egress, out.frame, out.length, port.ledger.next_number())) {
    port.ledger.send_failed();
    return not_sent(Counter::kDropSendFailed);
  }
  TransmitTag sent = tag;
  sent.clock_epoch = port.relation.epoch;
  port.ledger.enter(sent, frame_signature(out.frame, out.length), now);
  port.counters.add_sent(type);
}

bool Forwarder::send_corrected(uint32_t egress, const FrameView& view, ScaledNs correction) {
  Port& port = ports_[egress];
  if (const auto obstacle = obstacle_to_sending(egress)) {
    port.counters.add(*obstacle);
    return false;
  }
  uint8_t frame[kMaxFrameLength];
  std::memcpy(frame, view.data, view.length);
  FrameView copy = view;
  copy.data = frame;
  wire::add_to_correction_field(copy, correction);
  const auto out = vlans_.as_it_leaves(policy_.bridge, egress, frame, view.length);
  if (!effects_.send(egress, out.frame, out.length, std::nullopt)) {
    port.counters.add(Counter::kDropSendFailed);
    return false;
  }
  port.counters.add_sent(view.type);
  return true;
}

void Forwarder::send_queued(uint32_t egress, int64_t now) {
  Port& port = ports_[egress];
  const uint32_t limit = port.settings.outstanding_limit;
  while (!port.queue.empty() && (limit == 0 || port.ledger.outstanding() < limit)) {
    const QueuedEvent event = port.queue.front();
    port.queue.pop();
    const bool superseded = event.tag.owner == TransmitTag::Owner::kExchange &&
                            exchanges_.at(event.tag.index).generation != event.tag.generation;
    if (superseded) {
      port.counters.add(Counter::kDropCorrectionUnknown);
      continue;
    }
    send_event(egress, event.type, event.frame, event.length, event.tag, now);
    if (event.tag.owner == TransmitTag::Owner::kExchange) {
      settle_held(event.tag.index, bit(egress));
    }
  }
}

bool Forwarder::submit(uint32_t egress, uint8_t* frame, uint16_t length,
                       std::optional<uint32_t> context, int64_t now) {
  FrameView view;
  if (length > kMaxFrameLength) return false;
  if (wire::parse_frame(frame, length, false, view).verdict != ParseVerdict::kPtp) return false;
  if (context) {
    send_event(egress, view.type, frame, length, {TransmitTag::Owner::kClock, *context, 0}, now);
  } else {
    send_corrected(egress, view, 0);
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Transmit time stamps

void Forwarder::transmit_timestamp(uint32_t egress, uint32_t number,
                                   std::optional<uint64_t> signature, int64_t timestamp_ns,
                                   int64_t now) {
  Port& port = ports_[egress];
  const auto match = port.ledger.match(number, signature);
  if (!match) return port.counters.add(Counter::kTransmitTimestampLate);
  if (match->resynchronised) port.counters.add(Counter::kTransmitTimestampResynchronised);
  const TransmitTag& tag = match->tag;

  if (tag.owner == TransmitTag::Owner::kClock) {
    const bool related = tag.clock_epoch == port.relation.epoch;
    effects_.clock_transmit_timestamp(egress, tag.index,
                                      related ? common_ns(egress, timestamp_ns) : std::nullopt);
    return send_queued(egress, now);
  }
  const Exchange& exchange = exchanges_.at(tag.index);
  const bool current = exchange.live && exchange.generation == tag.generation;
  if (current && exchanges_.state(tag.index, egress) == ResidenceState::kWaiting) {
    const auto residence = residence_between(exchange, egress, tag.clock_epoch, timestamp_ns);
    if (residence) {
      exchanges_.residence(tag.index, egress) = *residence;
      exchanges_.state(tag.index, egress) = ResidenceState::kKnown;
      port.counters.add_residence(*residence >> 16);
    } else {
      exchanges_.state(tag.index, egress) = ResidenceState::kLost;
    }
    settle_held(tag.index, bit(egress));
  }
  send_queued(egress, now);
}

// From the receive time stamp of an exchange to a transmit time stamp, in seconds of the domain's
// grandmaster; none, and counted, when their difference means nothing.
std::optional<ScaledNs> Forwarder::residence_between(const Exchange& exchange, uint32_t egress,
                                                     uint32_t clock_epoch, int64_t timestamp_ns) {
  Port& port = ports_[egress];
  const Port& ingress = ports_[exchange.ingress_port];
  const bool related = port.relation.valid && ingress.relation.valid &&
                       ingress.relation.epoch == exchange.clock_epoch &&
                       port.relation.epoch == clock_epoch;
  if (!related) {
    port.counters.add(Counter::kClockUnrelated);
    return std::nullopt;
  }
  const ScaledInstant elapsed =
      port.relation.relate(timestamp_ns + port.settings.egress_latency_ns) -
      ingress.relation.relate(exchange.ingress_timestamp_ns - ingress.settings.ingress_latency_ns);
  const double rate_offset = policy_.rate_offset(exchange.key.sdo_id, exchange.key.domain_number);
  const ScaledInstant residence =
      elapsed + static_cast<ScaledInstant>(static_cast<double>(elapsed) * rate_offset);
  if (residence < 0 || residence > static_cast<ScaledInstant>(kMaxResidence) * 65536) {
    port.counters.add(Counter::kAbsurdResidence);
    return std::nullopt;
  }
  return static_cast<ScaledNs>(residence);
}

void Forwarder::timestamp_lost(uint32_t egress, const TransmitTag& tag) {
  if (tag.owner == TransmitTag::Owner::kClock) {
    return effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
  }
  const Exchange& exchange = exchanges_.at(tag.index);
  if (!exchange.live || exchange.generation != tag.generation) return;
  exchanges_.state(tag.index, egress) = ResidenceState::kLost;
  settle_held(tag.index, bit(egress));
}

// ---------------------------------------------------------------------------------------------------------------------
// Time

void Forwarder::advance(int64_t now) {
  for (uint32_t egress = 0; egress < ports_.size(); ++egress) {
    Port& port = ports_[egress];
    bool lost = false;
    while (const auto tag = port.ledger.take_older_than(now - limits_.transmit_timestamp_timeout)) {
      port.counters.add(Counter::kTransmitTimestampMissing);
      // The hardware holds fewer than was thought.
      if (port.settings.outstanding_limit > 1) port.settings.outstanding_limit /= 2;
      timestamp_lost(egress, *tag);
      lost = true;
    }
    if (lost) send_queued(egress, now);
  }
  for (HeldIndex held = held_.oldest(); held != kNoHeld; held = held_.oldest()) {
    if (now - held_.at(held).since < limits_.held_lifetime) break;
    drop_held(held, Counter::kDropHeldExpired);
  }
  for (ExchangeIndex index = exchanges_.oldest(); index != kNoExchange;
       index = exchanges_.oldest()) {
    if (now - exchanges_.at(index).created < limits_.exchange_lifetime) break;
    close_exchange(index);
  }
}

std::optional<int64_t> Forwarder::next_deadline() {
  std::optional<int64_t> deadline;
  auto consider = [&](int64_t at) { deadline = deadline ? std::min(*deadline, at) : at; };
  for (Port& port : ports_) {
    // take_older_than is strict: one more nanosecond.
    if (const auto entered = port.ledger.oldest_entered()) {
      consider(*entered + limits_.transmit_timestamp_timeout + 1);
    }
  }
  if (held_.oldest() != kNoHeld) {
    consider(held_.at(held_.oldest()).since + limits_.held_lifetime);
  }
  return deadline;
}

}  // namespace ptpswitch::dataplane
