#include "addon/wire/vlan_edit.h"

#include <cstring>

#include "addon/wire/byte_order.h"

namespace ptpswitch::wire {
namespace {

constexpr uint16_t kTagOffset = 12;  // after both MAC addresses
constexpr uint16_t kVlanIdMask = 0x0FFF;

}  // namespace

bool has_customer_tag(const uint8_t* frame, uint16_t length) {
  return length >= kTagOffset + kVlanTagLength &&
         read16(frame + kTagOffset) == kEtherTypeCustomerVlan;
}

uint16_t customer_vlan_id(const uint8_t* frame) {
  return read16(frame + kTagOffset + 2) & kVlanIdMask;
}

void insert_customer_tag(FrameView& view, uint16_t vlan_id, uint8_t* out) {
  std::memcpy(out, view.data, kTagOffset);
  write16(out + kTagOffset, kEtherTypeCustomerVlan);
  write16(out + kTagOffset + 2, vlan_id);
  std::memcpy(out + kTagOffset + kVlanTagLength, view.data + kTagOffset, view.length - kTagOffset);
  view.data = out;
  view.length += kVlanTagLength;
  view.vlan_id[1] = view.vlan_id[0];
  view.vlan_id[0] = vlan_id;
  ++view.vlan_tags;
  view.network_offset += kVlanTagLength;
  view.ptp_offset += kVlanTagLength;
  if (view.transport != Transport::kL2) view.udp_offset += kVlanTagLength;
}

void set_customer_vlan_id(FrameView& view, uint16_t vlan_id) {
  uint8_t* tci = view.data + kTagOffset + 2;
  write16(tci, static_cast<uint16_t>((read16(tci) & ~kVlanIdMask) | vlan_id));
  view.vlan_id[0] = vlan_id;
}

uint16_t copy_without_tag(const uint8_t* frame, uint16_t length, uint8_t* out) {
  std::memcpy(out, frame, kTagOffset);
  std::memcpy(out + kTagOffset, frame + kTagOffset + kVlanTagLength,
              length - kTagOffset - kVlanTagLength);
  return static_cast<uint16_t>(length - kVlanTagLength);
}

}  // namespace ptpswitch::wire
