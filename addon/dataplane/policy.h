// What the control plane has decided: which messages are forwarded, terminated or dropped, by
// (sdoId, domainNumber), transport, VLAN and ingress port; the delay of each link; the rate of each
// domain. It is replaced as a whole.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/message_key.h"
#include "addon/wire/frame_edit.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

enum class Action : uint8_t {
  kEndToEndTransparent,
  kPeerToPeerTransparent,
  kTerminate,  // the message ends in a clock of this box
  kDrop,
};

// Of a member that is none, a rule takes any.
struct PolicyRule {
  std::optional<uint16_t> sdo_id{};
  std::optional<uint8_t> domain_number{};
  std::optional<wire::Transport> transport{};
  std::optional<uint16_t> vlan_id{};  // of the outermost tag as it came in; 0: without a tag
  // By ingress port; none: a later rule decides.
  std::array<std::optional<Action>, kMaxPorts> action{};
};

// rateRatio - 1 of a domain: grandmaster seconds per local second, minus 1.
struct RateRatio {
  uint16_t sdo_id = 0;
  uint8_t domain_number = 0;
  double rate_offset = 0;
};

// What the kernel's bridge has decided for the ports (802.1Q). Without a bridge every port
// forwards, and VLANs are not filtered.
struct BridgePolicy {
  struct Vlan {
    uint32_t members = 0;   // ports
    uint32_t untagged = 0;  // of these, the ports that its frames leave by without a tag
  };

  uint32_t forwarding = UINT32_MAX;        // ports; the others neither send nor receive
  std::array<uint16_t, kMaxPorts> pvid{};  // VLAN of frames without a tag; 0: not admitted
  std::vector<Vlan> vlans;                 // kVlanIds entries where VLANs are filtered, else empty
  uint32_t topology_changes = 0;           // when it changes, learned addresses are forgotten
  // Ports behind which somebody has joined PTP's groups over UDP: 224.0.1.129, and FF0x::181 by
  // scope x. What would leave any other port without a VLAN tag is not sent there; what leaves with
  // a tag is always sent (see group_pruning.h).
  uint32_t wants_udp4 = UINT32_MAX;
  std::array<uint32_t, 16> wants_udp6 = everywhere();

  bool filters_vlans() const { return !vlans.empty(); }

  static constexpr std::array<uint32_t, 16> everywhere() {
    std::array<uint32_t, 16> ports{};
    ports.fill(UINT32_MAX);
    return ports;
  }
};

struct Policy {
  std::vector<PolicyRule> rules;  // at most kMaxPolicyRules; the first match wins
  // meanLinkDelay by port and transport; none while the link is not measured.
  std::array<std::array<std::optional<wire::ScaledNs>, wire::kTransports>, kMaxPorts> link_delay{};
  std::vector<RateRatio> rate_ratios;  // at most kMaxPolicyRules
  BridgePolicy bridge;
  bool loop_guard = false;
  // clockIdentity of the clocks of this box: management requests that pass and are for them, or for
  // everybody, are handed up as well. None: nobody here answers.
  std::optional<uint64_t> managed_clock;

  // The action of the first rule that matches; none when no rule does.
  std::optional<Action> action(const MessageKey& key, uint32_t port) const {
    for (const PolicyRule& rule : rules) {
      if (rule.sdo_id && *rule.sdo_id != key.sdo_id) continue;
      if (rule.domain_number && *rule.domain_number != key.domain_number) continue;
      if (rule.transport && *rule.transport != key.transport) continue;
      if (rule.vlan_id && *rule.vlan_id != key.vlan_id) continue;
      if (rule.action[port]) return rule.action[port];
    }
    return std::nullopt;
  }

  // Ports that some domain passes: a message without a domain, of IEEE 1588-2002, may pass between
  // these.
  uint32_t transparent_ports() const {
    uint32_t ports = 0;
    for (const PolicyRule& rule : rules) {
      for (uint32_t port = 0; port < kMaxPorts; ++port) {
        const auto action = rule.action[port];
        const bool transparent =
            action == Action::kEndToEndTransparent || action == Action::kPeerToPeerTransparent;
        if (transparent) ports |= 1u << port;
      }
    }
    return ports;
  }

  std::optional<wire::ScaledNs> delay_of(uint32_t port, wire::Transport transport) const {
    return link_delay[port][static_cast<size_t>(transport)];
  }

  // 0 for a domain that is not syntonised.
  double rate_offset(uint16_t sdo_id, uint8_t domain_number) const {
    for (const RateRatio& ratio : rate_ratios) {
      if (ratio.sdo_id == sdo_id && ratio.domain_number == domain_number) return ratio.rate_offset;
    }
    return 0;
  }
};

}  // namespace ptpswitch::dataplane
