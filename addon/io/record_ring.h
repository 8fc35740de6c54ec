// Records on their way from the engine thread to JavaScript: bounded, copied once in and once out,
// with one wake-up for however many wait. The layout is read by src/native/records.ts.
//
// A record, little endian, padded to 8 bytes:
//   0 u32 size of the whole record   4 u8 kind   5 u8 port   6 u16 PTP offset
//   8 i64 time stamp ns             16 u32 context  20 u16 PTP length  22 u16 flags
//  24 u32 payload size              28 u32 reserved  32 payload
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

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
  kLoop = 9,  // `port` is isolated; context: the port that the same messages came in by first
};

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

class RecordRing {
 public:
  // 100 ms of 10,000 frames/s of 200 bytes, with headers.
  static constexpr size_t kCapacityBytes = 256 * 1024;
  // Of these, kept for what tells of a state (link, loop, clock, error), so that no flood of frames
  // hides that a link is gone.
  static constexpr size_t kReservedBytes = 16 * 1024;

  // `wake` is called, from the engine thread, when the first record after a drain arrives.
  explicit RecordRing(std::function<void()> wake) : wake_(std::move(wake)) {
    waiting_.reserve(kCapacityBytes);
  }

  // False when it is full.
  bool push(const Record& record);
  // What a forwarder has for the control plane, each as a record of its kind.
  bool push_frame(uint32_t port, const wire::FrameView& view, std::optional<int64_t> timestamp_ns);
  bool push_sync(uint32_t port, const dataplane::SyncObservation& observation);
  bool push_loop(uint32_t port, uint32_t first_port);
  bool push_transmit_timestamp(uint32_t port, uint32_t context,
                               std::optional<int64_t> timestamp_ns);
  // Takes everything that waits into `out` (emptied first).
  void drain(std::vector<uint8_t>& out);

 private:
  std::mutex mutex_;
  std::vector<uint8_t> waiting_;
  std::function<void()> wake_;
};

}  // namespace ptpswitch::io
