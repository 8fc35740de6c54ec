// What leaves by one port. Event messages wait in a queue for a free time stamp register of the
// NIC; all messages wait in a batch for the end of the burst; the ledger keeps what each
// outstanding transmit time stamp is for. A free register and room in the ledger depend on all
// three, which is why they are one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/counters.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/event_queue.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/transmit_batch.h"
#include "addon/dataplane/transmit_ledger.h"

namespace ptpswitch::dataplane {

class TransmitPort {
 public:
  explicit TransmitPort(const Limits& limits);

  // Transmit time stamps that the hardware can hold; 0: no limit but the ledger's.
  void set_outstanding_limit(uint32_t limit) { outstanding_limit_ = configured_limit_ = limit; }

  // True when the hardware could not keep another transmit time stamp beside those that are
  // outstanding and those that the batch will ask for.
  bool no_free_register(int64_t now);
  // True while a message can be entered in the ledger when it leaves.
  bool ledger_has_room() const { return ledger_.room() > batch_.timestamps_wanted(); }

  // The queue of event messages that wait for a register.
  EventQueue& queue() { return queue_; }

  bool batch_full() const { return batch_.full(); }
  // Must not be full.
  void add_to_batch(const TransmitBatch::Message& message, const uint8_t* frame, uint16_t length) {
    batch_.push(message, frame, length);
  }
  // Hands the batch to the kernel. What left is counted; each event message that did not is added
  // to `unsent`.
  void flush(uint32_t port, Effects& effects, PortCounters counters, uint32_t clock_epoch,
             std::vector<TransmitTag>& unsent, int64_t now);

  // Whether time stamps are still to come, and whether one of them is overdue.
  bool awaits_timestamps() const { return ledger_.outstanding() != 0; }
  bool has_overdue_timestamp(int64_t now);
  // See TransmitLedger::match.
  std::optional<TransmitLedger::Match> match(uint32_t number, std::optional<uint64_t> signature);
  // Gives up the oldest time stamp that is overdue, and says what it was for. `link`: whether the
  // port has link.
  std::optional<TransmitTag> take_overdue(bool link, int64_t now);
  // Takes everything outstanding, one by one, because the socket that asked for it is gone.
  std::optional<TransmitTag> take_outstanding() { return ledger_.take_older_than(INT64_MAX); }
  // The socket is new. Everything outstanding must have been taken.
  void restart() { ledger_.restart(); }

  // When a time stamp is overdue, or a queued message may leave without waiting for one.
  std::optional<int64_t> next_deadline();

 private:
  const Limits limits_;
  uint32_t configured_limit_ = 0;
  uint32_t outstanding_limit_ = 0;    // what is believed of it now, see take_overdue
  uint32_t timestamps_in_a_row_ = 0;  // that have come, since the limit was changed
  std::optional<int64_t> lowered_at_;
  EventQueue queue_;
  TransmitBatch batch_;
  TransmitLedger ledger_;
};

}  // namespace ptpswitch::dataplane
