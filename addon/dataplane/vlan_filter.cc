#include "addon/dataplane/vlan_filter.h"

#include "addon/dataplane/limits.h"
#include "addon/dataplane/port_set.h"
#include "addon/wire/vlan_edit.h"

namespace ptpswitch::dataplane {

VlanFilter::VlanFilter() : tagged_(kMaxFrameLength) {}

bool VlanFilter::admit(const BridgePolicy& bridge, uint32_t ingress, wire::FrameView& view,
                       PortCounters& counters) {
  if (!bridge.filters_vlans()) return true;
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
  if (contains(bridge.vlans[vlan].members, ingress)) return true;
  counters.add(Counter::kDropVlanNotAdmitted);
  return false;
}

uint32_t VlanFilter::members(const BridgePolicy& bridge, const wire::FrameView& view) {
  if (!bridge.filters_vlans()) return UINT32_MAX;
  return bridge.vlans[wire::customer_vlan_id(view.data)].members;
}

VlanFilter::Outgoing VlanFilter::untag_for_egress(const BridgePolicy& bridge, uint32_t egress,
                                                  const uint8_t* frame, uint16_t length,
                                                  uint8_t* room) {
  if (!bridge.filters_vlans() || !wire::has_customer_tag(frame, length)) return {frame, length};
  const uint16_t vlan = wire::customer_vlan_id(frame);
  if (!contains(bridge.vlans[vlan].untagged, egress)) return {frame, length};
  return {room, wire::copy_without_tag(frame, length, room)};
}

}  // namespace ptpswitch::dataplane
