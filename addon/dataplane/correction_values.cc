// What is added to a correctionField: the arithmetic of 10.2.2 and 10.3.2, from the residences that
// the exchanges know.
#include <algorithm>

#include "addon/dataplane/corrections.h"
#include "addon/dataplane/exchange_keys.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::MessageType;
using wire::ScaledNs;

// The right column of the table in 10.2.2: what is added to the correctionField of a message that
// came in by `ingress` and leaves by `egress`. delayAsymmetry with the signs of 11.6: plus that of
// the ingress port for what comes from the master's side, minus that of the egress port for what
// goes there.
Corrections::Correction Corrections::correction_for(const FrameView& view, ExchangeIndex followed,
                                                    uint32_t ingress, uint32_t egress) {
  const ScaledNs ingress_asymmetry = state_.ports[ingress].settings.delay_asymmetry_ns * 65536;
  switch (view.type) {
    case MessageType::kFollowUp: {
      // residence(Sync) + delayAsymmetry [+ meanLinkDelay] of the port that the Sync came in by
      Correction correction = residence_of(followed, egress);
      correction.value = wire::add_correction(correction.value, ingress_asymmetry);
      if (correction.kind == Correction::Kind::kKnown && exchanges_.at(followed).peer_to_peer) {
        const auto link_delay = state_.policy.delay_of(ingress, view.transport);
        if (!link_delay) return {Correction::Kind::kUnknown};
        correction.value = wire::add_correction(correction.value, *link_delay);
      }
      return correction;
    }
    case MessageType::kDelayResp: {
      // residence(Delay_Req) - delayAsymmetry of the port that the Delay_Req left by, which is
      // where the answer comes in
      Correction correction = residence_of_request(view, egress, ingress);
      correction.value = wire::add_correction(correction.value, -ingress_asymmetry);
      return correction;
    }
    case MessageType::kPdelayRespFollowUp: {
      // residence(Pdelay_Req) - delayAsymmetry + residence(Pdelay_Resp) + delayAsymmetry, both of
      // the responder's port
      if (followed != kNoExchange && !exchanges_.at(followed).event_seen) {
        return {Correction::Kind::kWait, 0, followed};
      }
      const Correction there = residence_of_request(view, egress, ingress);
      if (there.kind != Correction::Kind::kKnown) return there;
      Correction back = residence_of(followed, egress);
      back.value = wire::add_correction(back.value, there.value);
      return back;
    }
    default:
      return {Correction::Kind::kKnown};
  }
}

Corrections::Correction Corrections::residence_of(ExchangeIndex index, uint32_t egress) {
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

// The time from the receive time stamp of an exchange to a transmit time stamp, in seconds of the
// domain's grandmaster. None, and counted, when the two cannot be compared or are absurdly far
// apart.
std::optional<ScaledNs> Corrections::residence_between(const Exchange& exchange, uint32_t egress,
                                                       uint32_t clock_epoch, int64_t timestamp_ns,
                                                       int64_t now) {
  const Port& port = state_.ports[egress];
  const Port& ingress = state_.ports[exchange.ingress_port];
  const bool related = port.relation.valid && ingress.relation.valid &&
                       ingress.relation.epoch == exchange.clock_epoch &&
                       port.relation.epoch == clock_epoch;
  if (!related) {
    counters(egress).add(Counter::kClockUnrelated);
    return std::nullopt;
  }
  const ScaledInstant elapsed =
      port.relation.to_common(timestamp_ns + port.settings.egress_latency_ns) -
      ingress.relation.to_common(exchange.ingress_timestamp_ns -
                                 ingress.settings.ingress_latency_ns);
  const double rate_offset =
      state_.policy.rate_offset(exchange.key.sdo_id, exchange.key.domain_number);
  ScaledInstant residence = elapsed;
  if (rate_offset != 0) {
    residence += static_cast<ScaledInstant>(static_cast<double>(elapsed) * rate_offset);
  }
  const DurationNs longest = std::min(kMaxResidence, now - exchange.received + kMaxBeforeReception);
  if (residence < 0 || residence > static_cast<ScaledInstant>(longest) * 65536) {
    counters(egress).add(Counter::kAbsurdResidence);
    return std::nullopt;
  }
  return static_cast<ScaledNs>(residence);
}

}  // namespace ptpswitch::dataplane
