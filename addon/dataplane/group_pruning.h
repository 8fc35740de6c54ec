// Finds the ports that a multicast message need not be sent to, because nobody behind them has
// joined its group (IGMP and MLD snooping, RFC 4541).
#pragma once

#include <cstdint>

#include "addon/dataplane/policy.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// Ports that the message of `view` need not be sent to. The bridge's queries leave without a VLAN
// tag, so listeners behind a tag are unknown: a port that the frame leaves with a tag is never
// among them. There are none for a message over Ethernet, or to a group that stays on its link.
uint32_t ports_without_listeners(const BridgePolicy& bridge, const wire::FrameView& view);

}  // namespace ptpswitch::dataplane
