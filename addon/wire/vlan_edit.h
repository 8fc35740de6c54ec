// Puts a VLAN tag into a frame and takes it out again, as a bridge does between its ports (802.1Q).
#pragma once

#include <cstdint>

#include "addon/wire/frame_view.h"

namespace ptpswitch::wire {

inline constexpr uint16_t kVlanTagLength = 4;

// Whether the outermost tag is a customer VLAN's, the kind that a bridge's VLANs are told by.
bool has_customer_tag(const uint8_t* frame, uint16_t length);
// Of the outermost tag; 0 is a priority tag.
uint16_t customer_vlan_id(const uint8_t* frame);

// Copies the frame of `view` to `out`, which has room for a tag more, with a customer tag of
// `vlan_id` as the outermost; `view` then is of the copy. It has two tags at most before.
void insert_customer_tag(FrameView& view, uint16_t vlan_id, uint8_t* out);

// Gives a priority-tagged frame its VLAN.
void set_customer_vlan_id(FrameView& view, uint16_t vlan_id);

// Copies a frame without its outermost tag to `out`; the result is its length.
uint16_t copy_without_tag(const uint8_t* frame, uint16_t length, uint8_t* out);

}  // namespace ptpswitch::wire
