// Which ports are spared a multicast message, for nobody behind them wants its group (IGMP and MLD
// snooping, RFC 4541).
#pragma once

#include <cstdint>

#include "addon/dataplane/policy.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// The bridge asks who listens without a tag: ports that the frame leaves with one are not spared.
// Nor is any port a message over Ethernet, or to a group that stays on its link.
uint32_t ports_without_listeners(const BridgePolicy& bridge, const wire::FrameView& view);

}  // namespace ptpswitch::dataplane
