// What is asked of a frame before it is forwarded: whether it is PTP, whether its port, its VLAN
// and the loop guard let it in, what the policy wants done with it, and by which ports it may
// leave.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "addon/dataplane/address_table.h"
#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/loop_isolation.h"
#include "addon/dataplane/notices.h"
#include "addon/dataplane/unserved.h"
#include "addon/dataplane/vlan_filter.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class Reception {
 public:
  // `state`, `notices` and `effects` outlive it. `seed` salts the tables.
  Reception(const Limits& limits, uint64_t seed, ForwardingState& state, Notices& notices,
            Effects& effects);

  struct Admitted {
    wire::FrameView view;
    Action action;
    bool version1;  // a message of IEEE 1588-2002
  };
  // None when the frame goes no further, which is counted. May edit the frame; the view is valid
  // until the next call.
  std::optional<Admitted> admit(uint32_t ingress, uint8_t* frame, uint16_t length,
                                const Arrival& arrival, int64_t now);

  // The ports that a message leaves by; none, and counted, when there are none. A multicast message
  // leaves by every other port, except those behind which nobody has joined its group. A unicast
  // message leaves by the port where its address was learned, else by every other port.
  uint32_t egress_ports(uint32_t ingress, const wire::FrameView& view, int64_t now);
  // Of `ports`, those that the message may leave by.
  uint32_t reachable(uint32_t ports, uint32_t ingress, const wire::FrameView& view) const;

  // A message that this switch has written, as if it had come in by `ingress`: it is known when it
  // comes round.
  void note_generated(uint32_t ingress, const wire::FrameView& view, int64_t now);

  // Lets time pass: tries the ports again whose isolation is over.
  void advance(int64_t now);
  std::optional<int64_t> next_deadline() const { return loops_.next_deadline(); }

  void forget_addresses() { addresses_.forget_all(); }
  void forget_addresses_of(uint32_t port) { addresses_.forget_port(port); }

 private:
  std::optional<Action> version1_action(uint32_t ingress) const;
  bool is_repeated(uint32_t ingress, const Admitted& message, int64_t now);

  ForwardingState& state_;
  Notices& notices_;
  AddressTable addresses_;
  Unserved unserved_;
  LoopIsolation loops_;
  VlanFilter vlans_;
};

}  // namespace ptpswitch::dataplane
