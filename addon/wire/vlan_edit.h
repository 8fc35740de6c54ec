// Puts a VLAN tag into a frame and takes it out again, as a bridge does between its ports (802.1Q).
#pragma once

#include <cstdint>

#include "addon/wire/frame_view.h"

namespace ptpswitch::wire {

inline constexpr uint16_t kVlanTagLength = 4;

// True when the outermost tag is a customer tag, the kind by which a bridge tells VLANs apart.
bool has_customer_tag(const uint8_t* frame, uint16_t length);
// The VLAN identifier of the outermost tag; 0 in a priority tag.
uint16_t customer_vlan_id(const uint8_t* frame);

// Copies the frame of `view` to `out`, which has room for a tag more, with a customer tag of
// `vlan_id` as the outermost; `view` becomes that of the copy. The frame must have at most one tag
// before.
void insert_customer_tag(FrameView& view, uint16_t vlan_id, uint8_t* out);

// Gives a priority-tagged frame its VLAN.
void set_customer_vlan_id(FrameView& view, uint16_t vlan_id);

// Copies a frame without its outermost tag to `out`; the result is its length.
uint16_t copy_without_tag(const uint8_t* frame, uint16_t length, uint8_t* out);

}  // namespace ptpswitch::wire
