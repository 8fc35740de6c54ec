#include "addon/dataplane/forwarder.h"

#include <algorithm>
#include <utility>

#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::MessageType;

namespace {

ForwardingState ports_without_link(uint32_t ports, std::atomic<uint64_t>* counters) {
  ForwardingState state;
  state.all_ports = ports == kMaxPorts ? UINT32_MAX : bit(ports) - 1;
  for (uint32_t port = 0; port < ports; ++port) {
    state.ports.emplace_back(counters + port * PortCounters::kStride);
  }
  return state;
}

}  // namespace

Forwarder::Forwarder(uint32_t ports, const Limits& limits, uint64_t seed, Effects& effects,
                     std::atomic<uint64_t>* counters)
    : effects_(effects),
      state_(ports_without_link(ports, counters)),
      notices_(ports, effects),
      reception_(limits, seed, state_, notices_, effects),
      transmission_(ports, limits, state_, effects),
      corrections_(limits, seed, state_, transmission_),
      observer_(state_, effects) {}

// ---------------------------------------------------------------------------------------------------------------------
// The way of a frame

void Forwarder::receive(uint32_t ingress, uint8_t* frame, uint16_t length, const Arrival& arrival,
                        int64_t now) {
  auto message = reception_.admit(ingress, frame, length, arrival, now);
  if (!message) return;
  FrameView& view = message->view;
  if (message->version1) {
    // IEEE 1588-2002 has no correctionField: nothing to correct.
    return forward_unchanged(ingress, view, state_.transparent_ports, Counter::kTxPtpV1, now);
  }
  switch (message->action) {
    case Action::kTerminate:
      return terminate(ingress, view, arrival, now);
    case Action::kEndToEndTransparent:
      return forward_end_to_end(ingress, view, arrival, now);
    case Action::kPeerToPeerTransparent:
      return forward_peer_to_peer(ingress, view, arrival, now);
    case Action::kDrop:
      break;  // counted where it was not admitted
  }
}

// What an end-to-end transparent clock does to each message (10.2.2).
void Forwarder::forward_end_to_end(uint32_t ingress, FrameView& view, const Arrival& arrival,
                                   int64_t now) {
  switch (view.type) {
    case MessageType::kSync:
    case MessageType::kDelayReq:
    case MessageType::kPdelayReq:
    case MessageType::kPdelayResp:
      return forward_event(ingress, view, Action::kEndToEndTransparent, arrival, now);
    case MessageType::kFollowUp:
    case MessageType::kPdelayRespFollowUp:
      return forward_follow_up(ingress, view, now);
    case MessageType::kDelayResp:
      return forward_delay_resp(ingress, view, now);
    case MessageType::kManagement:
      copy_management_request(ingress, view);
      [[fallthrough]];
    case MessageType::kAnnounce:
    case MessageType::kSignaling:
      return forward_unchanged(ingress, view, state_.all_ports, sent_counter(view.type), now);
  }
}

// What a peer-to-peer transparent clock does to each message (10.3.2): the delay of the link that a
// Sync came by is known here, so nobody behind this clock asks for it end to end.
void Forwarder::forward_peer_to_peer(uint32_t ingress, FrameView& view, const Arrival& arrival,
                                     int64_t now) {
  PortCounters& counters = state_.ports[ingress].counters;
  switch (view.type) {
    case MessageType::kSync:
    case MessageType::kFollowUp:
      if (!state_.policy.delay_of(ingress, view.transport)) {
        return counters.add(Counter::kDropLinkDelayUnknown);
      }
      if (view.type == MessageType::kFollowUp) return forward_follow_up(ingress, view, now);
      return forward_event(ingress, view, Action::kPeerToPeerTransparent, arrival, now);
    case MessageType::kDelayReq:
    case MessageType::kDelayResp:
      return counters.add(Counter::kDropDelayMechanism);
    case MessageType::kPdelayReq:
    case MessageType::kPdelayResp:
    case MessageType::kPdelayRespFollowUp:
      return terminate(ingress, view, arrival, now);
    case MessageType::kAnnounce:
    case MessageType::kSignaling:
    case MessageType::kManagement:
      return forward_end_to_end(ingress, view, arrival, now);
  }
}

// Step 1: a Sync, or another event message, leaves at once. How long it has stayed here goes into
// the general message that follows.
void Forwarder::forward_event(uint32_t ingress, FrameView& view, Action action,
                              const Arrival& arrival, int64_t now) {
  PortCounters& counters = state_.ports[ingress].counters;
  if (view.type == MessageType::kPdelayResp) {
    // Peer delay is measured between two clocks: more of them on one link are told apart by a
    // peer-to-peer transparent clock alone.
    const auto first = corrections_.answered_before(ingress, view);
    if (first) notices_.tell(NoticeKind::kSecondAnswer, ingress, *first, now);
  }
  const uint32_t egress_ports = reception_.egress_ports(ingress, view, now);
  if (egress_ports == 0) return;
  const ExchangeIndex exchange = corrections_.open(ingress, view, action, arrival, now);
  const bool one_step = corrections_.at(exchange).one_step;
  if (one_step) wire::set_two_step_flag(view);
  const uint32_t sent_ports = corrections_.send_event(exchange, view, egress_ports, now);
  if (sent_ports != 0) counters.add(Counter::kForwarded);
  if (one_step && sent_ports != 0) {
    uint8_t frame[kMaxFrameLength];
    FrameView follow_up;
    wire::generate_follow_up(view, frame, follow_up);
    if (follow_up.type == MessageType::kFollowUp) {
      observer_.observe(ingress, follow_up, corrections_.at(exchange), now);
    }
    counters.add(Counter::kGenerated);
    reception_.note_generated(ingress, follow_up, now);
    corrections_.hold_generated(exchange, follow_up, sent_ports, now);
  }
  corrections_.settle(now);
}

// Step 2: the transmit time stamp at one port completes the residence there.
void Forwarder::transmit_timestamp(uint32_t egress, uint32_t number,
                                   std::optional<uint64_t> signature,
                                   std::optional<int64_t> timestamp_ns, int64_t now) {
  const auto tag = transmission_.match(egress, number, signature);
  if (!tag) return;
  if (!timestamp_ns) {
    timestamp_lost(egress, *tag);
  } else if (tag->owner == TransmitTag::Owner::kClock) {
    const bool related = tag->clock_epoch == state_.ports[egress].relation.epoch;
    effects_.clock_transmit_timestamp(
        egress, tag->index, related ? state_.common_ns(egress, *timestamp_ns) : std::nullopt);
  } else {
    corrections_.transmitted(egress, *tag, *timestamp_ns, now);
  }
  corrections_.settle(now);
}

// Step 3: a Follow_Up leaves by each port with the residence of its Sync there: now where that is
// known, else as soon as it is.
void Forwarder::forward_follow_up(uint32_t ingress, const FrameView& view, int64_t now) {
  if (view.type == MessageType::kPdelayRespFollowUp && drop_by_other_port(ingress, view, now)) {
    return;
  }
  const uint32_t egress_ports = reception_.egress_ports(ingress, view, now);
  if (egress_ports == 0) return;
  const ExchangeIndex followed = corrections_.followed_event(ingress, view, now);
  if (corrections_.at(followed).one_step) {
    return state_.ports[ingress].counters.add(Counter::kDropUnexpectedFollowUp);
  }
  if (view.type == MessageType::kFollowUp) {
    observer_.observe(ingress, view, corrections_.at(followed), now);
  }
  corrections_.send_general(ingress, view, followed, egress_ports, now);
  corrections_.settle(now);
}

// A Delay_Resp leaves only by the port that its Delay_Req came in by: nobody else has asked, and no
// other residence is known.
void Forwarder::forward_delay_resp(uint32_t ingress, const FrameView& view, int64_t now) {
  const uint32_t egress_ports =
      reception_.reachable(corrections_.requester_ports(ingress, view), ingress, view);
  if (egress_ports == 0) {
    if (drop_by_other_port(ingress, view, now)) return;
    return state_.ports[ingress].counters.add(Counter::kDropNoRequest);
  }
  corrections_.send_general(ingress, view, kNoExchange, egress_ports, now);
  corrections_.settle(now);
}

// True, and counted, when what is answered has not left by the port that the answer came in by: how
// long it stayed here on its way to that port cannot be known.
bool Forwarder::drop_by_other_port(uint32_t ingress, const FrameView& response, int64_t now) {
  const auto asked_by = corrections_.asked_by_other_port(ingress, response);
  if (!asked_by) return false;
  state_.ports[ingress].counters.add(Counter::kDropAnswerByOtherPort);
  notices_.tell(NoticeKind::kAnswerByOtherPort, ingress, *asked_by, now);
  return true;
}

void Forwarder::forward_unchanged(uint32_t ingress, const FrameView& view, uint32_t allowed_ports,
                                  Counter sent, int64_t now) {
  bool forwarded = false;
  each_port(reception_.egress_ports(ingress, view, now) & allowed_ports, [&](uint32_t egress) {
    forwarded |= transmission_.send_unchanged(egress, view, sent, now);
  });
  if (forwarded) state_.ports[ingress].counters.add(Counter::kForwarded);
  corrections_.settle(now);
}

void Forwarder::flush(int64_t now) {
  while (!transmission_.flushed()) {
    transmission_.flush(now);
    corrections_.settle(now);  // a message that did not leave may make room for others
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Clocks of this box

void Forwarder::terminate(uint32_t ingress, const FrameView& view, const Arrival& arrival,
                          int64_t now) {
  const bool usable = arrival.timestamp_ns && !state_.clock_just_set(ingress, now);
  const auto timestamp_ns =
      usable ? state_.common_ns(ingress, *arrival.timestamp_ns) : std::nullopt;
  state_.ports[ingress].counters.add(effects_.punt(ingress, view, timestamp_ns)
                                         ? Counter::kTerminated
                                         : Counter::kDropRecordsFull);
}

// A transparent clock forwards a management request like any other message. One that is for the
// clocks of this box is handed up as well, to be answered.
void Forwarder::copy_management_request(uint32_t ingress, const FrameView& view) {
  const auto& managed = state_.policy.managed_clock;
  if (!managed || !view.is_management_request_for(*managed)) return;
  state_.ports[ingress].counters.add(
      effects_.punt(ingress, view, std::nullopt) ? Counter::kCopied : Counter::kDropRecordsFull);
}

bool Forwarder::submit(uint32_t egress, uint8_t* frame, uint16_t length,
                       std::optional<uint32_t> context, int64_t now) {
  FrameView view;
  if (length > kMaxFrameLength) return false;
  if (wire::parse_frame(frame, length, false, view).verdict != wire::ParseVerdict::kPtp) {
    return false;
  }
  if (context) {
    const TransmitTag tag{TransmitTag::Owner::kClock, *context, 0};
    transmission_.send_event(egress, view.type, frame, length, tag, now);
  } else {
    transmission_.send_own(egress, view, now);
  }
  corrections_.settle(now);
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Ports, policy, time

void Forwarder::configure(uint32_t port, const PortSettings& settings) {
  state_.ports[port].settings = settings;
  transmission_.set_outstanding_limit(port, settings.outstanding_limit);
}

Policy Forwarder::program(Policy policy) {
  Policy before = std::exchange(state_.policy, std::move(policy));
  const BridgePolicy& bridge = state_.policy.bridge;
  const bool topology_changed = bridge.forwarding != before.bridge.forwarding ||
                                bridge.topology_changes != before.bridge.topology_changes;
  state_.transparent_ports = state_.policy.transparent_ports();
  if (topology_changed) reception_.forget_addresses();
  return before;
}

void Forwarder::relate(uint32_t port, const ClockRelation& relation, int64_t now) {
  Port& related = state_.ports[port];
  if (relation.epoch != related.relation.epoch) related.clock_set_at = now;
  related.relation = relation;
}

void Forwarder::set_link(uint32_t port, bool up) {
  if (state_.ports[port].link == up) return;
  state_.ports[port].link = up;
  state_.ports[port].counters.add(up ? Counter::kLinkUp : Counter::kLinkDown);
  if (!up) reception_.forget_addresses_of(port);
}

void Forwarder::restart_socket(uint32_t egress, int64_t now) {
  while (const auto tag = transmission_.take_outstanding(egress)) {
    timestamp_lost(egress, *tag);
    corrections_.settle(now);
  }
  transmission_.restart_socket(egress);
  corrections_.settle(now);
}

void Forwarder::timestamp_lost(uint32_t egress, const TransmitTag& tag) {
  if (tag.owner == TransmitTag::Owner::kClock) {
    return effects_.clock_transmit_timestamp(egress, tag.index, std::nullopt);
  }
  corrections_.timestamp_lost(egress, tag);
}

void Forwarder::advance(int64_t now) {
  reception_.advance(now);
  for (uint32_t egress = 0; egress < state_.ports.size(); ++egress) {
    while (const auto tag = transmission_.take_overdue(egress, now)) {
      timestamp_lost(egress, *tag);
      corrections_.settle(now);
    }
    transmission_.look_at_queue(egress);
  }
  corrections_.settle(now);
  corrections_.age(now);
}

std::optional<int64_t> Forwarder::next_deadline() {
  std::optional<int64_t> earliest = transmission_.next_deadline();
  for (const auto& deadline : {corrections_.next_deadline(), reception_.next_deadline()}) {
    if (deadline) earliest = earliest ? std::min(*earliest, *deadline) : deadline;
  }
  return earliest;
}

}  // namespace ptpswitch::dataplane
