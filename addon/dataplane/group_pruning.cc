#include "addon/dataplane/group_pruning.h"

#include <algorithm>

#include "addon/wire/vlan_edit.h"

namespace ptpswitch::dataplane {
namespace {

using wire::FrameView;
using wire::Transport;

// IEEE 1588-2019, C.3: 224.0.1.129.
constexpr uint32_t kPrimaryGroup4 = 0xE0000181;
constexpr size_t kDestination4 = 16;
constexpr size_t kDestination6 = 24;
// RFC 4291, 2.7: up to this scope a group stays on its link.
constexpr uint8_t kLinkLocalScope = 2;

// D.3: FF0x::181.
bool is_primary_group6(const uint8_t* address) {
  constexpr uint16_t kGroup = 0x0181;
  return address[0] == 0xFF && (address[1] & 0xF0) == 0 &&
         std::all_of(address + 2, address + 14, [](uint8_t octet) { return octet == 0; }) &&
         wire::read16(address + 14) == kGroup;
}

// Ports behind which somebody has joined the group of a message; all ports for a group that
// listeners are not asked about.
uint32_t ports_with_listeners(const BridgePolicy& bridge, const FrameView& view) {
  const uint8_t* network = view.data + view.network_offset;
  if (view.transport == Transport::kUdp4) {
    return wire::read32(network + kDestination4) == kPrimaryGroup4 ? bridge.wants_udp4 : UINT32_MAX;
  }
  if (view.transport == Transport::kUdp6) {
    const uint8_t* address = network + kDestination6;
    const uint8_t scope = address[1] & 0x0F;
    if (scope > kLinkLocalScope && is_primary_group6(address)) return bridge.wants_udp6[scope];
  }
  return UINT32_MAX;
}

// Ports that the frame leaves without a tag. Where VLANs are filtered, every frame inside the
// switch has the tag of its VLAN (802.1Q).
uint32_t untagged_ports(const BridgePolicy& bridge, const FrameView& view) {
  if (!bridge.filters_vlans()) return view.vlan_tags == 0 ? UINT32_MAX : 0;
  return view.vlan_tags == 1 ? bridge.vlans[wire::customer_vlan_id(view.data)].untagged : 0;
}

}  // namespace

uint32_t ports_without_listeners(const BridgePolicy& bridge, const FrameView& view) {
  return untagged_ports(bridge, view) & ~ports_with_listeners(bridge, view);
}

}  // namespace ptpswitch::dataplane
