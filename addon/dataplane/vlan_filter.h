// VLANs as a bridge keeps them apart (802.1Q, 8.6): a frame without a tag gets that of its port's
// VLAN as it comes in, so that everything behind tells it by its tag alone, and leaves without it
// where the VLAN is untagged. A policy that filters no VLANs leaves every frame as it is.
#pragma once

#include <cstdint>
#include <vector>

#include "addon/dataplane/counters.h"
#include "addon/dataplane/policy.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class VlanFilter {
 public:
  VlanFilter();

  // 8.6.1 and 8.6.2. False, and counted: the frame is not to be in. What `view` shows is valid
  // until the next call.
  bool admit(const BridgePolicy& bridge, uint32_t ingress, wire::FrameView& view,
             PortCounters& counters);

  // Ports that an admitted frame may leave by as far as its VLAN goes.
  static uint32_t members(const BridgePolicy& bridge, const wire::FrameView& view);

  struct Outgoing {
    const uint8_t* frame;
    uint16_t length;
  };
  // Without the tag, where the VLAN leaves this port untagged. Valid until the next call.
  Outgoing untag_for_egress(const BridgePolicy& bridge, uint32_t egress, const uint8_t* frame,
                            uint16_t length);

 private:
  // A frame that a tag was put into, and one that it was taken out of.
  std::vector<uint8_t> tagged_;
  std::vector<uint8_t> untagged_;
};

}  // namespace ptpswitch::dataplane
