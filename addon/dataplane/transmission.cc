#include "addon/dataplane/transmission.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "addon/dataplane/vlan_filter.h"
#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {
namespace {

// Event messages that can fail to leave by one port before the caller asks for them: those of a
// batch, and of the one that is filled after it.
constexpr uint32_t kUnsentEvents = 2 * kTransmitBatchFrames;

bool is_same(const TransmitTag& a, const TransmitTag& b) {
  return a.owner == b.owner && a.index == b.index && a.generation == b.generation;
}

}  // namespace

Transmission::Transmission(uint32_t ports, const Limits& limits, ForwardingState& state,
                           Effects& effects)
    : state_(state), effects_(effects) {
  ports_.reserve(ports);
  for (uint32_t port = 0; port < ports; ++port) ports_.emplace_back(limits);
  unsent_.reserve(static_cast<size_t>(ports) * kUnsentEvents);
  unsent_of_port_.reserve(kTransmitBatchFrames);
}

// ---------------------------------------------------------------------------------------------------------------------
// Sending

Transmission::Sent Transmission::send_event(uint32_t egress, wire::MessageType type,
                                            const uint8_t* frame, uint16_t length,
                                            const TransmitTag& tag, int64_t now) {
  TransmitPort& port = ports_[egress];
  if (const auto reason = reason_not_to_send(egress, type, tag)) {
    return not_sent(egress, tag, *reason);
  }
  // What waits already goes first, even when a register has become free meanwhile.
  if (port.queue().empty() && !port.no_free_register(now)) {
    return send_now(egress, type, frame, length, tag, now);
  }
  look_at_queue(egress);
  const auto displaced = port.queue().push(tag, type, frame, length);
  if (displaced) {
    if (is_same(*displaced, tag)) return not_sent(egress, tag, Counter::kDropEventQueueFull);
    not_sent(egress, *displaced, Counter::kDropEventQueueFull);
    if (displaced->owner == TransmitTag::Owner::kExchange) unsent_.push_back({egress, *displaced});
  }
  state_.ports[egress].counters.add(Counter::kEventsQueued);
  return Sent::kYes;
}

Transmission::Sent Transmission::send_ready(const ReadyEvent& ready, int64_t now) {
  const auto& [egress, event] = ready;
  if (const auto reason = reason_not_to_send(egress, event.type, event.tag)) {
    return not_sent(egress, event.tag, *reason);
  }
  return send_now(egress, event.type, event.frame, event.length, event.tag, now);
}

std::optional<Counter> Transmission::reason_not_to_send(uint32_t egress, wire::MessageType type,
                                                        const TransmitTag& tag) const {
  return tag.owner == TransmitTag::Owner::kClock ? state_.reason_not_to_send_own(egress, type)
                                                 : state_.reason_not_to_send(egress);
}

Transmission::Sent Transmission::send_now(uint32_t egress, wire::MessageType type,
                                          const uint8_t* frame, uint16_t length,
                                          const TransmitTag& tag, int64_t now) {
  if (ports_[egress].ledger_has_room()) {
    add_to_batch(egress, {sent_counter(type), tag}, frame, length, now);
    return Sent::kYes;
  }
  // The message leaves without asking for a time stamp, for receivers that need no correction.
  add_to_batch(egress, {sent_counter(type), std::nullopt}, frame, length, now);
  not_sent(egress, tag, Counter::kTransmitTimestampsFull);
  return Sent::kWithoutTimestamp;
}

// Counts why a message gets no transmit time stamp, and tells its clock.
Transmission::Sent Transmission::not_sent(uint32_t egress, const TransmitTag& tag, Counter reason) {
  state_.ports[egress].counters.add(reason);
  if (tag.owner == TransmitTag::Owner::kClock) {
    effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
  }
  return Sent::kNo;
}

bool Transmission::send_corrected(uint32_t egress, const wire::FrameView& view,
                                  wire::ScaledNs correction, int64_t now) {
  if (const auto reason = state_.reason_not_to_send(egress)) {
    state_.ports[egress].counters.add(*reason);
    return false;
  }
  uint8_t frame[kMaxFrameLength];
  std::memcpy(frame, view.data, view.length);
  wire::FrameView copy = view;
  copy.data = frame;
  wire::add_to_correction_field(copy, correction);
  add_to_batch(egress, {sent_counter(view.type), std::nullopt}, frame, view.length, now);
  return true;
}

bool Transmission::send_unchanged(uint32_t egress, const wire::FrameView& view, Counter sent,
                                  int64_t now) {
  if (const auto reason = state_.reason_not_to_send(egress)) {
    state_.ports[egress].counters.add(*reason);
    return false;
  }
  add_to_batch(egress, {sent, std::nullopt}, view.data, view.length, now);
  return true;
}

void Transmission::send_own(uint32_t egress, const wire::FrameView& view, int64_t now) {
  if (const auto reason = state_.reason_not_to_send_own(egress, view.type)) {
    return state_.ports[egress].counters.add(*reason);
  }
  add_to_batch(egress, {sent_counter(view.type), std::nullopt}, view.data, view.length, now);
}

void Transmission::add_to_batch(uint32_t egress, const TransmitBatch::Message& message,
                                const uint8_t* frame, uint16_t length, int64_t now) {
  if (ports_[egress].batch_full()) flush_port(egress, now);
  uint8_t room[kMaxFrameLength];
  const auto out = VlanFilter::untag_for_egress(state_.policy.bridge, egress, frame, length, room);
  ports_[egress].add_to_batch(message, out.frame, out.length);
  unsent_batches_ |= bit(egress);
}

void Transmission::flush(int64_t now) {
  while (unsent_batches_ != 0) {
    flush_port(static_cast<uint32_t>(std::countr_zero(unsent_batches_)), now);
  }
}

void Transmission::flush_port(uint32_t egress, int64_t now) {
  unsent_batches_ &= ~bit(egress);
  Port& port = state_.ports[egress];
  ports_[egress].flush(egress, effects_, port.counters, port.relation.epoch, unsent_of_port_, now);
  for (const TransmitTag& tag : unsent_of_port_) {
    if (tag.owner == TransmitTag::Owner::kClock) {
      effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
    } else {
      unsent_.push_back({egress, tag});
    }
    look_at_queue(egress);  // a message that failed needs no register
  }
  unsent_of_port_.clear();
}

std::optional<Transmission::UnsentEvent> Transmission::take_unsent() {
  if (unsent_.empty()) return std::nullopt;
  const UnsentEvent event = unsent_.back();
  unsent_.pop_back();
  return event;
}

std::optional<Transmission::ReadyEvent> Transmission::take_ready(int64_t now) {
  while (changed_queues_ != 0) {
    const auto egress = static_cast<uint32_t>(std::countr_zero(changed_queues_));
    TransmitPort& port = ports_[egress];
    if (!port.queue().empty() && !port.no_free_register(now)) {
      ready_ = port.queue().front();
      port.queue().pop();
      return ReadyEvent{egress, ready_};
    }
    changed_queues_ &= ~bit(egress);
  }
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------------------------------
// Transmit time stamps

std::optional<TransmitTag> Transmission::match(uint32_t egress, uint32_t number,
                                               std::optional<uint64_t> signature) {
  PortCounters& counters = state_.ports[egress].counters;
  const auto match = ports_[egress].match(number, signature);
  if (!match) {
    counters.add(Counter::kTransmitTimestampLate);
    return std::nullopt;
  }
  if (match->resynchronised) counters.add(Counter::kTransmitTimestampResynchronised);
  look_at_queue(egress);
  return match->tag;
}

std::optional<TransmitTag> Transmission::take_overdue(uint32_t egress, int64_t now) {
  const auto tag = ports_[egress].take_overdue(state_.ports[egress].link, now);
  if (tag) state_.ports[egress].counters.add(Counter::kTransmitTimestampMissing);
  return tag;
}

std::optional<TransmitTag> Transmission::take_outstanding(uint32_t egress) {
  const auto tag = ports_[egress].take_outstanding();
  if (tag) state_.ports[egress].counters.add(Counter::kTransmitTimestampMissing);
  return tag;
}

void Transmission::restart_socket(uint32_t egress) {
  ports_[egress].restart();
  look_at_queue(egress);
}

std::optional<int64_t> Transmission::next_deadline() {
  std::optional<int64_t> earliest;
  for (TransmitPort& port : ports_) {
    const auto deadline = port.next_deadline();
    if (deadline) earliest = earliest ? std::min(*earliest, *deadline) : deadline;
  }
  return earliest;
}

}  // namespace ptpswitch::dataplane
