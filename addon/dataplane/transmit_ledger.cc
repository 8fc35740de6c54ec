#include "addon/dataplane/transmit_ledger.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"
#include "addon/wire/byte_order.h"
#include "addon/wire/message.h"

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
  const bool is_waiting = in_flight(ours) && at(ours).waiting;
  bool resynchronised = false;
  // Without a failed send the numbers cannot have run apart. Then the number alone decides, because
  // the frame that comes back may have been changed by its driver, which pads it or appends a
  // checksum.
  if (!signature || !uncertain_from_) {
    if (!is_waiting) return std::nullopt;
  } else if (!is_waiting || at(ours).signature != *signature) {
    uint32_t candidate = oldest_;
    while (candidate != next_ && !(at(candidate).waiting && at(candidate).signature == *signature)) {
      ++candidate;
    }
    if (candidate == next_) return std::nullopt;
    ours = candidate;
    ahead_ = number - candidate;
    resynchronised = true;
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
  constexpr uint32_t kAddresses = 12;
  constexpr uint32_t kIpv6Header = 40;
  constexpr uint32_t kUdpHeader = 8;
  constexpr uint32_t kThroughSequenceId = 32;  // 13.3: octets of the PTP header
  uint32_t offset = kAddresses;
  uint16_t ether_type = 0;
  while (offset + 2 <= length) {
    ether_type = wire::read16(frame + offset);
    offset += 2;
    if (ether_type != wire::kEtherTypeCustomerVlan && ether_type != wire::kEtherTypeServiceVlan) break;
    offset += 2;
  }
  if (ether_type == wire::kEtherTypeIpv4 && offset < length) {
    offset += (frame[offset] & 0xFu) * 4 + kUdpHeader;
  } else if (ether_type == wire::kEtherTypeIpv6) {
    offset += kIpv6Header + kUdpHeader;
  }
  return mix_bytes(0, frame, std::min(length, offset + kThroughSequenceId));
}

}  // namespace ptpswitch::dataplane
