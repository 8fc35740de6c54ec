// What the forwarder wants done: the only way out of addon/dataplane. The engine implements it on
// sockets, the tests and the virtual network on queues.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "addon/dataplane/message_key.h"
#include "addon/wire/frame_edit.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// What a Sync and its Follow_Up said when they came in to be forwarded.
struct SyncObservation {
  uint16_t sdo_id;
  uint8_t domain_number;
  uint16_t sequence_id;
  const uint8_t* source_port_identity;  // 10 bytes
  int64_t ingress_timestamp_ns;         // of the common timebase
  int64_t precise_origin_timestamp_ns;
  wire::ScaledNs correction;  // of both messages, as received
};

struct OutgoingFrame {
  const uint8_t* data;
  uint16_t length;
  std::optional<uint32_t> number;  // its transmit time stamp is wanted, under that number
};

// What whoever runs the switch has to know of the network. It is counted each time, and told now
// and then.
enum class NoticeKind : uint8_t {
  // `port` is isolated for a while: messages that had come in by `other_port` came in by it too.
  kLoop = 0,
  // `port` is tried again.
  kIsolationOver = 1,
  // The host has merged several messages that came in by `port` into one packet.
  kMergedByOffload = 2,
  // A Delay_Resp came in by `port`, but its Delay_Req had not left by that: it left by
  // `other_port`.
  kAnswerByOtherPort = 3,
  // A Pdelay_Req was answered by `port` after it had been answered by `other_port`.
  kSecondAnswer = 4,
};

struct Notice {
  NoticeKind kind;
  uint32_t port;
  uint32_t other_port = 0;
};

// Messages that came in by `port` and that no rule takes.
struct UnservedMessages {
  uint32_t port;
  MessageKey key;
  bool announce;  // they are Announce; else they are of other types
  uint32_t messages;
};

class Effects {
 public:
  virtual ~Effects() = default;

  // Sends frames by `port`, in their order, until one fails. Returns how many were sent.
  virtual uint32_t send(uint32_t port, std::span<const OutgoingFrame> frames) = 0;

  // Hands a frame of a terminated domain up, with its receive time stamp (ns of the common
  // timebase). False: no room.
  virtual bool punt(uint32_t port, const wire::FrameView& view,
                    std::optional<int64_t> timestamp_ns) = 0;

  // Reports a Sync for syntonisation. A lost report does no harm, because a rate is measured over
  // many Syncs.
  virtual void observe_sync(uint32_t port, const SyncObservation& observation) = 0;

  virtual void notice(const Notice& notice) = 0;

  // Told anew while it goes on, so a lost report does no harm.
  virtual void unserved(const UnservedMessages& messages) = 0;

  // The transmit time stamp (ns of the common timebase) of a frame that a clock of this box
  // submitted; none when it is lost.
  virtual void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                        std::optional<int64_t> timestamp_ns) = 0;
};

}  // namespace ptpswitch::dataplane
