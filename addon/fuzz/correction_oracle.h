// What the forwarder may do to messages, told by who knows the true times: it remembers when each
// message came in and left, and holds every correction that leaves against them. A correction that
// is missing is never a fault, one that is wrong always is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/forwarding_state.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::fuzz {

inline constexpr uint32_t kPorts = 3;
inline constexpr uint32_t kMaxMessages = 256;  // that come in or are submitted in one script
inline constexpr wire::ScaledNs kLinkDelay = 777 * 65'536 + 5;

using MessageIndex = uint32_t;
inline constexpr MessageIndex kNoMessage = UINT32_MAX;
// Where messages of a clock of this box come from.
inline constexpr uint32_t kOwnClock = kPorts;

struct Message {
  wire::MessageType type;
  uint32_t ingress;
  wire::ScaledNs correction;  // as it came in
  uint64_t sender;            // domain, sequenceId and sourcePortIdentity
  uint64_t requester;         // the same of the request that it answers
  uint64_t responder;         // of a Pdelay_Resp or its follow-up: both
  bool one_step;
  bool peer_to_peer;
  bool trusted;         // false: it was here twice, and nobody can tell which one it was
  int64_t received_at;  // true time; its time stamp may be missing
  std::optional<int64_t> sent_at[kPorts];  // true time, of transmit time stamps that were delivered
};

class CorrectionOracle {
 public:
  CorrectionOracle(const dataplane::PortSettings (&settings)[kPorts]);

  // Remembers a message and writes its index into a field that the forwarder leaves alone;
  // kNoMessage when there are enough of them.
  MessageIndex add(const wire::FrameView& view, uint32_t ingress, bool peer_to_peer,
                   int64_t received_at);
  // The message that a frame is; kNoMessage for one that the forwarder has written.
  static MessageIndex index_of(const wire::FrameView& view);
  Message& at(MessageIndex index) { return messages_[index]; }

  // Fails when a frame must not leave by that port, or not so.
  void check_sent(uint32_t egress, const wire::FrameView& view);

 private:
  void check_correction(uint32_t egress, const wire::FrameView& view, const Message* general);
  void describe(uint32_t egress, const wire::FrameView& view, const Message* general) const;
  bool explains(const Message& event, uint32_t egress, const wire::FrameView& view,
                const Message* general);
  bool explains_sync(const Message& sync, uint32_t egress, wire::ScaledNs before,
                     wire::ScaledNs after) const;
  bool explains_delay_req(const Message& request, uint32_t answered_by, wire::ScaledNs before,
                          wire::ScaledNs after) const;
  bool explains_pdelay_resp(const Message& response, uint32_t egress, wire::ScaledNs before,
                            wire::ScaledNs after);
  wire::ScaledNs residence(const Message& event, uint32_t egress) const;

  dataplane::PortSettings settings_[kPorts];
  std::vector<Message> messages_;
};

}  // namespace ptpswitch::fuzz
