#include "addon/dataplane/transmit_ledger.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "addon/dataplane/hash.h"
#include "addon/wire/byte_order.h"
#include "addon/wire/message.h"

namespace ptpswitch::dataplane {

TransmitLedger::TransmitLedger(uint32_t capacity, uint32_t first_number)
    : ring_(std::bit_ceil(capacity)),
      mask_(static_cast<uint32_t>(ring_.size() - 1)),
      oldest_(first_number),
      next_(first_number),
      counted_on_from_(first_number) {}

void TransmitLedger::enter(const TransmitTag& tag, uint64_t signature, int64_t now) {
  at(next_) = {.tag = tag,
               .signature = signature,
               .entered = now,
               .kernel_number = next_ + ahead_,
               .certain = !uncertain_from_,
               .waiting = true};
  ++next_;
  ++outstanding_;
}

void TransmitLedger::drop_taken() {
  while (oldest_ != next_ && !at(oldest_).waiting) ++oldest_;
}

std::optional<TransmitLedger::Match> TransmitLedger::match(uint32_t number,
                                                           std::optional<uint64_t> signature) {
  if (!signature) {
    sender_chooses_numbers_ = true;
    if (!is_waiting(number)) return std::nullopt;
    return take(number, false);
  }
  // Without a failed send the number cannot be wrong. After one it decides where it is certain; but
  // where the driver is known to leave frames alone, another frame shows that it is not: two frames
  // that are the same octet for octet may have been mistaken for each other.
  if (const auto ours = find_by_number(number)) {
    const uint64_t change = at(*ours).signature ^ *signature;
    const bool same = (change & kSignatureWithoutTags) == 0;
    if (same || !failed_ || !driver_keeps_frames_.value_or(false)) {
      driver_keeps_frames_ = same;
      if (same) driver_keeps_tags_ = change == 0;
      return take(*ours, false);
    }
  }
  if (!failed_) return std::nullopt;
  auto ours = find_by_signature(number - ahead_, *signature, UINT64_MAX);
  if (!ours && !driver_keeps_tags_.value_or(false)) {
    ours = find_by_signature(number - ahead_, *signature, kSignatureWithoutTags);
  }
  if (!ours) return std::nullopt;
  driver_keeps_frames_ = true;
  if (at(*ours).certain) doubt_all();
  const bool resynchronised = number - *ours != ahead_;
  if (uncertain_from_) {
    ahead_ = number - *ours;
    if (static_cast<int32_t>(*ours - *uncertain_from_) >= 0) count_on_from(*uncertain_from_);
  }
  return take(*ours, resynchronised);
}

TransmitLedger::Match TransmitLedger::take(uint32_t ours, bool resynchronised) {
  Entry& entry = at(ours);
  entry.waiting = false;
  --outstanding_;
  const Match taken{entry.tag, resynchronised};
  drop_taken();
  return taken;
}

void TransmitLedger::doubt_all() {
  uncertain_from_ = oldest_;
  for (uint32_t number = oldest_; number != next_; ++number) at(number).certain = false;
}

// From that number on, the kernel's are `ahead_` of ours.
void TransmitLedger::count_on_from(uint32_t first) {
  counted_on_from_ = first;
  uncertain_from_.reset();
  for (uint32_t number = in_flight(first) ? first : oldest_; number != next_; ++number) {
    at(number).kernel_number = number + ahead_;
    at(number).certain = true;
  }
}

std::optional<uint32_t> TransmitLedger::find_by_number(uint32_t kernel_number) {
  const auto matches = [&](uint32_t number) {
    return is_waiting(number) && at(number).certain && at(number).kernel_number == kernel_number;
  };
  if (matches(kernel_number - ahead_)) return kernel_number - ahead_;
  // What left before a send had failed has another number of the kernel's.
  const uint32_t others = uncertain_from_.value_or(counted_on_from_);
  for (uint32_t number = oldest_; number != next_ && static_cast<int32_t>(number - others) < 0;
       ++number) {
    if (matches(number)) return number;
  }
  return std::nullopt;
}

std::optional<uint32_t> TransmitLedger::find_by_signature(uint32_t first_guess, uint64_t signature,
                                                          uint64_t mask) {
  const auto matches = [&](uint32_t number) {
    return is_waiting(number) && ((at(number).signature ^ signature) & mask) == 0;
  };
  if (matches(first_guess)) return first_guess;
  for (uint32_t number = oldest_; number != next_; ++number) {
    if (matches(number)) return number;
  }
  return std::nullopt;
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
  oldest_ = next_ = outstanding_ = ahead_ = counted_on_from_ = 0;
  failed_ = sender_chooses_numbers_ = false;
  uncertain_from_.reset();
}

namespace {

// Behind the IPv6 header at `network` and its extension headers, or where the frame ends in them.
uint32_t end_of_ipv6_headers(const uint8_t* frame, uint32_t network, uint32_t length) {
  constexpr uint8_t kExtensionHeaders[] = {0, 43, 60};  // RFC 8200, 4
  uint32_t next = network + 40;
  if (next > length) return next;
  uint8_t kind = frame[network + 6];
  while (next + 2 <= length && std::find(std::begin(kExtensionHeaders), std::end(kExtensionHeaders),
                                         kind) != std::end(kExtensionHeaders)) {
    kind = frame[next];
    next += (frame[next + 1] + 1u) * 8;
  }
  return next;
}

}  // namespace

uint64_t frame_signature(const uint8_t* frame, uint32_t length) {
  constexpr uint32_t kAddresses = 12;
  constexpr uint32_t kUdpHeader = 8;
  constexpr uint32_t kThroughSequenceId = 32;  // 13.3: octets of the PTP header
  uint32_t network = kAddresses;
  uint16_t ether_type = 0;
  while (network + 2 <= length) {
    ether_type = wire::read16(frame + network);
    if (ether_type != wire::kEtherTypeCustomerVlan && ether_type != wire::kEtherTypeServiceVlan) {
      break;
    }
    network += 4;
  }
  network = std::min(network, length);
  uint32_t message = network + 2;
  if (ether_type == wire::kEtherTypeIpv4 && message < length) {
    message += (frame[message] & 0xFu) * 4 + kUdpHeader;
  } else if (ether_type == wire::kEtherTypeIpv6) {
    message = end_of_ipv6_headers(frame, message, length) + kUdpHeader;
  }
  const uint32_t end = std::min(length, message + kThroughSequenceId);
  const uint64_t tags = mix_bytes(0, frame + kAddresses, network - std::min(network, kAddresses));
  const uint64_t without_tags =
      mix_bytes(mix_bytes(0, frame, std::min(network, kAddresses)), frame + network, end - network);
  return tags << 32 | (without_tags & kSignatureWithoutTags);
}

}  // namespace ptpswitch::dataplane
