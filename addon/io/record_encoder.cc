#include "addon/io/record_encoder.h"

#include <cstring>

namespace ptpswitch::io {
namespace {

constexpr size_t kHeaderSize = 32;

}  // namespace

bool tells_state(RecordKind kind) {
  return kind == RecordKind::kLink || kind == RecordKind::kPortError ||
         kind == RecordKind::kClockMoved || kind == RecordKind::kNotice;
}

size_t encoded_size(const Record& record) {
  return (kHeaderSize + record.payload_size + 7) & ~size_t{7};
}

void encode(const Record& record, uint8_t* out) {
  const auto size = static_cast<uint32_t>(encoded_size(record));
  std::memset(out, 0, kHeaderSize);
  std::memcpy(out, &size, 4);
  out[4] = static_cast<uint8_t>(record.kind);
  out[5] = record.port;
  std::memcpy(out + 6, &record.ptp_offset, 2);
  std::memcpy(out + 8, &record.timestamp_ns, 8);
  std::memcpy(out + 16, &record.context, 4);
  std::memcpy(out + 20, &record.ptp_length, 2);
  std::memcpy(out + 22, &record.flags, 2);
  std::memcpy(out + 24, &record.payload_size, 4);
  if (record.payload_size != 0) {
    std::memcpy(out + kHeaderSize, record.payload, record.payload_size);
  }
}

Record frame_record(uint32_t port, const wire::FrameView& view,
                    std::optional<int64_t> timestamp_ns) {
  return {.kind = RecordKind::kFrame,
          .port = static_cast<uint8_t>(port),
          .ptp_offset = view.ptp_offset,
          .timestamp_ns = timestamp_ns.value_or(0),
          .ptp_length = view.message_length,
          .payload = view.data,
          .payload_size = view.length};
}

Record transmit_timestamp_record(uint32_t port, uint32_t context,
                                 std::optional<int64_t> timestamp_ns) {
  return {
      .kind = timestamp_ns ? RecordKind::kTransmitTimestamp : RecordKind::kTransmitTimestampLost,
      .port = static_cast<uint8_t>(port),
      .timestamp_ns = timestamp_ns.value_or(0),
      .context = context};
}

Record notice_record(const dataplane::Notice& notice) {
  return {.kind = RecordKind::kNotice,
          .port = static_cast<uint8_t>(notice.port),
          .context = notice.other_port,
          .flags = static_cast<uint16_t>(notice.kind)};
}

Record port_error_record(uint32_t port, std::string_view text) {
  return {.kind = RecordKind::kPortError,
          .port = static_cast<uint8_t>(port),
          .payload = text.data(),
          .payload_size = static_cast<uint32_t>(text.size())};
}

SyncRecord::SyncRecord(uint32_t port, const dataplane::SyncObservation& observation)
    : record_{.kind = RecordKind::kSyncObserved,
              .port = static_cast<uint8_t>(port),
              .timestamp_ns = observation.ingress_timestamp_ns,
              .payload = payload_,
              .payload_size = sizeof payload_} {
  std::memcpy(payload_, observation.source_port_identity, 10);
  std::memcpy(payload_ + 10, &observation.sequence_id, 2);
  std::memcpy(payload_ + 12, &observation.sdo_id, 2);
  payload_[14] = observation.domain_number;
  std::memcpy(payload_ + 16, &observation.precise_origin_timestamp_ns, 8);
  std::memcpy(payload_ + 24, &observation.correction, 8);
}

UnservedRecord::UnservedRecord(const dataplane::UnservedMessages& unserved)
    : record_{.kind = RecordKind::kUnserved,
              .port = static_cast<uint8_t>(unserved.port),
              .context = unserved.messages,
              .flags = static_cast<uint16_t>(unserved.announce ? 1 : 0),
              .payload = payload_,
              .payload_size = sizeof payload_} {
  std::memcpy(payload_, &unserved.key.sdo_id, 2);
  std::memcpy(payload_ + 2, &unserved.key.vlan_id, 2);
  payload_[4] = unserved.key.domain_number;
  payload_[5] = static_cast<uint8_t>(unserved.key.transport);
}

}  // namespace ptpswitch::io
