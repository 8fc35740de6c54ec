// What the engine tells the control plane, as records of bytes. The layout is read by
// src/native/records.ts.
//
// A record, little endian, padded to 8 bytes:
//   0 u32 size of the whole record   4 u8 kind   5 u8 port   6 u16 PTP offset
//   8 i64 time stamp ns             16 u32 context  20 u16 PTP length  22 u16 flags
//  24 u32 payload size              28 u32 reserved  32 payload
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "addon/dataplane/effects.h"

namespace ptpswitch::io {

enum class RecordKind : uint8_t {
  kFrame = 1,
  kTransmitTimestamp = 2,
  kTransmitTimestampLost = 3,
  kLink = 4,       // flags: bit 0 present, bit 1 up
  kPortError = 5,  // payload: text
  // time stamp: of the Sync; payload: sourcePortIdentity 10, u16 sequenceId, u16 sdoId, u8
  // domainNumber, 1 unused, i64 preciseOriginTimestamp ns, i64 correction
  kSyncObserved = 6,
  kClockMoved = 7,
  // From a forwarder without an engine: payload is to be sent by `port`; flags bit 0: its transmit
  // time stamp is wanted under the number in `context`.
  kSend = 8,
  kNotice = 9,  // flags: dataplane::NoticeKind; context: the other port
  // flags: bit 0 Announce; context: how many; payload: u16 sdoId, u16 VLAN, u8 domainNumber, u8
  // wire::Transport
  kUnserved = 10,
};

// True of what tells that something is so from now on. Who misses it goes on believing otherwise,
// so it has room of its own (see RecordBatch).
bool tells_state(RecordKind kind);

struct Record {
  RecordKind kind;
  uint8_t port = 0;
  uint16_t ptp_offset = 0;
  int64_t timestamp_ns = 0;
  uint32_t context = 0;
  uint16_t ptp_length = 0;
  uint16_t flags = 0;
  const void* payload = nullptr;
  uint32_t payload_size = 0;
};

size_t encoded_size(const Record& record);
// `out` has room for encoded_size() bytes.
void encode(const Record& record, uint8_t* out);

Record frame_record(uint32_t port, const wire::FrameView& view,
                    std::optional<int64_t> timestamp_ns);
Record transmit_timestamp_record(uint32_t port, uint32_t context,
                                 std::optional<int64_t> timestamp_ns);
Record notice_record(const dataplane::Notice& notice);
// `text` outlives the record.
Record port_error_record(uint32_t port, std::string_view text);

// The payload of a kSyncObserved record, which points to it.
class SyncRecord {
 public:
  SyncRecord(uint32_t port, const dataplane::SyncObservation& observation);
  SyncRecord(const SyncRecord&) = delete;
  SyncRecord& operator=(const SyncRecord&) = delete;

  const Record& record() const { return record_; }

 private:
  uint8_t payload_[32] = {};
  Record record_;
};

// The same of a kUnserved record.
class UnservedRecord {
 public:
  explicit UnservedRecord(const dataplane::UnservedMessages& unserved);
  UnservedRecord(const UnservedRecord&) = delete;
  UnservedRecord& operator=(const UnservedRecord&) = delete;

  const Record& record() const { return record_; }

 private:
  uint8_t payload_[8] = {};
  Record record_;
};

}  // namespace ptpswitch::io
