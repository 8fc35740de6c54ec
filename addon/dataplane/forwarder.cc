#include "addon/dataplane/forwarder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "addon/dataplane/exchange_keys.h"
#include "addon/wire/frame_edit.h"
#include "addon/wire/vlan_edit.h"

namespace ptpswitch::dataplane {
namespace {

using wire::FrameView;
using wire::MessageType;
using wire::ParseVerdict;
using wire::ScaledNs;

constexpr uint32_t bit(uint32_t port) { return 1u << port; }

// Calls `visit` with each port of a set.
template <typename Visit>
void each_port(uint32_t ports, Visit visit) {
  for (; ports != 0; ports &= ports - 1) visit(static_cast<uint32_t>(__builtin_ctz(ports)));
}

bool is_usable_source(const uint8_t* mac) {
  static constexpr uint8_t kZero[6] = {};
  return (mac[0] & 1) == 0 && std::memcmp(mac, kZero, sizeof kZero) != 0;
}

}  // namespace

Forwarder::Forwarder(uint32_t ports, const Limits& limits, uint64_t seed, Effects& effects,
                     std::atomic<uint64_t>* counters)
    : limits_(limits),
      effects_(effects),
      all_ports_(ports == kMaxPorts ? UINT32_MAX : bit(ports) - 1),
      addresses_(limits.addresses, limits.address_ageing, seed),
      exchanges_(limits.exchanges, ports, seed),
      held_(limits.held_messages),
      loop_guard_(limits.loop_fingerprints, seed),
      tagged_(kMaxFrameLength),
      untagged_(kMaxFrameLength) {
  ports_.reserve(ports);
  for (uint32_t port = 0; port < ports; ++port) {
    ports_.emplace_back(limits, counters + port * PortCounters::kStride);
  }
}

void Forwarder::configure(uint32_t port, const PortSettings& settings) {
  ports_[port].settings = settings;
}

void Forwarder::program(Policy policy) {
  const BridgePolicy& before = policy_.bridge;
  const bool moved = policy.bridge.forwarding != before.forwarding ||
                     policy.bridge.topology_changes != before.topology_changes;
  policy_ = std::move(policy);
  if (moved) addresses_.forget_all();
}

void Forwarder::set_link(uint32_t port, bool up) {
  if (ports_[port].link == up) return;
  ports_[port].link = up;
  ports_[port].counters.add(up ? Counter::kLinkUp : Counter::kLinkDown);
  if (!up) addresses_.forget_port(port);
}

void Forwarder::restart_socket(uint32_t port, int64_t now) {
  while (const auto tag = ports_[port].ledger.take_older_than(INT64_MAX)) {
    ports_[port].counters.add(Counter::kTransmitTimestampMissing);
    timestamp_lost(port, *tag);
  }
  ports_[port].ledger.restart();
  send_queued(port, now);
}

// ---------------------------------------------------------------------------------------------------------------------
// Reception

void Forwarder::receive(uint32_t ingress, uint8_t* frame, uint16_t length,
                        const Reception& reception, int64_t now) {
  PortCounters& counters = ports_[ingress].counters;
  FrameView view;
  const wire::ParseResult parsed =
      wire::parse_frame(frame, length, reception.checksum_pending, view);
  if (parsed.verdict == ParseVerdict::kNotPtp) return counters.add(Counter::kNotPtp);
  if (reception.truncated || length > kMaxFrameLength) {
    return counters.add(Counter::kDropFrameTooLong);
  }
  if (parsed.verdict == ParseVerdict::kMalformed) return counters.add_malformed(parsed.reason);
  if (!is_usable_source(view.source_mac())) return counters.add(Counter::kDropBadSourceAddress);
  if (isolated_ != 0) end_isolation(now);
  const bool version1 = parsed.verdict == ParseVerdict::kPtpV1;
  if (version1) {
    counters.add(Counter::kRxPtpV1);
  } else {
    counters.add_received(view.type);
  }
  if ((policy_.bridge.forwarding & bit(ingress)) == 0) {
    return counters.add(Counter::kDropPortBlocked);
  }
  if ((isolated_ & bit(ingress)) != 0) return counters.add(Counter::kDropPortIsolated);

  const auto action = version1 ? std::optional(Action::kEndToEndTransparent)
                               : policy_.action(view.sdo_id(), view.domain_number(), ingress);
  // A clock of this box is on the port, not in a VLAN of the bridge.
  const bool ends_here = action == Action::kTerminate;
  if (!ends_here && !admit(ingress, view)) return;
  if (policy_.loop_guard && !ends_here) {
    const uint64_t fingerprint = version1 ? version1_fingerprint(view, loop_guard_.seed())
                                          : message_fingerprint(view, loop_guard_.seed());
    if (came_round(ingress, fingerprint, now)) return;
  }
  if (addresses_.learn(view.vlan_id[0], view.source_mac(), ingress, now)) {
    counters.add(Counter::kAddressesEvicted);
  }
  if (version1) {
    // IEEE 1588-2002 has no correctionField: nothing to correct.
    return forward_unchanged(ingress, view, egress_set(ingress, view, now), Counter::kTxPtpV1);
  }

  if (!action) return counters.add(Counter::kDropNoPolicy);
  switch (*action) {
    case Action::kDrop:
      return counters.add(Counter::kDropByPolicy);
    case Action::kTerminate:
      return terminate(ingress, view, reception);
    case Action::kEndToEndTransparent:
      return forward_end_to_end(ingress, view, reception, now);
    case Action::kPeerToPeerTransparent:
      return forward_peer_to_peer(ingress, view, reception, now);
  }
}

// 802.1Q, 8.6.1 and 8.6.2: gives a frame the VLAN of its port where it has none, as a tag, so that
// from here on it is told by its tag alone. False, and counted: it is not to be in.
bool Forwarder::admit(uint32_t ingress, FrameView& view) {
  const BridgePolicy& bridge = policy_.bridge;
  if (!bridge.filters_vlans()) return true;
  PortCounters& counters = ports_[ingress].counters;
  const bool tagged = wire::has_customer_tag(view.data, view.length);
  uint16_t vlan = tagged ? wire::customer_vlan_id(view.data) : 0;
  if (vlan == 0) {
    vlan = bridge.pvid[ingress];
    if (vlan == 0) {
      counters.add(Counter::kDropVlanNotAdmitted);
      return false;
    }
    if (tagged) {
      wire::set_customer_vlan_id(view, vlan);
    } else if (view.vlan_tags == 2) {
      counters.add_malformed(wire::MalformedReason::kTooManyVlanTags);
      return false;
    } else if (view.length + wire::kVlanTagLength > kMaxFrameLength) {
      counters.add(Counter::kDropFrameTooLong);
      return false;
    } else {
      wire::insert_customer_tag(view, vlan, tagged_.data());
    }
  }
  if ((bridge.vlans[vlan].members & bit(ingress)) != 0) return true;
  counters.add(Counter::kDropVlanNotAdmitted);
  return false;
}

// Ports that a frame may leave by as far as its VLAN goes.
uint32_t Forwarder::vlan_members(const FrameView& view) const {
  if (!policy_.bridge.filters_vlans()) return all_ports_;
  return policy_.bridge.vlans[wire::customer_vlan_id(view.data)].members;
}

// Whether a message was in by another port a moment ago; when that happens again, the port is
// isolated.
bool Forwarder::came_round(uint32_t ingress, uint64_t fingerprint, int64_t now) {
  const auto first_port = loop_guard_.seen_at_other_port(fingerprint, ingress, now);
  if (!first_port) return false;
  Port& port = ports_[ingress];
  port.counters.add(Counter::kDropRepeated);
  if (now - port.repeats_since > kLoopRepeatWindow) port.repeats = 0;
  if (port.repeats == 0) port.repeats_since = now;
  if (++port.repeats < kLoopRepeats) return true;
  port.repeats = 0;
  port.isolated_until = now + kLoopIsolation;
  isolated_ |= bit(ingress);
  addresses_.forget_port(ingress);
  port.counters.add(Counter::kLoopsFound);
  effects_.loop_found(ingress, *first_port);
  return true;
}

void Forwarder::end_isolation(int64_t now) {
  each_port(isolated_, [&](uint32_t port) {
    if (now >= ports_[port].isolated_until) isolated_ &= ~bit(port);
  });
}

std::optional<Counter> Forwarder::obstacle_to_sending(uint32_t egress) const {
  if (!ports_[egress].link) return Counter::kDropLinkDown;
  if ((policy_.bridge.forwarding & bit(egress)) == 0) return Counter::kDropPortBlocked;
  if ((isolated_ & bit(egress)) != 0) return Counter::kDropPortIsolated;
  return std::nullopt;
}

// Without the tag, where the VLAN leaves this port untagged. Valid until the next call.
Forwarder::Outgoing Forwarder::as_it_leaves(uint32_t egress, const uint8_t* frame,
                                            uint16_t length) {
  const BridgePolicy& bridge = policy_.bridge;
  if (!bridge.filters_vlans() || !wire::has_customer_tag(frame, length)) return {frame, length};
  const uint16_t vlan = wire::customer_vlan_id(frame);
  if ((bridge.vlans[vlan].untagged & bit(egress)) == 0) return {frame, length};
  return {untagged_.data(), wire::copy_without_tag(frame, length, untagged_.data())};
}

void Forwarder::terminate(uint32_t ingress, const FrameView& view, const Reception& reception) {
  const auto timestamp_ns =
      reception.timestamp_ns ? common_ns(ingress, *reception.timestamp_ns) : std::nullopt;
  ports_[ingress].counters.add(effects_.punt(ingress, view, timestamp_ns)
                                   ? Counter::kTerminated
                                   : Counter::kDropRecordsFull);
}

// A transparent clock forwards a request as any other message, and answers it if it is asked.
void Forwarder::copy_management_request(uint32_t ingress, const FrameView& view) {
  if (!policy_.managed_clock || !view.is_management_request_for(*policy_.managed_clock)) return;
  ports_[ingress].counters.add(
      effects_.punt(ingress, view, std::nullopt) ? Counter::kCopied : Counter::kDropRecordsFull);
}

std::optional<int64_t> Forwarder::common_ns(uint32_t port, int64_t timestamp_ns) const {
  const ClockRelation& relation = ports_[port].relation;
  if (!relation.valid) return std::nullopt;
  return static_cast<int64_t>((relation.relate(timestamp_ns) + 32768) >> 16);
}

// What an end-to-end transparent clock does to each message (10.2.2).
void Forwarder::forward_end_to_end(uint32_t ingress, FrameView& view, const Reception& reception,
                                   int64_t now) {
  switch (view.type) {
    case MessageType::kSync:
    case MessageType::kDelayReq:
    case MessageType::kPdelayReq:
    case MessageType::kPdelayResp:
      return forward_event(ingress, view, reception, egress_set(ingress, view, now), now);
    case MessageType::kFollowUp:
    case MessageType::kPdelayRespFollowUp:
      return forward_corrected(ingress, view, egress_set(ingress, view, now), now);
    case MessageType::kDelayResp:
      // Only the way its Delay_Req came: nobody else asked, and no other residence is known.
      return forward_corrected(ingress, view, requester_ports(ingress, view), now);
    case MessageType::kManagement:
      copy_management_request(ingress, view);
      [[fallthrough]];
    case MessageType::kAnnounce:
    case MessageType::kSignaling: {
      const int general = static_cast<int>(view.type) - static_cast<int>(MessageType::kFollowUp);
      const auto sent = static_cast<Counter>(static_cast<int>(Counter::kTxFollowUp) + general);
      return forward_unchanged(ingress, view, egress_set(ingress, view, now), sent);
    }
  }
}

// What a peer-to-peer transparent clock does to each message (10.3.2): the delay of the link that a
// Sync came by is known here, so nobody behind this clock asks for it end to end.
void Forwarder::forward_peer_to_peer(uint32_t ingress, FrameView& view, const Reception& reception,
                                     int64_t now) {
  PortCounters& counters = ports_[ingress].counters;
  switch (view.type) {
    case MessageType::kSync:
    case MessageType::kFollowUp:
      if (!policy_.delay_of(ingress, view.transport)) {
        return counters.add(Counter::kDropLinkDelayUnknown);
      }
      return forward_end_to_end(ingress, view, reception, now);
    case MessageType::kDelayReq:
    case MessageType::kDelayResp:
      return counters.add(Counter::kDropDelayMechanism);
    case MessageType::kPdelayReq:
    case MessageType::kPdelayResp:
    case MessageType::kPdelayRespFollowUp:
      return terminate(ingress, view, reception);
    case MessageType::kAnnounce:
    case MessageType::kSignaling:
    case MessageType::kManagement:
      return forward_end_to_end(ingress, view, reception, now);
  }
}

// Multicast: every other port. Unicast: where the address was learned, else every other port.
uint32_t Forwarder::egress_set(uint32_t ingress, const FrameView& view, int64_t now) {
  const uint32_t others = open_ports() & vlan_members(view) & ~bit(ingress);
  if (others == 0) ports_[ingress].counters.add(Counter::kDropNoEgressPort);
  const bool group_address = (view.destination_mac()[0] & 1) != 0;
  if (group_address) return others;
  const auto port = addresses_.find(view.vlan_id[0], view.destination_mac(), now);
  if (!port) return others;
  if (*port != ingress) {
    // A place that the VLAN does not reach is none to look elsewhere for.
    if ((others & bit(*port)) == 0) ports_[ingress].counters.add(Counter::kDropNoEgressPort);
    return others & bit(*port);
  }
  ports_[ingress].counters.add(Counter::kDropDestinationOnIngressPort);
  return 0;
}

uint32_t Forwarder::requester_ports(uint32_t ingress, const FrameView& delay_resp) {
  uint32_t ports = 0;
  for (const auto destination : {RequestDestination::kResponder, RequestDestination::kMulticast}) {
    ExchangeIndex index = exchanges_.first(key_of_request(delay_resp, destination));
    for (; index != kNoExchange; index = exchanges_.next(index)) {
      if (exchanges_.state(index, ingress) == ResidenceState::kNotSent) continue;
      ports |= bit(exchanges_.at(index).ingress_port);
    }
    if (ports != 0) break;
  }
  ports &= open_ports() & vlan_members(delay_resp) & ~bit(ingress);
  if (ports == 0) ports_[ingress].counters.add(Counter::kDropNoRequest);
  return ports;
}

// ---------------------------------------------------------------------------------------------------------------------
// Forwarding

void Forwarder::forward_unchanged(uint32_t ingress, const FrameView& view, uint32_t egress_ports,
                                  Counter sent) {
  bool forwarded = false;
  each_port(egress_ports, [&](uint32_t egress) {
    Port& port = ports_[egress];
    if (!port.link) return port.counters.add(Counter::kDropLinkDown);
    const Outgoing out = as_it_leaves(egress, view.data, view.length);
    if (!effects_.send(egress, out.frame, out.length, std::nullopt)) {
      return port.counters.add(Counter::kDropSendFailed);
    }
    port.counters.add(sent);
    forwarded = true;
  });
  if (forwarded) ports_[ingress].counters.add(Counter::kForwarded);
}

void Forwarder::forward_event(uint32_t ingress, FrameView& view, const Reception& reception,
                              uint32_t egress_ports, int64_t now) {
  PortCounters& counters = ports_[ingress].counters;
  if (egress_ports == 0) return;  // egress_set has counted why

  const ExchangeKey key = key_of_event(view);
  ExchangeIndex index = exchanges_.find(key, ingress);
  if (index != kNoExchange && exchanges_.at(index).event_seen) {
    // The same message again, or its sequenceId after a full turn: what was known of the former
    // does not hold.
    close_exchange(index);
    index = kNoExchange;
  }
  if (index == kNoExchange) index = open_exchange(key, ingress, now);
  Exchange& exchange = exchanges_.at(index);
  exchange.event_seen = true;
  exchange.correction_field = view.correction_field();
  exchange.peer_to_peer = policy_.action(view.sdo_id(), view.domain_number(), ingress) ==
                          Action::kPeerToPeerTransparent;
  exchange.timestamped = reception.timestamp_ns.has_value();
  if (reception.timestamp_ns) {
    exchange.ingress_timestamp_ns = *reception.timestamp_ns;
    exchange.clock_epoch = ports_[ingress].relation.epoch;
  } else {
    counters.add(Counter::kReceiveTimestampMissing);
  }

  const bool carries_follow_up =
      view.type == MessageType::kSync || view.type == MessageType::kPdelayResp;
  exchange.one_step = carries_follow_up && !view.two_step();
  if (exchange.one_step) {
    wire::set_two_step_flag(view);
    // A follow-up that came before it was not its sender's: one-step messages have none.
    while (exchange.held != kNoHeld) drop_held(exchange.held, Counter::kDropUnexpectedFollowUp);
  }

  const TransmitTag tag{TransmitTag::Owner::kExchange, index, exchange.generation};
  uint32_t sent_ports = 0;
  each_port(egress_ports, [&](uint32_t egress) {
    ResidenceState& state = exchanges_.state(index, egress);
    // Without a receive time stamp no correction will come of it; the transmit time stamp is still
    // in nobody's way.
    state = ResidenceState::kWaiting;
    send_event(egress, view.type, view.data, view.length, tag, now);
    if (state != ResidenceState::kNotSent) sent_ports |= bit(egress);
    if (!reception.timestamp_ns && state == ResidenceState::kWaiting) state = ResidenceState::kLost;
  });
  if (sent_ports != 0) counters.add(Counter::kForwarded);

  if (exchange.one_step && sent_ports != 0) {
    uint8_t frame[kMaxFrameLength];
    FrameView follow_up;
    wire::generate_follow_up(view, frame, follow_up);
    if (follow_up.type == MessageType::kFollowUp) observe(ingress, follow_up, index, now);
    counters.add(Counter::kGenerated);
    // It did not arrive, so it does not count as forwarded when it leaves.
    if (!hold(ingress, follow_up, sent_ports, index, true, now)) {
      counters.add(Counter::kDropHeldFull);
    }
  }
  settle_held(index, all_ports_);
}

void Forwarder::forward_corrected(uint32_t ingress, const FrameView& view, uint32_t egress_ports,
                                  int64_t now) {
  PortCounters& counters = ports_[ingress].counters;
  if (egress_ports == 0) return;  // counted where the set was made

  ExchangeIndex followed = kNoExchange;
  if (view.type != MessageType::kDelayResp) {
    const ExchangeKey key = key_of_followed_event(view);
    followed = exchanges_.find(key, ingress);
    if (followed == kNoExchange) {
      // It overtook its event message: that one will find it waiting.
      followed = open_exchange(key, ingress, now);
    } else if (exchanges_.at(followed).one_step) {
      return counters.add(Counter::kDropUnexpectedFollowUp);
    }
  }

  if (view.type == MessageType::kFollowUp) observe(ingress, view, followed, now);

  bool forwarded = false;
  uint32_t waiting_ports = 0;
  ExchangeIndex wait_for[kMaxPorts];
  each_port(egress_ports, [&](uint32_t egress) {
    Port& port = ports_[egress];
    if (!port.link) return port.counters.add(Counter::kDropLinkDown);
    const Correction correction = correction_for(view, followed, ingress, egress);
    switch (correction.kind) {
      case Correction::Kind::kKnown:
        forwarded |= send_corrected(egress, view, correction.value);
        return;
      case Correction::Kind::kWait:
        wait_for[egress] = correction.wait_for;
        waiting_ports |= bit(egress);
        return;
      case Correction::Kind::kUnknown:
        return port.counters.add(Counter::kDropCorrectionUnknown);
      case Correction::Kind::kNotAsked:
        return port.counters.add(Counter::kDropNotRequesterPort);
    }
  });
  if (forwarded) counters.add(Counter::kForwarded);

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
  if (held_full) counters.add(Counter::kDropHeldFull);
}

void Forwarder::observe(uint32_t ingress, const FrameView& follow_up, ExchangeIndex followed,
                        int64_t now) {
  const Exchange& sync = exchanges_.at(followed);
  if (!sync.event_seen || !sync.timestamped) return;
  const uint8_t* origin = follow_up.message() + wire::kBodyOffset;
  const uint64_t seconds =
      static_cast<uint64_t>(wire::read16(origin)) << 32 | wire::read32(origin + 2);
  // Beyond this no int64 of nanoseconds goes: the sender has made it up.
  constexpr uint64_t kMaxSeconds = INT64_MAX / 1'000'000'000 - 5;
  if (seconds > kMaxSeconds) return;
  const auto ingress_ns = common_ns(ingress, sync.ingress_timestamp_ns);
  if (!ingress_ns || sync.clock_epoch != ports_[ingress].relation.epoch) return;
  if (!sampling_.due(follow_up.sdo_id(), follow_up.domain_number(), ingress, now)) return;
  SyncObservation observation{};
  observation.sdo_id = follow_up.sdo_id();
  observation.domain_number = follow_up.domain_number();
  observation.sequence_id = follow_up.sequence_id();
  observation.source_port_identity = follow_up.source_port_identity();
  observation.ingress_timestamp_ns = *ingress_ns;
  observation.precise_origin_timestamp_ns =
      static_cast<int64_t>(seconds) * 1'000'000'000 + wire::read32(origin + 6);
  observation.correction =
      wire::add_correction(sync.correction_field, follow_up.correction_field());
  effects_.observe_sync(ingress, observation);
}

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
        return {anyone_requested(view) ? Correction::Kind::kNotAsked : Correction::Kind::kUnknown};
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
  const HeldIndex index = held_.take(now);
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

// Sends what waits for `exchange` and now has its correction, after its residences by
// `changed_ports` have become known, or known to be lost.
void Forwarder::settle_held(ExchangeIndex exchange, uint32_t changed_ports) {
  HeldIndex index = exchanges_.at(exchange).held;
  exchanges_.at(exchange).held = kNoHeld;
  exchanges_.at(exchange).held_count = 0;
  while (index != kNoHeld) {
    HeldMessage& message = held_.at(index);
    const HeldIndex next = message.next_of_exchange;
    ExchangeIndex wait_for = exchange;
    // A Follow_Up is owed the residence by its own egress port alone; the answers to requests that
    // by the port they came in by.
    const bool by_egress = message.view.type == MessageType::kFollowUp;
    const ExchangeIndex followed = by_egress ? exchange : followed_by(message);
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
            if (send_corrected(egress, message.view, correction.value) && !message.forwarded) {
              message.forwarded = true;
              ports_[message.ingress_port].counters.add(Counter::kForwarded);
            }
          } else {
            counters.add(correction.kind == Correction::Kind::kNotAsked
                             ? Counter::kDropNotRequesterPort
                             : Counter::kDropCorrectionUnknown);
          }
        });
    if (message.waiting_ports == 0) {
      held_.release(index);
    } else {
      attach(index, wait_for);
    }
    index = next;
  }
}

// The event message that a held message follows; none for a Delay_Resp.
ExchangeIndex Forwarder::followed_by(const HeldMessage& message) const {
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
  held_.release(held);
}

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
  const Outgoing out = as_it_leaves(egress, frame, length);
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
  const Outgoing out = as_it_leaves(egress, frame, view.length);
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
