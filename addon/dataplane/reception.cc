#include "addon/dataplane/reception.h"

#include <cstring>

#include "addon/dataplane/group_pruning.h"
#include "addon/dataplane/loop_guard.h"
#include "addon/dataplane/station.h"

namespace ptpswitch::dataplane {

using wire::FrameView;
using wire::ParseVerdict;

namespace {

bool is_usable_source(const uint8_t* mac) {
  static constexpr uint8_t kZero[6] = {};
  return (mac[0] & 1) == 0 && std::memcmp(mac, kZero, sizeof kZero) != 0;
}

}  // namespace

Reception::Reception(const Limits& limits, uint64_t seed, ForwardingState& state, Notices& notices,
                     Effects& effects)
    : state_(state),
      notices_(notices),
      addresses_(limits.addresses, static_cast<uint32_t>(state.ports.size()), limits.address_ageing,
                 seed),
      unserved_(static_cast<uint32_t>(state.ports.size()), effects),
      loops_(static_cast<uint32_t>(state.ports.size()), limits, seed) {}

std::optional<Reception::Admitted> Reception::admit(uint32_t ingress, uint8_t* frame,
                                                    uint16_t length, const Arrival& arrival,
                                                    int64_t now) {
  PortCounters& counters = state_.ports[ingress].counters;
  const auto drop = [&](Counter reason) {
    counters.add(reason);
    return std::nullopt;
  };
  FrameView view;
  const wire::ParseResult parsed = wire::parse_frame(frame, length, arrival.checksum_pending, view);
  if (parsed.verdict == ParseVerdict::kNotPtp) return drop(Counter::kNotPtp);
  if (parsed.reason == wire::MalformedReason::kMergedByOffload) {
    notices_.tell(NoticeKind::kMergedByOffload, ingress, ingress, now);
  }
  const bool too_long = arrival.truncated || length > kMaxFrameLength;
  if (too_long && parsed.reason != wire::MalformedReason::kMergedByOffload) {
    return drop(Counter::kDropFrameTooLong);
  }
  if (parsed.verdict == ParseVerdict::kMalformed) {
    counters.add_malformed(parsed.reason);
    return std::nullopt;
  }
  if (!is_usable_source(view.source_mac())) return drop(Counter::kDropBadSourceAddress);
  const bool version1 = parsed.verdict == ParseVerdict::kPtpV1;
  counters.add(version1 ? Counter::kRxPtpV1 : received_counter(view.type));
  const MessageKey key = version1 ? MessageKey{} : MessageKey::of(view);
  const auto action = version1 ? version1_action(ingress) : state_.policy.action(key, ingress);
  const bool peer_delay = !version1 && wire::is_peer_delay(view.type);
  // A clock of this box belongs to the port and not to a VLAN of the bridge, so VLANs are not
  // filtered for it.
  const bool ends_here =
      action == Action::kTerminate || (action == Action::kPeerToPeerTransparent && peer_delay);
  const uint32_t forwarding = state_.policy.bridge.forwarding & ~state_.isolated;
  if ((forwarding & bit(ingress)) == 0) {
    // A link is measured although its port forwards nothing; nobody's address is learned there.
    if (ends_here && peer_delay) return Admitted{view, *action, version1};
    const bool isolated = (state_.isolated & bit(ingress)) != 0;
    return drop(isolated ? Counter::kDropPortIsolated : Counter::kDropPortBlocked);
  }
  if (!ends_here && !vlans_.admit(state_.policy.bridge, ingress, view, counters)) {
    return std::nullopt;
  }
  const Admitted message{view, action.value_or(Action::kDrop), version1};
  if (state_.policy.loop_guard && !ends_here && is_repeated(ingress, message, now)) {
    return std::nullopt;
  }
  const auto evicted = addresses_.learn(view.vlan_id[0], view.source_mac(), ingress, now);
  if (evicted) state_.ports[*evicted].counters.add(Counter::kAddressesEvicted);
  if (message.action == Action::kDrop) {
    if (!version1 && !unserved_.note(ingress, key, view.type, now)) {
      counters.add(Counter::kUnservedFull);
    }
    return drop(action ? Counter::kDropByPolicy : Counter::kDropNoPolicy);
  }
  return message;
}

// IEEE 1588-2002 knows subdomains by name and no sdoId, so no rule is for it. It passes where any
// domain of its successor does: a box that ends or drops everything is a boundary for it as well.
std::optional<Action> Reception::version1_action(uint32_t ingress) const {
  if ((state_.transparent_ports & bit(ingress)) == 0) return std::nullopt;
  return Action::kEndToEndTransparent;
}

// True, and counted, when the message has come in a moment ago by another port, or too often by
// this one. When the first happens again, and no double explains it, a port is isolated.
bool Reception::is_repeated(uint32_t ingress, const Admitted& message, int64_t now) {
  const FrameView& view = message.view;
  const Fingerprint seen = message.version1 ? version1_fingerprint(view, loops_.seed())
                                            : fingerprint(view, loops_.seed());
  const auto [repeated, isolated] =
      loops_.note(ingress, seen, station(view.vlan_id[0], view.source_mac()), now);
  if (repeated) {
    state_.ports[ingress].counters.add(*repeated == LoopGuard::Cause::kSamePort
                                           ? Counter::kDropRepeatedAtSamePort
                                           : Counter::kDropRepeated);
  }
  if (isolated) {
    state_.isolated = loops_.isolated();
    addresses_.forget_port(isolated->port);
    state_.ports[isolated->port].counters.add(Counter::kLoopsFound);
    notices_.tell(NoticeKind::kLoop, isolated->port, isolated->other_port, now);
  }
  return repeated.has_value();
}

void Reception::note_generated(uint32_t ingress, const FrameView& view, int64_t now) {
  if (!state_.policy.loop_guard) return;
  loops_.note_generated(ingress, fingerprint(view, loops_.seed()), now);
}

void Reception::advance(int64_t now) {
  if (loops_.isolated() == 0) return;
  const uint32_t ended = loops_.end_expired(now);
  state_.isolated = loops_.isolated();
  each_port(ended,
            [&](uint32_t port) { notices_.tell(NoticeKind::kIsolationOver, port, port, now); });
}

uint32_t Reception::reachable(uint32_t ports, uint32_t ingress, const FrameView& view) const {
  return ports & state_.unblocked_ports() & VlanFilter::members(state_.policy.bridge, view) &
         ~bit(ingress);
}

uint32_t Reception::egress_ports(uint32_t ingress, const FrameView& view, int64_t now) {
  PortCounters& counters = state_.ports[ingress].counters;
  const uint32_t others = reachable(state_.all_ports, ingress, view);
  if (others == 0) counters.add(Counter::kDropNoEgressPort);
  const bool group_address = (view.destination_mac()[0] & 1) != 0;
  if (group_address) {
    const uint32_t pruned = others & ports_without_listeners(state_.policy.bridge, view);
    each_port(pruned, [&](uint32_t port) { state_.ports[port].counters.add(Counter::kPruned); });
    return others & ~pruned;
  }
  const auto port = addresses_.find(view.vlan_id[0], view.destination_mac(), now);
  if (!port) return others;
  if (*port != ingress) {
    // The address is behind a port that the VLAN does not reach, so it will not be found by
    // flooding.
    if ((others & bit(*port)) == 0) counters.add(Counter::kDropNoEgressPort);
    return others & bit(*port);
  }
  counters.add(Counter::kDropDestinationOnIngressPort);
  return 0;
}

}  // namespace ptpswitch::dataplane
