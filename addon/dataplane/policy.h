// Which messages are forwarded, terminated or dropped: by (sdoId, domainNumber), per ingress port. The control plane replaces
// the whole table at once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

enum class Action : uint8_t {
  kEndToEndTransparent,
  kTerminate,  // the message ends in a clock of this box
  kDrop,
};

struct PolicyRule {
  std::optional<uint16_t> sdo_id;        // none: any
  std::optional<uint8_t> domain_number;  // none: any
  std::array<Action, kMaxPorts> action;  // by ingress port
};

class PolicyTable {
 public:
  // At most kMaxPolicyRules; the caller has checked.
  void replace(std::vector<PolicyRule> rules) { rules_.swap(rules); }

  // The action of the first rule that matches; none when no rule does.
  std::optional<Action> lookup(uint16_t sdo_id, uint8_t domain_number, uint32_t port) const {
    for (const PolicyRule& rule : rules_) {
      if (rule.sdo_id && *rule.sdo_id != sdo_id) continue;
      if (rule.domain_number && *rule.domain_number != domain_number) continue;
      return rule.action[port];
    }
    return std::nullopt;
  }

 private:
  std::vector<PolicyRule> rules_;
};

}  // namespace ptpswitch::dataplane
