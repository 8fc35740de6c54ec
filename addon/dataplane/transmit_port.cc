#include "addon/dataplane/transmit_port.h"

#include <algorithm>

namespace ptpswitch::dataplane {
namespace {

// After so many time stamps in a row the hardware is trusted with one more at a time.
constexpr uint32_t kTimestampsToRaiseLimit = 8;

}  // namespace

TransmitPort::TransmitPort(const Limits& limits)
    : limits_(limits), queue_(limits.queued_events), ledger_(limits.in_flight) {}

bool TransmitPort::no_free_register(int64_t now) {
  if (outstanding_limit_ == 0) return false;
  const uint32_t in_batch = batch_.timestamps_wanted();
  return in_batch >= outstanding_limit_ ||
         ledger_.outstanding_after(now - limits_.register_timeout, outstanding_limit_ - in_batch);
}

void TransmitPort::flush(uint32_t port, Effects& effects, PortCounters counters,
                         uint32_t clock_epoch, std::vector<TransmitTag>& unsent, int64_t now) {
  while (!batch_.empty()) {
    const auto frames = batch_.numbered_from(ledger_.next_number());
    const uint32_t sent = effects.send(port, frames);
    const bool failed = sent < frames.size();
    for (uint32_t i = 0; i < sent; ++i) {
      const auto [message, frame] = batch_.pop();
      counters.add(message.counter);
      if (!message.tag) continue;
      TransmitTag tag = *message.tag;
      tag.clock_epoch = clock_epoch;
      const uint64_t signature =
          ledger_.wants_signatures() ? frame_signature(frame.data, frame.length) : 0;
      ledger_.enter(tag, signature, now);
    }
    if (!failed) continue;
    counters.add(Counter::kDropSendFailed);
    if (const auto tag = batch_.pop().message.tag) {
      ledger_.send_failed();
      unsent.push_back(*tag);
    }
  }
}

std::optional<TransmitLedger::Match> TransmitPort::match(uint32_t number,
                                                         std::optional<uint64_t> signature) {
  const auto match = ledger_.match(number, signature);
  if (match && outstanding_limit_ < configured_limit_ &&
      ++timestamps_in_a_row_ >= kTimestampsToRaiseLimit) {
    ++outstanding_limit_;
    timestamps_in_a_row_ = 0;
  }
  return match;
}

bool TransmitPort::has_overdue_timestamp(int64_t now) {
  const auto entered = ledger_.oldest_entered();
  return entered && *entered < now - limits_.transmit_timestamp_timeout;
}

std::optional<TransmitTag> TransmitPort::take_overdue(bool link, int64_t now) {
  const auto tag = ledger_.take_older_than(now - limits_.transmit_timestamp_timeout);
  if (!tag) return tag;
  timestamps_in_a_row_ = 0;
  // The hardware may hold fewer than was thought: it is asked for half as many, once for all that
  // was lost together, and for one more after every few that come. Without link nothing was sent.
  const bool again = !lowered_at_ || now - *lowered_at_ >= limits_.transmit_timestamp_timeout;
  if (link && again && outstanding_limit_ > 1) {
    outstanding_limit_ /= 2;
    lowered_at_ = now;
  }
  return tag;
}

std::optional<int64_t> TransmitPort::next_deadline() {
  const auto entered = ledger_.oldest_entered();
  if (!entered) return std::nullopt;
  // take_older_than is strict: one more nanosecond.
  const int64_t overdue = *entered + limits_.transmit_timestamp_timeout + 1;
  if (queue_.empty()) return overdue;
  const auto full_since = ledger_.outstanding_after(INT64_MIN, outstanding_limit_);
  return full_since ? std::min(overdue, *full_since + limits_.register_timeout) : overdue;
}

}  // namespace ptpswitch::dataplane
