#include "frames.h"

#include <arpa/inet.h>

namespace bench {
namespace {

constexpr size_t kEthernetHeader = 14;
constexpr size_t kIpv4Header = 20;
constexpr size_t kUdpHeader = 8;
constexpr uint16_t kEtherTypePtp = 0x88F7;
constexpr uint16_t kEtherTypeIpv4 = 0x0800;
constexpr uint16_t kEventPort = 319;
constexpr uint16_t kGeneralPort = 320;
constexpr uint8_t kDomain =
    24;  // a peer in domain 0 forwards this whatever its own port states are

constexpr uint8_t kPtpMulticast[6] = {0x01, 0x1B, 0x19, 0x00, 0x00, 0x00};
constexpr uint8_t kIpv4Multicast[6] = {0x01, 0x00, 0x5E, 0x00, 0x01, 0x81};
constexpr uint8_t kSourceMac[6] = {0x02, 0x00, 0x00, 0x00, 0xBE, 0x01};
constexpr uint32_t kSourceAddress = 0xC000020A;    // 192.0.2.10
constexpr uint32_t kPtpGroupAddress = 0xE0000181;  // 224.0.1.129

// Offsets in the PTP message (13.3, 13.6, 13.8).
constexpr size_t kCorrection = 8;
constexpr size_t kClockIdentity = 20;
constexpr size_t kPortNumber = 28;
constexpr size_t kSequenceId = 30;
constexpr size_t kTimestamp = 34;
constexpr size_t kRequestingIdentity = 44;
constexpr size_t kPortIdentitySize = 10;
constexpr size_t kMessageSize = 44;
constexpr size_t kDelayRespSize = 54;
// Offsets in our clock identities: locally administered, then what the rig keeps there.
constexpr size_t kIdentityStream = 3;
constexpr size_t kIdentityRunTag = 4;

void Put16(uint8_t* at, uint16_t value) {
  value = htons(value);
  memcpy(at, &value, sizeof value);
}

void Put32(uint8_t* at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, sizeof value);
}

uint16_t Get16(const uint8_t* at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return ntohs(value);
}

uint32_t Get32(const uint8_t* at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return ntohl(value);
}

int64_t Get64(const uint8_t* at) {
  return static_cast<int64_t>(uint64_t{Get32(at)} << 32 | Get32(at + 4));
}

bool IsEvent(MessageType type) {
  return type == MessageType::kSync || type == MessageType::kDelayReq;
}

size_t SizeOf(MessageType type) {
  return type == MessageType::kDelayResp ? kDelayRespSize : kMessageSize;
}

uint16_t Ipv4HeaderChecksum(const uint8_t* header) {
  uint32_t sum = 0;
  for (size_t i = 0; i < kIpv4Header; i += 2) sum += Get16(header + i);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void PutIpv4(MessageType type, uint8_t* ip) {
  const auto udp_size = static_cast<uint16_t>(kUdpHeader + SizeOf(type));
  ip[0] = 0x45;
  Put16(ip + 2, static_cast<uint16_t>(kIpv4Header + udp_size));
  ip[8] = 1;   // time to live
  ip[9] = 17;  // UDP
  Put32(ip + 12, kSourceAddress);
  Put32(ip + 16, kPtpGroupAddress);
  Put16(ip + 10, Ipv4HeaderChecksum(ip));

  uint8_t* udp = ip + kIpv4Header;
  const uint16_t port = IsEvent(type) ? kEventPort : kGeneralPort;
  Put16(udp, port);
  Put16(udp + 2, port);
  Put16(udp + 4, udp_size);  // its checksum stays 0: none
}

// controlField of version 1 hardware, table 42.
uint8_t ControlField(MessageType type) {
  switch (type) {
    case MessageType::kSync:
      return 0;
    case MessageType::kDelayReq:
      return 1;
    case MessageType::kFollowUp:
      return 2;
    case MessageType::kDelayResp:
      return 3;
  }
  return 5;
}

}  // namespace

void FrameFactory::Build(MessageType type, Stream stream, uint16_t identity, uint16_t sequence_id,
                         uint32_t index, Frame* frame) const {
  memset(frame->bytes, 0, sizeof frame->bytes);
  const bool l2 = transport_ == Transport::kL2;
  frame->ptp_offset = kEthernetHeader + (l2 ? 0 : kIpv4Header + kUdpHeader);
  frame->size = frame->ptp_offset + SizeOf(type);
  memcpy(frame->bytes, l2 ? kPtpMulticast : kIpv4Multicast, 6);
  memcpy(frame->bytes + 6, kSourceMac, 6);
  Put16(frame->bytes + 12, l2 ? kEtherTypePtp : kEtherTypeIpv4);
  if (!l2) PutIpv4(type, frame->bytes + kEthernetHeader);

  uint8_t* ptp = frame->bytes + frame->ptp_offset;
  ptp[0] = static_cast<uint8_t>(type);
  ptp[1] = 0x02;  // versionPTP
  Put16(ptp + 2, static_cast<uint16_t>(SizeOf(type)));
  ptp[4] = kDomain;
  if (type == MessageType::kSync) ptp[6] = 0x02;  // twoStepFlag
  ptp[kClockIdentity] = 0x02;
  ptp[kClockIdentity + kIdentityStream] = static_cast<uint8_t>(stream);
  Put32(ptp + kClockIdentity + kIdentityRunTag, run_tag_);
  Put16(ptp + kPortNumber, identity);
  Put16(ptp + kSequenceId, sequence_id);
  ptp[32] = ControlField(type);
  ptp[33] = 0x7F;
  Put32(ptp + kTimestamp + 2, index);  // low part of the 48-bit seconds
}

void FrameFactory::BuildDelayResp(const Message& request, Frame* frame) const {
  Build(MessageType::kDelayResp, request.stream, 1, request.sequence_id, request.index, frame);
  uint8_t* ptp = frame->bytes + frame->ptp_offset;
  memcpy(ptp + kCorrection, request.ptp + kCorrection, sizeof(int64_t));
  memcpy(ptp + kRequestingIdentity, request.ptp + kClockIdentity, kPortIdentitySize);
}

std::optional<Message> FrameFactory::Parse(std::span<const uint8_t> frame) const {
  size_t offset = kEthernetHeader;
  if (frame.size() < offset + kMessageSize) return std::nullopt;
  if (Get16(frame.data() + 12) == kEtherTypeIpv4) {
    offset += kIpv4Header + kUdpHeader;
    if (frame.size() < offset + kMessageSize) return std::nullopt;
  }
  const uint8_t* ptp = frame.data() + offset;
  const auto type = static_cast<MessageType>(ptp[0] & 0x0F);
  if (frame.size() < offset + SizeOf(type)) return std::nullopt;
  const uint8_t* identity = ptp + kClockIdentity;
  if (type == MessageType::kDelayResp) identity = ptp + kRequestingIdentity;
  if (Get32(identity + kIdentityRunTag) != run_tag_) return std::nullopt;
  return Message{
      .type = type,
      .stream = static_cast<Stream>(identity[kIdentityStream]),
      .identity = Get16(identity + 8),
      .sequence_id = Get16(ptp + kSequenceId),
      .index = Get32(ptp + kTimestamp + 2),
      .correction_ns = Get64(ptp + kCorrection) >> 16,
      .ptp = ptp,
  };
}

}  // namespace bench
