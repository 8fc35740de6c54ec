// Sends messages by the ports. It decides whether a message may leave now, must wait for a time
// stamp register, or cannot leave; what becomes of the messages that depended on it is for its
// caller to decide (see Corrections), who is never called from here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/transmit_port.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class Transmission {
 public:
  // `ports`: how many. `state` and `effects` outlive it.
  Transmission(uint32_t ports, const Limits& limits, ForwardingState& state, Effects& effects);

  void set_outstanding_limit(uint32_t port, uint32_t limit) {
    ports_[port].set_outstanding_limit(limit);
  }

  enum class Sent : uint8_t {
    kYes,               // it has left, or will in a moment, or waits for a register
    kNo,                // it was dropped, and counted
    kWithoutTimestamp,  // it leaves, but its transmit time stamp will never be known
  };
  // Sends an event message. A clock of this box is told by its effect when it will get no time
  // stamp.
  Sent send_event(uint32_t egress, wire::MessageType type, const uint8_t* frame, uint16_t length,
                  const TransmitTag& tag, int64_t now);
  // Sends a general message with `correction` added to its correctionField. False: it was dropped,
  // and counted.
  bool send_corrected(uint32_t egress, const wire::FrameView& view, wire::ScaledNs correction,
                      int64_t now);
  // The same without looking into it; `sent` is counted once it has left.
  bool send_unchanged(uint32_t egress, const wire::FrameView& view, Counter sent, int64_t now);
  // Sends a general message of a clock of this box, or an event message whose time stamp nobody
  // wants.
  void send_own(uint32_t egress, const wire::FrameView& view, int64_t now);

  // Hands every batch to the kernel.
  void flush(int64_t now);
  bool flushed() const { return unsent_batches_ == 0; }

  // An event message that an exchange knows as sent, but that has failed to leave. They are kept
  // until they are taken, the newest first: none depends on another.
  struct UnsentEvent {
    uint32_t egress;
    TransmitTag tag;
  };
  std::optional<UnsentEvent> take_unsent();

  // Takes the next event message whose register has become free. It is valid until the next call.
  struct ReadyEvent {
    uint32_t egress;
    const QueuedEvent& event;
  };
  std::optional<ReadyEvent> take_ready(int64_t now);
  // Sends it, as send_event does.
  Sent send_ready(const ReadyEvent& ready, int64_t now);

  bool awaits_timestamps(uint32_t egress) const { return ports_[egress].awaits_timestamps(); }
  bool has_overdue_timestamp(uint32_t egress, int64_t now) {
    return ports_[egress].has_overdue_timestamp(now);
  }
  // What a transmit time stamp is for, which then waits no more; none, and counted, when nobody
  // waits for it.
  std::optional<TransmitTag> match(uint32_t egress, uint32_t number,
                                   std::optional<uint64_t> signature);
  // Takes a time stamp that will not come any more: because it is overdue, or because its socket is
  // gone.
  std::optional<TransmitTag> take_overdue(uint32_t egress, int64_t now);
  std::optional<TransmitTag> take_outstanding(uint32_t egress);
  void restart_socket(uint32_t egress);
  void look_at_queue(uint32_t egress) { changed_queues_ |= bit(egress); }

  std::optional<int64_t> next_deadline();

 private:
  Sent send_now(uint32_t egress, wire::MessageType type, const uint8_t* frame, uint16_t length,
                const TransmitTag& tag, int64_t now);
  std::optional<Counter> reason_not_to_send(uint32_t egress, wire::MessageType type,
                                            const TransmitTag& tag) const;
  Sent not_sent(uint32_t egress, const TransmitTag& tag, Counter reason);
  void add_to_batch(uint32_t egress, const TransmitBatch::Message& message, const uint8_t* frame,
                    uint16_t length, int64_t now);
  void flush_port(uint32_t egress, int64_t now);

  ForwardingState& state_;
  Effects& effects_;
  std::vector<TransmitPort> ports_;
  QueuedEvent ready_;
  std::vector<UnsentEvent> unsent_;
  std::vector<TransmitTag> unsent_of_port_;
  uint32_t unsent_batches_ = 0;  // ports whose batch is not empty
  uint32_t changed_queues_ = 0;  // ports whose queue may have a message that can leave now
};

}  // namespace ptpswitch::dataplane
