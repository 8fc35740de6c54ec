// What the rules of the policy tell messages apart by.
#pragma once

#include <cstdint>

#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

struct MessageKey {
  uint16_t sdo_id = 0;
  uint8_t domain_number = 0;
  wire::Transport transport = wire::Transport::kL2;
  uint16_t vlan_id = 0;  // of the outermost tag; 0: without one

  static MessageKey of(const wire::FrameView& view) {
    return {view.sdo_id(), view.domain_number(), view.transport, view.vlan_id[0]};
  }
};

}  // namespace ptpswitch::dataplane
