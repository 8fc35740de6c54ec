#include "addon/io/record_ring.h"

#include <cstring>

namespace ptpswitch::io {
namespace {

bool tells_state(RecordKind kind) {
  return kind == RecordKind::kLink || kind == RecordKind::kPortError ||
         kind == RecordKind::kClockMoved || kind == RecordKind::kLoop;
}

}  // namespace

bool RecordRing::push(const Record& record) {
  constexpr size_t kHeaderSize = 32;
  const size_t size = (kHeaderSize + record.payload_size + 7) & ~size_t{7};
  bool first;
  {
    const std::lock_guard lock(mutex_);
    const size_t room = kCapacityBytes - (tells_state(record.kind) ? 0 : kReservedBytes);
    if (waiting_.size() + size > room) return false;
    first = waiting_.empty();
    const size_t start = waiting_.size();
    waiting_.resize(start + size);
    uint8_t* at = waiting_.data() + start;
    const auto size32 = static_cast<uint32_t>(size);
    std::memcpy(at, &size32, 4);
    at[4] = static_cast<uint8_t>(record.kind);
    at[5] = record.port;
    std::memcpy(at + 6, &record.ptp_offset, 2);
    std::memcpy(at + 8, &record.timestamp_ns, 8);
    std::memcpy(at + 16, &record.context, 4);
    std::memcpy(at + 20, &record.ptp_length, 2);
    std::memcpy(at + 22, &record.flags, 2);
    std::memcpy(at + 24, &record.payload_size, 4);
    if (record.payload_size != 0) {
      std::memcpy(at + kHeaderSize, record.payload, record.payload_size);
    }
  }
  if (first) wake_();
  return true;
}

bool RecordRing::push_frame(uint32_t port, const wire::FrameView& view,
                            std::optional<int64_t> timestamp_ns) {
  return push({.kind = RecordKind::kFrame,
               .port = static_cast<uint8_t>(port),
               .ptp_offset = view.ptp_offset,
               .timestamp_ns = timestamp_ns.value_or(0),
               .ptp_length = view.message_length,
               .payload = view.data,
               .payload_size = view.length});
}

bool RecordRing::push_transmit_timestamp(uint32_t port, uint32_t context,
                                         std::optional<int64_t> timestamp_ns) {
  return push(
      {.kind = timestamp_ns ? RecordKind::kTransmitTimestamp : RecordKind::kTransmitTimestampLost,
       .port = static_cast<uint8_t>(port),
       .timestamp_ns = timestamp_ns.value_or(0),
       .context = context});
}

bool RecordRing::push_loop(uint32_t port, uint32_t first_port) {
  return push(
      {.kind = RecordKind::kLoop, .port = static_cast<uint8_t>(port), .context = first_port});
}

bool RecordRing::push_sync(uint32_t port, const dataplane::SyncObservation& observation) {
  uint8_t payload[32] = {};
  std::memcpy(payload, observation.source_port_identity, 10);
  std::memcpy(payload + 10, &observation.sequence_id, 2);
  std::memcpy(payload + 12, &observation.sdo_id, 2);
  payload[14] = observation.domain_number;
  std::memcpy(payload + 16, &observation.precise_origin_timestamp_ns, 8);
  std::memcpy(payload + 24, &observation.correction, 8);
  return push({.kind = RecordKind::kSyncObserved,
               .port = static_cast<uint8_t>(port),
               .timestamp_ns = observation.ingress_timestamp_ns,
               .payload = payload,
               .payload_size = sizeof payload});
}

void RecordRing::drain(std::vector<uint8_t>& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  out.assign(waiting_.begin(), waiting_.end());
  waiting_.clear();  // keeps its memory
}

}  // namespace ptpswitch::io
