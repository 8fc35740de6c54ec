#include "addon/dataplane/transmit_ledger.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {

TransmitLedger::TransmitLedger(uint32_t capacity, uint32_t first_number)
    : ring_(std::bit_ceil(capacity)),
      mask_(static_cast<uint32_t>(ring_.size() - 1)),
      oldest_(first_number),
      next_(first_number) {}

void TransmitLedger::enter(const TransmitTag& tag, uint64_t signature, int64_t now) {
  at(next_++) = {tag, signature, now, true};
  ++outstanding_;
}

void TransmitLedger::drop_taken() {
  while (oldest_ != next_ && !at(oldest_).waiting) ++oldest_;
}

std::optional<TransmitLedger::Match> TransmitLedger::match(uint32_t number,
                                                           std::optional<uint64_t> signature) {
  uint32_t ours = number - ahead_;
  bool resynchronised = false;
  if (signature) {
    const bool fits = in_flight(ours) && at(ours).waiting && at(ours).signature == *signature;
    if (!fits) {
      // Without a failed send the numbers cannot have run apart: this is the time stamp of a frame
      // given up before.
      if (!uncertain_from_) return std::nullopt;
      uint32_t candidate = oldest_;
      while (candidate != next_ &&
             !(at(candidate).waiting && at(candidate).signature == *signature)) {
        ++candidate;
      }
      if (candidate == next_) return std::nullopt;
      ours = candidate;
      ahead_ = number - candidate;
      resynchronised = true;
    }
  } else if (!in_flight(ours) || !at(ours).waiting) {
    return std::nullopt;
  }
  if (uncertain_from_ && static_cast<int32_t>(ours - *uncertain_from_) >= 0)
    uncertain_from_.reset();
  Entry& entry = at(ours);
  entry.waiting = false;
  --outstanding_;
  const Match found{entry.tag, resynchronised};
  drop_taken();
  return found;
}

std::optional<TransmitTag> TransmitLedger::take_older_than(int64_t before) {
  drop_taken();
  if (oldest_ == next_ || at(oldest_).entered >= before) return std::nullopt;
  Entry& entry = at(oldest_);
  entry.waiting = false;
  --outstanding_;
  const TransmitTag tag = entry.tag;
  drop_taken();
  return tag;
}

std::optional<int64_t> TransmitLedger::outstanding_after(int64_t instant, uint32_t rank) {
  if (outstanding_ < rank) return std::nullopt;
  for (uint32_t number = next_; number != oldest_ && at(number - 1).entered > instant; --number) {
    if (at(number - 1).waiting && --rank == 0) return at(number - 1).entered;
  }
  return std::nullopt;
}

std::optional<int64_t> TransmitLedger::oldest_entered() {
  drop_taken();
  if (oldest_ == next_) return std::nullopt;
  return at(oldest_).entered;
}

void TransmitLedger::restart() {
  oldest_ = next_ = outstanding_ = ahead_ = 0;
  uncertain_from_.reset();
}

uint64_t frame_signature(const uint8_t* frame, uint32_t length) {
  // Two VLAN tags, an IPv6 header and a PTP header with the portIdentity in its body end before
  // this.
  constexpr uint32_t kSignatureLength = 128;
  return mix_bytes(0, frame, std::min(length, kSignatureLength));
}

}  // namespace ptpswitch::dataplane
