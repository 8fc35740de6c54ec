// Tells the control plane of Syncs that pass, for syntonisation: when one came in, and what it and
// its Follow_Up said.
#pragma once

#include <cstdint>

#include "addon/dataplane/effects.h"
#include "addon/dataplane/exchange_table.h"
#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/sync_sampling.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class SyncObserver {
 public:
  // Both outlive it.
  SyncObserver(const ForwardingState& state, Effects& effects) : state_(state), effects_(effects) {}

  // A Follow_Up has come in, or was written here, for a Sync that came in before.
  void observe(uint32_t ingress, const wire::FrameView& follow_up, const Exchange& sync,
               int64_t now);

 private:
  const ForwardingState& state_;
  Effects& effects_;
  SyncSampling sampling_;
};

}  // namespace ptpswitch::dataplane
