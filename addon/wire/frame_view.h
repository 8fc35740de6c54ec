// Finds the PTP message in an Ethernet frame, with every length checked before it is believed.
// Ethernet, 0 to 2 VLAN tags, then EtherType 0x88F7 (IEEE 1588-2019 Annex E), UDP/IPv4 (Annex C) or
// UDP/IPv6 (Annex D).
#pragma once

#include <cstddef>
#include <cstdint>

#include "addon/wire/byte_order.h"
#include "addon/wire/message.h"

namespace ptpswitch::wire {

enum class Transport : uint8_t { kL2, kUdp4, kUdp6 };
inline constexpr size_t kTransports = 3;

enum class ParseVerdict : uint8_t {
  kPtp,        // version 2: every field of FrameView is valid
  kPtpV1,      // IEEE 1588-2002: valid up to ptp_offset
  kNotPtp,     // ordinary traffic
  kMalformed,  // claims to be PTP and breaks a rule: see MalformedReason
};

enum class MalformedReason : uint8_t {
  kNone,
  kShortFrame,           // ends inside a header that it announces
  kTooManyVlanTags,      // more than two
  kBadIpHeader,          // version, header length or total length contradict the frame
  kBadIpChecksum,        // IPv4 header
  kIpFragment,           // a part of a message cannot be corrected
  kBadUdpLength,         // shorter than its header or longer than its packet
  kBadUdpChecksum,       // or none at all over IPv6, where it is mandatory (RFC 8200, 8.1)
  kBadVersion,           // versionPTP neither 1 nor 2
  kReservedMessageType,  // Table 36: 4 to 7, E, F
  kBadMessageLength,     // shorter than its type needs, or longer than what carries it
  kMergedByOffload,  // several messages in one datagram, which is how the host's GRO leaves them
  kCount,
};

// An address of a network layer: octets in a frame.
struct NetworkAddress {
  const uint8_t* octets;
  uint32_t length;  // 4 (IPv4), 16 (IPv6) or 6 (a MAC address)
};

// A parsed frame: offsets into `data`, which the caller owns and keeps alive.
struct FrameView {
  uint8_t* data = nullptr;
  uint16_t length = 0;  // of the whole frame

  Transport transport = Transport::kL2;
  uint8_t vlan_tags = 0;
  uint16_t vlan_id[2] = {0, 0};  // outer first; 0 is untagged or priority-tagged
  uint16_t network_offset = 0;   // IP header, or the PTP message on L2
  uint16_t udp_offset = 0;       // 0 on L2
  uint16_t udp_length = 0;       // 0 on L2
  uint16_t ptp_offset = 0;
  uint16_t message_length = 0;  // messageLength: from ptp_offset, without trailing bytes
  MessageType type = MessageType::kSync;

  const uint8_t* destination_mac() const { return data; }
  const uint8_t* source_mac() const { return data + 6; }
  // The IP addresses; on L2 the MAC addresses.
  NetworkAddress source_address() const {
    if (transport == Transport::kL2) return {source_mac(), 6};
    const bool v4 = transport == Transport::kUdp4;
    return {data + network_offset + (v4 ? 12 : 8), v4 ? 4u : 16u};
  }
  NetworkAddress destination_address() const {
    if (transport == Transport::kL2) return {destination_mac(), 6};
    const NetworkAddress source = source_address();
    return {source.octets + source.length, source.length};
  }
  uint8_t* message() const { return data + ptp_offset; }

  uint8_t domain_number() const { return message()[kDomainNumberOffset]; }
  // sdoId is 12 bits: majorSdoId in the first nibble of the header, minorSdoId in octet 5 (7.1.4).
  uint16_t sdo_id() const {
    return static_cast<uint16_t>((message()[0] >> 4) << 8 | message()[kMinorSdoIdOffset]);
  }
  uint16_t sequence_id() const { return read16(message() + kSequenceIdOffset); }
  bool two_step() const { return (read16(message() + kFlagFieldOffset) & kTwoStepFlag) != 0; }
  int64_t correction_field() const {
    return static_cast<int64_t>(read64(message() + kCorrectionFieldOffset));
  }
  const uint8_t* source_port_identity() const { return message() + kSourcePortIdentityOffset; }
  // Only in Management messages: GET, SET or COMMAND for the clock `identity`, or for every clock
  // (15.3.1).
  bool is_management_request_for(uint64_t identity) const {
    const uint64_t target = read64(message() + kTargetPortIdentityOffset);
    const auto action = static_cast<ManagementAction>(message()[kActionFieldOffset] & 0x0F);
    return (target == identity || target == UINT64_MAX) &&
           (action == ManagementAction::kGet || action == ManagementAction::kSet ||
            action == ManagementAction::kCommand);
  }
  // Only in messages that answer a request.
  const uint8_t* requesting_port_identity() const {
    return message() + kRequestingPortIdentityOffset;
  }
};

struct ParseResult {
  ParseVerdict verdict = ParseVerdict::kNotPtp;
  MalformedReason reason = MalformedReason::kNone;
};

// Parses `length` bytes at `data` into `view`. With `checksum_pending` the sender left the UDP
// checksum to hardware that the frame never met: it is computed and written here, and not verified.
ParseResult parse_frame(uint8_t* data, uint16_t length, bool checksum_pending, FrameView& view);

// The checksum that belongs into the UDP header of `view`, over its whole datagram.
uint16_t udp_checksum(const FrameView& view);

}  // namespace ptpswitch::wire
