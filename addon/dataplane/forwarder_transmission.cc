// Sends messages, and makes of their transmit time stamps one residence for each egress port.
#include <algorithm>
#include <bit>
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
  if (const auto reason = reason_not_to_send(egress)) return drop_event(egress, tag, *reason);
  if (no_free_timestamp_register(port, now)) {
    if (port.queue.full()) return drop_event(egress, tag, Counter::kDropEventQueueFull);
    port.queue.push(tag, type, frame, length);
    return port.counters.add(Counter::kEventsQueued);
  }
  const auto out = vlans_.untag_for_egress(policy_.bridge, egress, frame, length);
  if (port.ledger.room() > port.batch.timestamps_wanted()) {
    add_to_batch(egress, {sent_counter(type), tag}, out.frame, out.length, now);
    return;
  }
  // The ledger is full. The message leaves without asking for a time stamp, for receivers that need
  // no correction; what depends on that time stamp will be dropped.
  port.counters.add(Counter::kTransmitTimestampsFull);
  add_to_batch(egress, {sent_counter(type), std::nullopt}, out.frame, out.length, now);
  if (tag.owner == TransmitTag::Owner::kClock) return timestamp_lost(egress, tag, now);
  // The caller releases the messages held for this exchange, after this one has left by its other
  // ports.
  exchanges_.state(tag.index, egress) = ResidenceState::kLost;
}

// True when the hardware could not keep another transmit time stamp beside those that are
// outstanding and those that the batch will ask for.
bool Forwarder::no_free_timestamp_register(Port& port, int64_t now) {
  const uint32_t limit = port.settings.outstanding_limit;
  const uint32_t in_batch = port.batch.timestamps_wanted();
  if (limit == 0) return false;
  return in_batch >= limit ||
         port.ledger.outstanding_after(now - limits_.register_timeout, limit - in_batch);
}

void Forwarder::drop_event(uint32_t egress, const TransmitTag& tag, Counter reason) {
  ports_[egress].counters.add(reason);
  if (tag.owner == TransmitTag::Owner::kClock) {
    effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
  } else {
    exchanges_.state(tag.index, egress) = ResidenceState::kNotSent;
  }
}

bool Forwarder::send_corrected(uint32_t egress, const FrameView& view, ScaledNs correction,
                               int64_t now) {
  Port& port = ports_[egress];
  if (const auto reason = reason_not_to_send(egress)) {
    port.counters.add(*reason);
    return false;
  }
  uint8_t frame[kMaxFrameLength];
  std::memcpy(frame, view.data, view.length);
  FrameView copy = view;
  copy.data = frame;
  wire::add_to_correction_field(copy, correction);
  const auto out = vlans_.untag_for_egress(policy_.bridge, egress, frame, view.length);
  add_to_batch(egress, {sent_counter(view.type), std::nullopt}, out.frame, out.length, now);
  return true;
}

void Forwarder::add_to_batch(uint32_t egress, const TransmitBatch::Message& message,
                             const uint8_t* frame, uint16_t length, int64_t now) {
  if (ports_[egress].batch.full()) flush_batch(egress, now);
  ports_[egress].batch.push(message, frame, length);
  unsent_batches_ |= bit(egress);
}

void Forwarder::flush(int64_t now) {
  // Ports are visited until no batch is left, because a failed send may add messages to a batch
  // that was empty.
  while (unsent_batches_ != 0) {
    flush_batch(static_cast<uint32_t>(std::countr_zero(unsent_batches_)), now);
  }
}

void Forwarder::flush_batch(uint32_t egress, int64_t now) {
  Port& port = ports_[egress];
  while (!port.batch.empty()) {
    const auto frames = port.batch.numbered_from(port.ledger.next_number());
    const uint32_t sent = effects_.send(egress, frames);
    const bool failed = sent < frames.size();
    for (uint32_t i = 0; i < sent; ++i) {
      const auto [message, frame] = port.batch.pop();
      port.counters.add(message.counter);
      if (!message.tag) continue;
      TransmitTag tag = *message.tag;
      tag.clock_epoch = port.relation.epoch;
      port.ledger.enter(tag, frame_signature(frame.data, frame.length), now);
    }
    if (failed) send_failed(egress, port.batch.pop().message.tag, now);
  }
  unsent_batches_ &= ~bit(egress);
}

void Forwarder::send_failed(uint32_t egress, const std::optional<TransmitTag>& tag, int64_t now) {
  Port& port = ports_[egress];
  if (!tag) return port.counters.add(Counter::kDropSendFailed);
  port.ledger.send_failed();
  if (superseded(*tag)) {
    port.counters.add(Counter::kDropSendFailed);
  } else {
    drop_event(egress, *tag, Counter::kDropSendFailed);
    if (tag->owner == TransmitTag::Owner::kExchange) release_held(tag->index, bit(egress), now);
  }
  send_queued(egress, now);  // the message that failed needs no register
}

// True when the exchange that a message belongs to was closed, or its place is used by another one.
bool Forwarder::superseded(const TransmitTag& tag) {
  return tag.owner == TransmitTag::Owner::kExchange &&
         (!exchanges_.at(tag.index).live || exchanges_.at(tag.index).generation != tag.generation);
}

void Forwarder::send_queued(uint32_t egress, int64_t now) {
  Port& port = ports_[egress];
  while (!port.queue.empty() && !no_free_timestamp_register(port, now)) {
    const QueuedEvent event = port.queue.front();
    port.queue.pop();
    if (superseded(event.tag)) {
      port.counters.add(Counter::kDropCorrectionUnknown);
      continue;
    }
    send_event(egress, event.type, event.frame, event.length, event.tag, now);
    if (event.tag.owner == TransmitTag::Owner::kExchange) {
      release_held(event.tag.index, bit(egress), now);
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
    send_corrected(egress, view, 0, now);
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
  if (!superseded(tag) && exchanges_.state(tag.index, egress) == ResidenceState::kWaiting) {
    const auto residence = residence_between(exchange, egress, tag.clock_epoch, timestamp_ns);
    if (residence) {
      exchanges_.residence(tag.index, egress) = *residence;
      exchanges_.state(tag.index, egress) = ResidenceState::kKnown;
      port.counters.add_residence(*residence >> 16);
    } else {
      exchanges_.state(tag.index, egress) = ResidenceState::kLost;
    }
    release_held(tag.index, bit(egress), now);
  }
  send_queued(egress, now);
}

// The time from the receive time stamp of an exchange to a transmit time stamp, in seconds of the
// domain's grandmaster. None, and counted, when the two cannot be compared or are absurdly far
// apart.
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
      port.relation.to_common(timestamp_ns + port.settings.egress_latency_ns) -
      ingress.relation.to_common(exchange.ingress_timestamp_ns -
                                 ingress.settings.ingress_latency_ns);
  const double rate_offset = policy_.rate_offset(exchange.key.sdo_id, exchange.key.domain_number);
  const ScaledInstant residence =
      elapsed + static_cast<ScaledInstant>(static_cast<double>(elapsed) * rate_offset);
  if (residence < 0 || residence > static_cast<ScaledInstant>(kMaxResidence) * 65536) {
    port.counters.add(Counter::kAbsurdResidence);
    return std::nullopt;
  }
  return static_cast<ScaledNs>(residence);
}

void Forwarder::timestamp_lost(uint32_t egress, const TransmitTag& tag, int64_t now) {
  if (tag.owner == TransmitTag::Owner::kClock) {
    return effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
  }
  if (superseded(tag)) return;
  exchanges_.state(tag.index, egress) = ResidenceState::kLost;
  release_held(tag.index, bit(egress), now);
}

// ---------------------------------------------------------------------------------------------------------------------
// Time

void Forwarder::advance(int64_t now) {
  for (uint32_t egress = 0; egress < ports_.size(); ++egress) {
    Port& port = ports_[egress];
    while (const auto tag = port.ledger.take_older_than(now - limits_.transmit_timestamp_timeout)) {
      port.counters.add(Counter::kTransmitTimestampMissing);
      // The hardware holds fewer than was thought.
      if (port.settings.outstanding_limit > 1) port.settings.outstanding_limit /= 2;
      timestamp_lost(egress, *tag, now);
    }
    send_queued(egress, now);
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
    const auto entered = port.ledger.oldest_entered();
    if (!entered) continue;
    // take_older_than is strict: one more nanosecond.
    consider(*entered + limits_.transmit_timestamp_timeout + 1);
    if (port.queue.empty()) continue;
    const uint32_t limit = port.settings.outstanding_limit;
    if (const auto full_since = port.ledger.outstanding_after(INT64_MIN, limit)) {
      consider(*full_since + limits_.register_timeout);
    }
  }
  if (held_.oldest() != kNoHeld) {
    consider(held_.at(held_.oldest()).since + limits_.held_lifetime);
  }
  return deadline;
}

}  // namespace ptpswitch::dataplane
