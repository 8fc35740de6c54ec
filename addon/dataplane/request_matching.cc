// Which request a Delay_Resp, Pdelay_Resp or Pdelay_Resp_Follow_Up answers (11.3.2, 11.4.2), from
// the exchanges that are open.
#include "addon/dataplane/corrections.h"
#include "addon/dataplane/exchange_keys.h"

namespace ptpswitch::dataplane {

using wire::FrameView;

namespace {

// How well a request fits an answer of its key, by the address that the answer comes from: worst
// first. A server may answer from another of its addresses than the one that was asked.
enum class Fit : uint8_t { kNone, kOtherAddress, kMulticast, kSameAddress };

Fit fit_of(const Exchange& request, uint64_t responder) {
  if (request.far_end == responder) return Fit::kSameAddress;
  return request.far_end == kMulticast ? Fit::kMulticast : Fit::kOtherAddress;
}

}  // namespace

uint32_t Corrections::requester_ports(uint32_t ingress, const FrameView& delay_resp) {
  const uint64_t responder = far_end_of_response(delay_resp);
  uint32_t ports = 0;
  Fit best = Fit::kNone;
  ExchangeIndex index = exchanges_.first(key_of_request(delay_resp));
  for (; index != kNoExchange; index = exchanges_.next(index)) {
    if (exchanges_.state(index, ingress) == ResidenceState::kNotSent) continue;
    const Fit fit = fit_of(exchanges_.at(index), responder);
    if (fit < best) continue;
    if (fit > best) ports = 0;
    best = fit;
    ports |= bit(exchanges_.at(index).ingress_port);
  }
  return ports;
}

// The residence, on its way to port `ingress`, of the request from behind `requester_port` that is
// answered.
Corrections::Correction Corrections::residence_of_request(const FrameView& response,
                                                          uint32_t requester_port,
                                                          uint32_t ingress) {
  using Kind = Correction::Kind;
  const uint64_t responder = far_end_of_response(response);
  bool asked = false;
  bool asked_there = false;
  Fit best = Fit::kNone;
  Correction result{Kind::kUnknown};
  ExchangeIndex index = exchanges_.first(key_of_request(response));
  for (; index != kNoExchange; index = exchanges_.next(index)) {
    asked = true;
    if (exchanges_.at(index).ingress_port != requester_port) continue;
    asked_there = true;
    if (exchanges_.state(index, ingress) == ResidenceState::kNotSent) continue;
    const Fit fit = fit_of(exchanges_.at(index), responder);
    if (fit < best) continue;
    const Correction residence = residence_of(index, ingress);
    if (fit > best) {
      best = fit;
      result = residence;
    } else if (residence.kind == Kind::kWait) {
      result = residence;
    } else if (result.kind != Kind::kWait &&
               (residence.kind != result.kind || residence.value != result.value)) {
      // Which of them is answered is not known.
      result = {Kind::kUnknown};
    }
  }
  return asked && !asked_there ? Correction{Kind::kNotRequesterPort} : result;
}

std::optional<uint32_t> Corrections::asked_by_other_port(uint32_t ingress,
                                                         const FrameView& response) {
  std::optional<uint32_t> other;
  ExchangeIndex index = exchanges_.first(key_of_request(response));
  for (; index != kNoExchange; index = exchanges_.next(index)) {
    // The requester is behind the same port and has the answer already.
    if (exchanges_.at(index).ingress_port == ingress) return std::nullopt;
    if (exchanges_.state(index, ingress) != ResidenceState::kNotSent) return std::nullopt;
    each_port(state_.all_ports, [&](uint32_t egress) {
      if (exchanges_.state(index, egress) != ResidenceState::kNotSent) other = egress;
    });
  }
  return other;
}

std::optional<uint32_t> Corrections::answered_before(uint32_t ingress,
                                                     const FrameView& pdelay_resp) {
  std::optional<uint32_t> first;
  ExchangeIndex index = exchanges_.first(key_of_request(pdelay_resp));
  for (; index != kNoExchange; index = exchanges_.next(index)) {
    Exchange& request = exchanges_.at(index);
    if (request.far_end != kMulticast) continue;
    if (request.answered_by == kNotAnswered) request.answered_by = ingress;
    if (request.answered_by != ingress) first = request.answered_by;
  }
  return first;
}

}  // namespace ptpswitch::dataplane
