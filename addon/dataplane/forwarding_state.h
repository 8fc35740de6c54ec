// What every part of the forwarder looks at: the ports, and what the control plane has decided.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/clock_relation.h"
#include "addon/dataplane/counters.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/policy.h"
#include "addon/dataplane/port_set.h"
#include "addon/wire/message.h"

namespace ptpswitch::dataplane {

struct PortSettings {
  int64_t ingress_latency_ns = 0;  // 7.3.4: subtracted from receive time stamps
  int64_t egress_latency_ns = 0;   // 7.3.4: added to transmit time stamps
  int64_t delay_asymmetry_ns = 0;  // 7.4.2, 11.6
  uint32_t outstanding_limit =
      0;  // transmit time stamps the hardware can hold; 0: no limit but the ledger's
};

struct Port {
  explicit Port(std::atomic<uint64_t>* block) : counters(block) {}

  PortSettings settings;  // outstanding_limit as configured; TransmitPort has what is left of it
  ClockRelation relation;
  std::optional<int64_t> clock_set_at;  // when a new epoch of it was first heard of
  bool link = false;
  PortCounters counters;
};

struct ForwardingState {
  std::vector<Port> ports;
  uint32_t all_ports = 0;
  Policy policy;
  uint32_t transparent_ports = 0;  // of the policy
  uint32_t isolated = 0;           // ports that the loop guard keeps out

  // Ports that neither the bridge nor the loop guard keeps from sending.
  uint32_t unblocked_ports() const { return all_ports & policy.bridge.forwarding & ~isolated; }

  // What to count when the port may not send now; none when it may.
  std::optional<Counter> reason_not_to_send(uint32_t egress) const {
    if (!ports[egress].link) return Counter::kDropLinkDown;
    if ((policy.bridge.forwarding & bit(egress)) == 0) return Counter::kDropPortBlocked;
    if ((isolated & bit(egress)) != 0) return Counter::kDropPortIsolated;
    return std::nullopt;
  }
  // The same for a message of a clock of this box. Peer delay measures the link, which is there
  // whatever spanning tree or the loop guard have decided: so it is known already when the port
  // begins to forward.
  std::optional<Counter> reason_not_to_send_own(uint32_t egress, wire::MessageType type) const {
    if (wire::is_peer_delay(type) && ports[egress].link) return std::nullopt;
    return reason_not_to_send(egress);
  }

  // True while a frame that comes in may have been stamped before the port's clock was set: nothing
  // in its time stamp tells.
  bool clock_just_set(uint32_t port, int64_t now) const {
    const auto& set_at = ports[port].clock_set_at;
    return set_at && now - *set_at < kMaxBeforeReception;
  }

  // A raw time stamp of a port in ns of the common timebase; none while its clock is not related.
  std::optional<int64_t> common_ns(uint32_t port, int64_t timestamp_ns) const {
    const ClockRelation& relation = ports[port].relation;
    if (!relation.valid) return std::nullopt;
    return static_cast<int64_t>((relation.to_common(timestamp_ns) + 32768) >> 16);
  }
};

// What came with a frame from the wire.
struct Arrival {
  std::optional<int64_t> timestamp_ns;  // raw, on the port's clock
  bool checksum_pending = false;        // see wire::parse_frame
  bool truncated = false;               // longer than what was kept of it
  bool timestamp_dropped = false;       // there was one, and it is counted why it does not serve
};

}  // namespace ptpswitch::dataplane
