#include "addon/dataplane/sync_observer.h"

#include "addon/wire/frame_edit.h"

namespace ptpswitch::dataplane {

void SyncObserver::observe(uint32_t ingress, const wire::FrameView& follow_up, const Exchange& sync,
                           int64_t now) {
  if (!sync.event_seen || !sync.timestamped) return;
  const uint8_t* origin = follow_up.message() + wire::kBodyOffset;
  const uint64_t seconds =
      static_cast<uint64_t>(wire::read16(origin)) << 32 | wire::read32(origin + 2);
  // An int64 of nanoseconds does not reach further, and no real clock does.
  constexpr uint64_t kMaxSeconds = INT64_MAX / 1'000'000'000 - 5;
  if (seconds > kMaxSeconds) return;
  const auto ingress_ns = state_.common_ns(ingress, sync.ingress_timestamp_ns);
  if (!ingress_ns || sync.clock_epoch != state_.ports[ingress].relation.epoch) return;
  if (!sampling_.due(follow_up.sdo_id(), follow_up.domain_number(), ingress, now)) return;
  SyncObservation observation{};
  observation.sdo_id = follow_up.sdo_id();
  observation.domain_number = follow_up.domain_number();
  observation.sequence_id = follow_up.sequence_id();
  observation.source_port_identity = follow_up.source_port_identity();
  observation.ingress_timestamp_ns = *ingress_ns;
  observation.precise_origin_timestamp_ns =
      static_cast<int64_t>(seconds) * 1'000'000'000 + wire::read32(origin + 6);
  observation.correction =
      wire::add_correction(sync.correction_field, follow_up.correction_field());
  effects_.observe_sync(ingress, observation);
}

}  // namespace ptpswitch::dataplane
