// Reads the policy: rules, link delays, rates, and what the bridge has decided.
#include <cmath>

#include "addon/node/options.h"

namespace ptpswitch::node {
namespace {

using dataplane::Action;

Action action(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "e2e-tc") return Action::kEndToEndTransparent;
  if (name == "p2p-tc") return Action::kPeerToPeerTransparent;
  if (name == "terminate") return Action::kTerminate;
  if (name == "drop") return Action::kDrop;
  throw_argument(value.Env(), "action must be e2e-tc, p2p-tc, terminate or drop");
}

template <typename Integer>
std::optional<Integer> any_or(const Napi::Value& value, const char* name, uint32_t maximum) {
  if (value.IsString() && value.As<Napi::String>().Utf8Value() == "any") return std::nullopt;
  return static_cast<Integer>(read_integer(value, name, maximum));
}

wire::Transport read_transport(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "l2") return wire::Transport::kL2;
  if (name == "udp4") return wire::Transport::kUdp4;
  if (name == "udp6") return wire::Transport::kUdp6;
  throw_argument(value.Env(), "transport must be l2, udp4 or udp6");
}

std::optional<Action> action_or_none(const Napi::Value& value) {
  if (value.IsNull()) return std::nullopt;
  return action(value);
}

std::optional<wire::Transport> any_transport_or(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  return read_transport(value);
}

std::optional<uint16_t> any_vlan_or(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  return static_cast<uint16_t>(read_integer(value, "vlanId", dataplane::kVlanIds - 1));
}

std::vector<dataplane::PolicyRule> read_rules(const Napi::Value& value, uint32_t ports) {
  const Napi::Array from = read_bounded_array(value, "rules");
  std::vector<dataplane::PolicyRule> rules;
  for (uint32_t i = 0; i < from.Length(); ++i) {
    const Napi::Object entry = read_object(from.Get(i), "rule");
    dataplane::PolicyRule rule{};
    rule.sdo_id = any_or<uint16_t>(entry.Get("sdoId"), "sdoId", 0xFFF);
    rule.domain_number = any_or<uint8_t>(entry.Get("domainNumber"), "domainNumber", 255);
    rule.transport = any_transport_or(entry.Get("transport"));
    rule.vlan_id = any_vlan_or(entry.Get("vlanId"));
    const Napi::Value actions = entry.Get("action");
    if (actions.IsArray()) {
      const Napi::Array each = actions.As<Napi::Array>();
      if (each.Length() != ports) throw_argument(value.Env(), "action must have one entry a port");
      for (uint32_t port = 0; port < ports; ++port)
        rule.action[port] = action_or_none(each.Get(port));
    } else {
      rule.action.fill(action(actions));
    }
    rules.push_back(rule);
  }
  return rules;
}

uint32_t bit(uint32_t port) { return 1u << port; }

// A set of ports from one boolean a port.
uint32_t read_ports(const Napi::Value& value, const char* name, uint32_t ports) {
  const Napi::Array each = read_array(value, name);
  if (each.Length() != ports) {
    throw_argument(value.Env(), std::string(name) + " must have one entry a port");
  }
  uint32_t set = 0;
  for (uint32_t port = 0; port < ports; ++port) {
    if (each.Get(port).ToBoolean().Value()) set |= bit(port);
  }
  return set;
}

// {udp4: [bool], udp6: 16 times [bool], by scope}, the inner arrays by port.
void read_wanted_groups(const Napi::Value& value, uint32_t ports, dataplane::BridgePolicy& bridge) {
  if (value.IsUndefined()) return;
  const Napi::Object from = read_object(value, "wantedGroups");
  bridge.wants_udp4 = read_ports(from.Get("udp4"), "udp4", ports);
  const Napi::Array scopes = read_array(from.Get("udp6"), "udp6");
  if (scopes.Length() != bridge.wants_udp6.size()) {
    throw_argument(value.Env(), "udp6 must have 16 entries, one a scope");
  }
  for (uint32_t scope = 0; scope < scopes.Length(); ++scope) {
    bridge.wants_udp6[scope] = read_ports(scopes.Get(scope), "udp6", ports);
  }
}

// {forwarding: [bool], pvid: [number], vlans: [{port, first, last, untagged}] or null,
// topologyChanges, wantedGroups}, the arrays by port.
dataplane::BridgePolicy read_bridge(const Napi::Value& value, uint32_t ports) {
  dataplane::BridgePolicy bridge;
  if (value.IsUndefined()) return bridge;
  const Napi::Object from = read_object(value, "bridge");
  const Napi::Array pvid = read_array(from.Get("pvid"), "pvid");
  if (pvid.Length() != ports) throw_argument(value.Env(), "pvid must have one entry a port");
  bridge.forwarding = read_ports(from.Get("forwarding"), "forwarding", ports);
  read_wanted_groups(from.Get("wantedGroups"), ports, bridge);
  for (uint32_t port = 0; port < ports; ++port) {
    bridge.pvid[port] =
        static_cast<uint16_t>(read_integer(pvid.Get(port), "pvid", dataplane::kVlanIds - 1));
  }
  bridge.topology_changes =
      read_integer(from.Get("topologyChanges"), "topologyChanges", UINT32_MAX);
  const Napi::Value memberships = from.Get("vlans");
  if (memberships.IsNull()) return bridge;
  bridge.vlans.resize(dataplane::kVlanIds);
  const Napi::Array vlans = read_array(memberships, "vlans");
  for (uint32_t i = 0; i < vlans.Length(); ++i) {
    const Napi::Object entry = read_object(vlans.Get(i), "vlan");
    const uint32_t port = read_integer(entry.Get("port"), "port", ports - 1);
    const uint32_t last = read_integer(entry.Get("last"), "last", dataplane::kVlanIds - 1);
    const bool untagged = entry.Get("untagged").ToBoolean().Value();
    for (uint32_t id = read_integer(entry.Get("first"), "first", last); id <= last; ++id) {
      bridge.vlans[id].members |= bit(port);
      if (untagged) bridge.vlans[id].untagged |= bit(port);
    }
  }
  return bridge;
}

wire::ScaledNs read_link_delay(const Napi::Value& value) {
  bool lossless = value.IsBigInt();
  const int64_t delay = lossless ? value.As<Napi::BigInt>().Int64Value(&lossless) : 0;
  if (!lossless || std::abs(static_cast<double>(delay)) > kMaxDelaySettingNs * 65536) {
    throw_argument(value.Env(), "meanLinkDelay must be a BigInt of at most a second * 2^16");
  }
  return delay;
}

uint64_t read_clock_identity(const Napi::Value& value) {
  bool lossless = value.IsBigInt();
  const uint64_t identity = lossless ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  if (!lossless) throw_argument(value.Env(), "managedClock must be a BigInt of 64 bits, unsigned");
  return identity;
}

dataplane::RateRatio read_rate_ratio(const Napi::Object& entry) {
  // No oscillator is further off than this.
  constexpr double kMaxRateOffset = 1e-2;
  const Napi::Value value = entry.Get("rateOffset");
  const double offset = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(std::abs(offset) <= kMaxRateOffset)) {
    throw_argument(entry.Env(), "rateOffset must be a number between -0.01 and 0.01");
  }
  return {static_cast<uint16_t>(read_integer(entry.Get("sdoId"), "sdoId", 0xFFF)),
          static_cast<uint8_t>(read_integer(entry.Get("domainNumber"), "domainNumber", 255)),
          offset};
}

}  // namespace

dataplane::Policy read_policy(const Napi::Value& value, uint32_t ports) {
  const Napi::Object from = read_object(value, "policy");
  dataplane::Policy policy;
  policy.rules = read_rules(from.Get("rules"), ports);
  const Napi::Array delays = read_bounded_array(from.Get("linkDelays"), "linkDelays");
  for (uint32_t i = 0; i < delays.Length(); ++i) {
    const Napi::Object entry = read_object(delays.Get(i), "linkDelay");
    const uint32_t port = read_integer(entry.Get("port"), "port", ports - 1);
    const auto transport = static_cast<size_t>(read_transport(entry.Get("transport")));
    policy.link_delay[port][transport] = read_link_delay(entry.Get("meanLinkDelay"));
  }
  const Napi::Array ratios = read_bounded_array(from.Get("rateRatios"), "rateRatios");
  for (uint32_t i = 0; i < ratios.Length(); ++i) {
    policy.rate_ratios.push_back(read_rate_ratio(read_object(ratios.Get(i), "rateRatio")));
  }
  policy.bridge = read_bridge(from.Get("bridge"), ports);
  policy.loop_guard = from.Get("loopGuard").ToBoolean().Value();
  const Napi::Value managed = from.Get("managedClock");
  if (!managed.IsUndefined()) policy.managed_clock = read_clock_identity(managed);
  return policy;
}

}  // namespace ptpswitch::node
