// Finds what is added to the correctionField of a general message (10.2.2, 10.3.2), and holds the
// message until that is known.
#include "addon/dataplane/exchange_keys.h"
#include "addon/dataplane/forwarder.h"
#include "addon/dataplane/port_set.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::MessageType;
using wire::ScaledNs;

// ---------------------------------------------------------------------------------------------------------------------
// Corrections

// The right column of the table in 10.2.2: what is added to the correctionField of a message that
// came in by `ingress` and leaves by `egress`. delayAsymmetry with the signs of 11.6: plus that of
// the ingress port for what comes from the master's side, minus that of the egress port for what
// goes there.
Forwarder::Correction Forwarder::correction_for(const FrameView& view, ExchangeIndex followed,
                                                uint32_t ingress, uint32_t egress) {
  const ScaledNs ingress_asymmetry = ports_[ingress].settings.delay_asymmetry_ns * 65536;
  switch (view.type) {
    case MessageType::kFollowUp: {
      // residence(Sync) + delayAsymmetry [+ meanLinkDelay] of the port that the Sync came in by
      Correction correction = residence_of(followed, egress);
      correction.value = wire::add_correction(correction.value, ingress_asymmetry);
      if (correction.kind == Correction::Kind::kKnown && exchanges_.at(followed).peer_to_peer) {
        const auto link_delay = policy_.delay_of(ingress, view.transport);
        if (!link_delay) return {Correction::Kind::kUnknown};
        correction.value = wire::add_correction(correction.value, *link_delay);
      }
      return correction;
    }
    case MessageType::kDelayResp: {
      // residence(Delay_Req) - delayAsymmetry of the port that the Delay_Req left by, which is
      // where the answer comes in
      Correction correction = residence_of(find_request(view, egress), ingress);
      correction.value = wire::add_correction(correction.value, -ingress_asymmetry);
      return correction;
    }
    case MessageType::kPdelayRespFollowUp: {
      // residence(Pdelay_Req) - delayAsymmetry + residence(Pdelay_Resp) + delayAsymmetry, both of
      // the responder's port
      if (followed != kNoExchange && !exchanges_.at(followed).event_seen) {
        return {Correction::Kind::kWait, 0, followed};
      }
      const ExchangeIndex request = find_request(view, egress);
      if (request == kNoExchange) {
        return {anyone_requested(view) ? Correction::Kind::kNotRequesterPort
                                       : Correction::Kind::kUnknown};
      }
      const Correction there = residence_of(request, ingress);
      if (there.kind != Correction::Kind::kKnown) return there;
      Correction back = residence_of(followed, egress);
      back.value = wire::add_correction(back.value, there.value);
      return back;
    }
    default:
      return {Correction::Kind::kKnown};
  }
}

Forwarder::Correction Forwarder::residence_of(ExchangeIndex index, uint32_t egress) {
  if (index == kNoExchange) return {Correction::Kind::kUnknown};
  if (!exchanges_.at(index).event_seen) return {Correction::Kind::kWait, 0, index};
  switch (exchanges_.state(index, egress)) {
    case ResidenceState::kKnown:
      return {Correction::Kind::kKnown, exchanges_.residence(index, egress)};
    case ResidenceState::kWaiting:
      return {Correction::Kind::kWait, 0, index};
    case ResidenceState::kNotSent:
    case ResidenceState::kLost:
      break;
  }
  return {Correction::Kind::kUnknown};
}

// ---------------------------------------------------------------------------------------------------------------------
// Exchanges

ExchangeIndex Forwarder::find_request(const FrameView& response, uint32_t requester_port) {
  const ExchangeIndex index =
      exchanges_.find(key_of_request(response, RequestDestination::kResponder), requester_port);
  if (index != kNoExchange) return index;
  return exchanges_.find(key_of_request(response, RequestDestination::kMulticast), requester_port);
}

bool Forwarder::anyone_requested(const FrameView& response) const {
  return exchanges_.first(key_of_request(response, RequestDestination::kResponder)) !=
             kNoExchange ||
         exchanges_.first(key_of_request(response, RequestDestination::kMulticast)) != kNoExchange;
}

ExchangeIndex Forwarder::open_exchange(const ExchangeKey& key, uint32_t ingress, int64_t now) {
  const ExchangeIndex oldest = exchanges_.oldest();
  if (exchanges_.full()) {
    close_exchange(oldest);
    exchanges_.oldest();  // moves on to the next live one
    ports_[ingress].counters.add(Counter::kExchangesEvicted);
  }
  return exchanges_.insert(key, ingress, now);
}

void Forwarder::close_exchange(ExchangeIndex index) {
  while (exchanges_.at(index).held != kNoHeld) {
    drop_held(exchanges_.at(index).held, Counter::kDropHeldExpired);
  }
  exchanges_.remove(index);
}

// ---------------------------------------------------------------------------------------------------------------------
// Held general messages

bool Forwarder::hold(uint32_t ingress, const FrameView& view, uint32_t egress_ports,
                     ExchangeIndex wait_for, bool forwarded, int64_t now) {
  if (exchanges_.at(wait_for).held_count >= kMaxHeldPerExchange) return false;
  const HeldIndex index = held_.add(now);
  if (index == kNoHeld) return false;
  HeldMessage& message = held_.at(index);
  message.view = view;
  message.view.data = message.frame;
  std::memcpy(message.frame, view.data, view.length);
  message.ingress_port = ingress;
  message.forwarded = forwarded;
  message.waiting_ports = egress_ports;
  attach(index, wait_for);
  ports_[ingress].counters.add(Counter::kHeld);
  return true;
}

void Forwarder::attach(HeldIndex held, ExchangeIndex exchange) {
  HeldMessage& message = held_.at(held);
  message.exchange = exchange;
  message.next_of_exchange = exchanges_.at(exchange).held;
  exchanges_.at(exchange).held = held;
  ++exchanges_.at(exchange).held_count;
}

// Called when the residences of `exchange` at `changed_ports` have become known, or are known to be
// lost. Sends the messages held for it whose correction is complete now, drops those whose
// correction will never be known, and goes on holding the others.
void Forwarder::release_held(ExchangeIndex exchange, uint32_t changed_ports, int64_t now) {
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
    const ExchangeIndex followed = by_egress ? exchange : followed_event(message);
    each_port(
        message.waiting_ports & (by_egress ? changed_ports : all_ports_), [&](uint32_t egress) {
          PortCounters& counters = ports_[egress].counters;
          const Correction correction =
              correction_for(message.view, followed, message.ingress_port, egress);
          if (correction.kind == Correction::Kind::kWait) {
            wait_for = correction.wait_for;
            return;
          }
          message.waiting_ports &= ~bit(egress);
          if (correction.kind == Correction::Kind::kKnown) {
            if (send_corrected(egress, message.view, correction.value, now) && !message.forwarded) {
              message.forwarded = true;
              ports_[message.ingress_port].counters.add(Counter::kForwarded);
            }
          } else {
            counters.add(correction.kind == Correction::Kind::kNotRequesterPort
                             ? Counter::kDropNotRequesterPort
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

// The event message that a held message follows; none for a Delay_Resp.
ExchangeIndex Forwarder::followed_event(const HeldMessage& message) const {
  if (message.view.type == MessageType::kDelayResp) return kNoExchange;
  return exchanges_.find(key_of_followed_event(message.view), message.ingress_port);
}

void Forwarder::drop_held(HeldIndex held, Counter reason) {
  HeldMessage& message = held_.at(held);
  HeldIndex* link = &exchanges_.at(message.exchange).held;
  while (*link != held) link = &held_.at(*link).next_of_exchange;
  *link = message.next_of_exchange;
  --exchanges_.at(message.exchange).held_count;
  ports_[message.ingress_port].counters.add(reason);
  held_.remove(held);
}

}  // namespace ptpswitch::dataplane
