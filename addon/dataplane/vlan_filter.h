// Keeps VLANs apart as a bridge does (802.1Q, 8.6). A frame that comes in without a tag gets that
// of its ingress port's VLAN, so that all later steps know its VLAN by the tag alone. At egress
// ports where the VLAN is untagged the tag is taken off. With a policy that filters no VLANs every
// frame stays as it is.
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

  // The rules of 8.6.1 and 8.6.2. False when the frame is to be dropped, which is counted. `view`
  // may be of a tagged copy then, which is valid until the next call.
  bool admit(const BridgePolicy& bridge, uint32_t ingress, wire::FrameView& view,
             PortCounters& counters);

  // The ports that belong to the VLAN of an admitted frame.
  static uint32_t members(const BridgePolicy& bridge, const wire::FrameView& view);

  struct Outgoing {
    const uint8_t* frame;
    uint16_t length;
  };
  // The frame as it leaves by `egress`: without its tag where the VLAN is untagged there. `room`
  // takes kMaxFrameLength bytes, and holds the result then.
  static Outgoing untag_for_egress(const BridgePolicy& bridge, uint32_t egress,
                                   const uint8_t* frame, uint16_t length, uint8_t* room);

 private:
  std::vector<uint8_t> tagged_;  // room for a frame that a tag was inserted into
};

}  // namespace ptpswitch::dataplane
