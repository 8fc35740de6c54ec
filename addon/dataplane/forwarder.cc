#include "addon/dataplane/forwarder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "addon/dataplane/exchange_keys.h"
#include "addon/dataplane/group_pruning.h"
#include "addon/dataplane/port_set.h"
#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {
namespace {

using wire::FrameView;
using wire::MessageType;
using wire::ParseVerdict;
using wire::ScaledNs;

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
      loops_(ports, limits.loop_fingerprints, seed) {
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
  const bool topology_changed = policy.bridge.forwarding != before.forwarding ||
                                policy.bridge.topology_changes != before.topology_changes;
  policy_ = std::move(policy);
  if (topology_changed) addresses_.forget_all();
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
    timestamp_lost(port, *tag, now);
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
  if (loops_.isolated() != 0) loops_.end_expired(now);
  const bool version1 = parsed.verdict == ParseVerdict::kPtpV1;
  if (version1) {
    counters.add(Counter::kRxPtpV1);
  } else {
    counters.add(received_counter(view.type));
  }
  if ((policy_.bridge.forwarding & bit(ingress)) == 0) {
    return counters.add(Counter::kDropPortBlocked);
  }
  if ((loops_.isolated() & bit(ingress)) != 0) {
    return counters.add(Counter::kDropPortIsolated);
  }

  const auto action = version1 ? std::optional(Action::kEndToEndTransparent)
                               : policy_.action(view.sdo_id(), view.domain_number(), ingress);
  // A clock of this box belongs to the port and not to a VLAN of the bridge, so VLANs are not
  // filtered for it.
  const bool ends_here = action == Action::kTerminate;
  if (!ends_here && !vlans_.admit(policy_.bridge, ingress, view, counters)) return;
  if (policy_.loop_guard && !ends_here) {
    const uint64_t fingerprint = version1 ? version1_fingerprint(view, loops_.seed())
                                          : message_fingerprint(view, loops_.seed());
    if (is_repeated(ingress, fingerprint, now)) return;
  }
  if (addresses_.learn(view.vlan_id[0], view.source_mac(), ingress, now)) {
    counters.add(Counter::kAddressesEvicted);
  }
  if (version1) {
    // IEEE 1588-2002 has no correctionField: nothing to correct.
    return forward_unchanged(ingress, view, egress_set(ingress, view, now), Counter::kTxPtpV1, now);
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

// True, and counted, when the message has come in by another port a moment ago. When that happens
// again, the port is isolated.
bool Forwarder::is_repeated(uint32_t ingress, uint64_t fingerprint, int64_t now) {
  const auto repeat = loops_.repeated(ingress, fingerprint, now);
  if (!repeat) return false;
  PortCounters& counters = ports_[ingress].counters;
  counters.add(Counter::kDropRepeated);
  if (repeat->isolates) {
    addresses_.forget_port(ingress);
    counters.add(Counter::kLoopsFound);
    effects_.loop_found(ingress, repeat->first_port);
  }
  return true;
}

std::optional<Counter> Forwarder::reason_not_to_send(uint32_t egress) const {
  if (!ports_[egress].link) return Counter::kDropLinkDown;
  if ((policy_.bridge.forwarding & bit(egress)) == 0) return Counter::kDropPortBlocked;
  if ((loops_.isolated() & bit(egress)) != 0) return Counter::kDropPortIsolated;
  return std::nullopt;
}

void Forwarder::terminate(uint32_t ingress, const FrameView& view, const Reception& reception) {
  const auto timestamp_ns =
      reception.timestamp_ns ? common_ns(ingress, *reception.timestamp_ns) : std::nullopt;
  ports_[ingress].counters.add(effects_.punt(ingress, view, timestamp_ns)
                                   ? Counter::kTerminated
                                   : Counter::kDropRecordsFull);
}

// A transparent clock forwards a management request like any other message. One that is for the
// clocks of this box is handed up as well, to be answered.
void Forwarder::copy_management_request(uint32_t ingress, const FrameView& view) {
  if (!policy_.managed_clock || !view.is_management_request_for(*policy_.managed_clock)) return;
  ports_[ingress].counters.add(
      effects_.punt(ingress, view, std::nullopt) ? Counter::kCopied : Counter::kDropRecordsFull);
}

std::optional<int64_t> Forwarder::common_ns(uint32_t port, int64_t timestamp_ns) const {
  const ClockRelation& relation = ports_[port].relation;
  if (!relation.valid) return std::nullopt;
  return static_cast<int64_t>((relation.to_common(timestamp_ns) + 32768) >> 16);
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
      // It leaves only by the port that its Delay_Req came in by: nobody else has asked, and no
      // other residence is known.
      return forward_corrected(ingress, view, requester_ports(ingress, view), now);
    case MessageType::kManagement:
      copy_management_request(ingress, view);
      [[fallthrough]];
    case MessageType::kAnnounce:
    case MessageType::kSignaling:
      return forward_unchanged(ingress, view, egress_set(ingress, view, now),
                               sent_counter(view.type), now);
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

// A multicast message leaves by every other port, except those behind which nobody has joined its
// group. A unicast message leaves by the port where its address was learned, else by every other
// port.
uint32_t Forwarder::egress_set(uint32_t ingress, const FrameView& view, int64_t now) {
  const uint32_t others =
      unblocked_ports() & VlanFilter::members(policy_.bridge, view) & ~bit(ingress);
  if (others == 0) ports_[ingress].counters.add(Counter::kDropNoEgressPort);
  const bool group_address = (view.destination_mac()[0] & 1) != 0;
  if (group_address) {
    const uint32_t pruned = others & ports_without_listeners(policy_.bridge, view);
    each_port(pruned, [&](uint32_t port) { ports_[port].counters.add(Counter::kPruned); });
    return others & ~pruned;
  }
  const auto port = addresses_.find(view.vlan_id[0], view.destination_mac(), now);
  if (!port) return others;
  if (*port != ingress) {
    // The address is behind a port that the VLAN does not reach, so it will not be found by
    // flooding.
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
  ports &= unblocked_ports() & VlanFilter::members(policy_.bridge, delay_resp) & ~bit(ingress);
  if (ports == 0) ports_[ingress].counters.add(Counter::kDropNoRequest);
  return ports;
}

// ---------------------------------------------------------------------------------------------------------------------
// Forwarding

void Forwarder::forward_unchanged(uint32_t ingress, const FrameView& view, uint32_t egress_ports,
                                  Counter sent, int64_t now) {
  bool forwarded = false;
  each_port(egress_ports, [&](uint32_t egress) {
    Port& port = ports_[egress];
    if (!port.link) return port.counters.add(Counter::kDropLinkDown);
    const auto out = vlans_.untag_for_egress(policy_.bridge, egress, view.data, view.length);
    add_to_batch(egress, {sent, std::nullopt}, out.frame, out.length, now);
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
    // This is the same message again, or sequenceId has wrapped. What is known of the earlier
    // message does not apply to it.
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
    // A follow-up that is held already is not from this sender, because a one-step message has
    // none.
    while (exchange.held != kNoHeld) drop_held(exchange.held, Counter::kDropUnexpectedFollowUp);
  }

  const TransmitTag tag{TransmitTag::Owner::kExchange, index, exchange.generation};
  uint32_t sent_ports = 0;
  each_port(egress_ports, [&](uint32_t egress) {
    ResidenceState& state = exchanges_.state(index, egress);
    // Without a receive time stamp there will be no correction, so the state becomes kLost after
    // sending. The transmit time stamp is asked for all the same, which does no harm.
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
    // The generated message did not come in, so it is not counted as forwarded when it leaves.
    if (!hold(ingress, follow_up, sent_ports, index, true, now)) {
      counters.add(Counter::kDropHeldFull);
    }
  }
  release_held(index, all_ports_, now);
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
      // It has overtaken its event message, which will find it held in this exchange.
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
        forwarded |= send_corrected(egress, view, correction.value, now);
        return;
      case Correction::Kind::kWait:
        wait_for[egress] = correction.wait_for;
        waiting_ports |= bit(egress);
        return;
      case Correction::Kind::kUnknown:
        return port.counters.add(Counter::kDropCorrectionUnknown);
      case Correction::Kind::kNotRequesterPort:
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
  // An int64 of nanoseconds does not reach further, and no real clock does.
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

}  // namespace ptpswitch::dataplane
