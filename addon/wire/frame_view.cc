#include "addon/wire/frame_view.h"

#include "addon/wire/checksum.h"

namespace ptpswitch::wire {
namespace {

constexpr uint16_t kEthernetHeaderLength = 14;
constexpr uint16_t kVlanTagLength = 4;
constexpr uint16_t kUdpHeaderLength = 8;
constexpr uint16_t kIpv4MinimumHeaderLength = 20;
constexpr uint16_t kIpv6HeaderLength = 40;
constexpr uint8_t kProtocolUdp = 17;
constexpr uint16_t kUdpChecksumOffset = 6;

// IPv6 extension headers that may precede UDP (RFC 8200, 4).
constexpr uint8_t kHopByHopOptions = 0;
constexpr uint8_t kRoutingHeader = 43;
constexpr uint8_t kFragmentHeader = 44;
constexpr uint8_t kDestinationOptions = 60;
// RFC 8200, 4.1 recommends at most four before the upper layer; a longer chain is hostile.
constexpr int kMaxIpv6ExtensionHeaders = 4;

constexpr ParseResult not_ptp() { return {ParseVerdict::kNotPtp, MalformedReason::kNone}; }
constexpr ParseResult malformed(MalformedReason reason) {
  return {ParseVerdict::kMalformed, reason};
}

bool is_vlan(uint16_t ether_type) {
  return ether_type == kEtherTypeCustomerVlan || ether_type == kEtherTypeServiceVlan;
}

bool is_ptp_port(uint16_t port) { return port == kEventPort || port == kGeneralPort; }

// Sum over the pseudo header of RFC 768 / RFC 8200, 8.1: addresses, protocol, UDP length.
uint32_t pseudo_header_sum(const FrameView& view) {
  const uint8_t* ip = view.data + view.network_offset;
  uint32_t sum = kProtocolUdp + view.udp_length;
  return view.transport == Transport::kUdp4 ? sum_words(ip + 12, 8, sum)
                                            : sum_words(ip + 8, 32, sum);
}

// The PTP message itself, in the `available` bytes from ptp_offset.
ParseResult parse_message(FrameView& view, uint16_t available) {
  if (available < 2) return malformed(MalformedReason::kBadMessageLength);
  const uint8_t* message = view.message();
  const uint8_t version = message[kVersionOffset] & 0xF;
  if (version == 1) return {ParseVerdict::kPtpV1, MalformedReason::kNone};
  if (version != 2) return malformed(MalformedReason::kBadVersion);
  if (available < kHeaderLength) return malformed(MalformedReason::kBadMessageLength);

  const uint8_t type = message[0] & 0xF;
  const uint16_t minimum = minimum_length(type);
  if (minimum == 0) return malformed(MalformedReason::kReservedMessageType);
  view.type = static_cast<MessageType>(type);
  view.message_length = read16(message + kMessageLengthOffset);
  if (view.message_length < minimum || view.message_length > available) {
    return malformed(MalformedReason::kBadMessageLength);
  }
  return {ParseVerdict::kPtp, MalformedReason::kNone};
}

// True when the message of `view` is followed by the header of another one, in the `available`
// bytes from ptp_offset. No sender puts two into a datagram, but a host that merges what it
// receives (UDP GRO) does: it puts the payloads of several datagrams behind each other.
bool another_message_follows(const FrameView& view, uint16_t available) {
  // D.1: a datagram over IPv6 has two spare octets behind its message.
  for (const uint16_t spare : {0, 2}) {
    const uint32_t offset = static_cast<uint32_t>(view.message_length) + spare;
    if (offset + kHeaderLength > available) return false;
    const uint8_t* next = view.message() + offset;
    const uint16_t minimum = minimum_length(next[0]);
    const uint16_t length = read16(next + kMessageLengthOffset);
    const bool plausible = (next[kVersionOffset] & 0xF) == 2 && minimum != 0 && length >= minimum &&
                           offset + length <= available;
    // Merged messages have their UDP port in common, and so are all event messages or none is.
    const bool same_port = is_event(static_cast<MessageType>(next[0] & 0xF)) == is_event(view.type);
    if (plausible && same_port) return true;
  }
  return false;
}

// UDP at udp_offset, `available` bytes of IP payload from there.
ParseResult parse_udp(FrameView& view, uint16_t available, bool checksum_pending) {
  if (available < kUdpHeaderLength) return malformed(MalformedReason::kBadUdpLength);
  uint8_t* udp = view.data + view.udp_offset;
  if (!is_ptp_port(read16(udp + 2))) return not_ptp();
  view.udp_length = read16(udp + 4);
  if (view.udp_length < kUdpHeaderLength || view.udp_length > available) {
    return malformed(MalformedReason::kBadUdpLength);
  }
  const uint16_t checksum = read16(udp + kUdpChecksumOffset);
  if (checksum_pending) {
    write16(udp + kUdpChecksumOffset, udp_checksum(view));
  } else if (checksum == 0) {
    // RFC 768: none was sent. IPv6 does not allow that.
    if (view.transport == Transport::kUdp6) return malformed(MalformedReason::kBadUdpChecksum);
  } else if (fold_checksum(sum_words(udp, view.udp_length, pseudo_header_sum(view))) != 0) {
    return malformed(MalformedReason::kBadUdpChecksum);
  }
  view.ptp_offset = view.udp_offset + kUdpHeaderLength;
  const uint16_t payload_length = view.udp_length - kUdpHeaderLength;
  const ParseResult message = parse_message(view, payload_length);
  if (message.verdict == ParseVerdict::kPtp && another_message_follows(view, payload_length)) {
    return malformed(MalformedReason::kMergedByOffload);
  }
  return message;
}

ParseResult parse_ipv4(FrameView& view, bool checksum_pending) {
  view.transport = Transport::kUdp4;
  const uint16_t available = view.length - view.network_offset;
  const uint8_t* ip = view.data + view.network_offset;
  if (available < kIpv4MinimumHeaderLength) return malformed(MalformedReason::kShortFrame);
  if (ip[9] != kProtocolUdp) return not_ptp();
  const uint16_t header_length = static_cast<uint16_t>((ip[0] & 0xF) * 4);
  const uint16_t total_length = read16(ip + 2);
  if (ip[0] >> 4 != 4 || header_length < kIpv4MinimumHeaderLength || header_length > total_length ||
      total_length > available) {
    return malformed(MalformedReason::kBadIpHeader);
  }
  const uint16_t fragment_offset = read16(ip + 6) & 0x1FFF;
  const bool more_fragments = (read16(ip + 6) & 0x2000) != 0;
  // Only a first fragment shows its port; later ones could be anything.
  if (fragment_offset != 0) return not_ptp();
  view.udp_offset = view.network_offset + header_length;
  if (more_fragments) {
    const bool ptp = total_length - header_length >= kUdpHeaderLength &&
                     is_ptp_port(read16(view.data + view.udp_offset + 2));
    return ptp ? malformed(MalformedReason::kIpFragment) : not_ptp();
  }
  if (fold_checksum(sum_words(ip, header_length)) != 0) {
    return malformed(MalformedReason::kBadIpChecksum);
  }
  return parse_udp(view, total_length - header_length, checksum_pending);
}

ParseResult parse_ipv6(FrameView& view, bool checksum_pending) {
  view.transport = Transport::kUdp6;
  const uint16_t available = view.length - view.network_offset;
  const uint8_t* ip = view.data + view.network_offset;
  if (available < kIpv6HeaderLength) return malformed(MalformedReason::kShortFrame);
  if (ip[0] >> 4 != 6) return malformed(MalformedReason::kBadIpHeader);
  uint16_t remaining = read16(ip + 4);
  if (remaining > available - kIpv6HeaderLength) return malformed(MalformedReason::kBadIpHeader);

  uint8_t next_header = ip[6];
  uint16_t offset = view.network_offset + kIpv6HeaderLength;
  for (int headers = 0; next_header != kProtocolUdp; ++headers) {
    const uint8_t* extension = view.data + offset;
    uint16_t extension_length;
    switch (next_header) {
      case kHopByHopOptions:
      case kRoutingHeader:
      case kDestinationOptions:
        if (remaining < 8) return malformed(MalformedReason::kBadIpHeader);
        extension_length = static_cast<uint16_t>((extension[1] + 1) * 8);
        break;
      case kFragmentHeader: {
        if (remaining < 8) return malformed(MalformedReason::kBadIpHeader);
        const bool first = (read16(extension + 2) & 0xFFF8) == 0;
        const bool ptp = first && extension[0] == kProtocolUdp &&
                         remaining >= 8 + kUdpHeaderLength && is_ptp_port(read16(extension + 10));
        return ptp ? malformed(MalformedReason::kIpFragment) : not_ptp();
      }
      default:
        return not_ptp();
    }
    if (headers >= kMaxIpv6ExtensionHeaders || extension_length > remaining) {
      return malformed(MalformedReason::kBadIpHeader);
    }
    next_header = extension[0];
    offset += extension_length;
    remaining -= extension_length;
  }
  view.udp_offset = offset;
  return parse_udp(view, remaining, checksum_pending);
}

}  // namespace

uint16_t udp_checksum(const FrameView& view) {
  const uint8_t* udp = view.data + view.udp_offset;
  uint32_t sum = pseudo_header_sum(view);
  sum = sum_words(udp, kUdpChecksumOffset, sum);  // the field itself counts as zero
  sum = sum_words(udp + kUdpHeaderLength, view.udp_length - kUdpHeaderLength, sum);
  const uint16_t checksum = fold_checksum(sum);
  return checksum == 0 ? 0xFFFF : checksum;  // RFC 768: zero would say "none"
}

ParseResult parse_frame(uint8_t* data, uint16_t length, bool checksum_pending, FrameView& view) {
  view = FrameView{};
  view.data = data;
  view.length = length;
  if (length < kEthernetHeaderLength) return malformed(MalformedReason::kShortFrame);

  uint16_t offset = 12;
  uint16_t ether_type = read16(data + offset);
  while (is_vlan(ether_type)) {
    if (view.vlan_tags == 2) return malformed(MalformedReason::kTooManyVlanTags);
    if (length < offset + kVlanTagLength + 2) return malformed(MalformedReason::kShortFrame);
    view.vlan_id[view.vlan_tags++] = read16(data + offset + 2) & 0x0FFF;
    offset += kVlanTagLength;
    ether_type = read16(data + offset);
  }
  view.network_offset = offset + 2;

  switch (ether_type) {
    case kEtherTypePtp:
      view.transport = Transport::kL2;
      view.ptp_offset = view.network_offset;
      return parse_message(view, length - view.network_offset);
    case kEtherTypeIpv4:
      return parse_ipv4(view, checksum_pending);
    case kEtherTypeIpv6:
      return parse_ipv6(view, checksum_pending);
    default:
      return not_ptp();
  }
}

}  // namespace ptpswitch::wire
