#include "addon/wire/frame_edit.h"

#include <algorithm>
#include <cstring>

#include "addon/wire/checksum.h"

namespace ptpswitch::wire {
namespace {

constexpr uint16_t kUdpLengthOffset = 4;
constexpr uint16_t kUdpChecksumOffset = 6;
constexpr uint16_t kUdpHeaderLength = 8;
constexpr uint8_t kControlFollowUp = 2;  // Table 42
constexpr uint8_t kControlOther = 5;

// Replaces `length` (even) bytes of the message at an even `offset` and keeps the UDP checksum
// right.
void replace(FrameView& view, uint16_t offset, const uint8_t* after, uint16_t length) {
  uint8_t* field = view.message() + offset;
  if (view.transport != Transport::kL2) {
    uint8_t* checksum_field = view.data + view.udp_offset + kUdpChecksumOffset;
    const uint16_t checksum = read16(checksum_field);
    if (checksum != 0) {  // 0: the sender has sent none, and none is added
      const uint16_t updated = update_checksum(checksum, field, after, length);
      write16(checksum_field, updated == 0 ? 0xFFFF : updated);
    }
  }
  std::memcpy(field, after, length);
}

// Gives IP and UDP headers the lengths and checksums of a message of `message_length` bytes.
void set_lengths(FrameView& view, uint16_t message_length) {
  uint8_t* ip = view.data + view.network_offset;
  uint8_t* udp = view.data + view.udp_offset;
  view.udp_length = kUdpHeaderLength + message_length;
  const uint16_t ip_header_length = view.udp_offset - view.network_offset;
  if (view.transport == Transport::kUdp4) {
    write16(ip + 2, ip_header_length + view.udp_length);
    write16(ip + 10, 0);
    write16(ip + 10, fold_checksum(sum_words(ip, ip_header_length)));
  } else {
    constexpr uint16_t kIpv6HeaderLength = 40;
    write16(ip + 4, ip_header_length - kIpv6HeaderLength + view.udp_length);
  }
  write16(udp + kUdpLengthOffset, view.udp_length);
}

}  // namespace

ScaledNs add_correction(ScaledNs a, ScaledNs b) {
  if (a == kCorrectionTooBig || b == kCorrectionTooBig) return kCorrectionTooBig;
  ScaledNs sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return kCorrectionTooBig;
}

void add_to_correction_field(FrameView& view, ScaledNs correction) {
  uint8_t field[8];
  write64(field, static_cast<uint64_t>(add_correction(view.correction_field(), correction)));
  replace(view, kCorrectionFieldOffset, field, sizeof field);
}

void set_two_step_flag(FrameView& view) {
  uint8_t flags[2];
  write16(flags, read16(view.message() + kFlagFieldOffset) | kTwoStepFlag);
  replace(view, kFlagFieldOffset, flags, sizeof flags);
}

void generate_follow_up(const FrameView& event, uint8_t* out, FrameView& view) {
  const bool sync = event.type == MessageType::kSync;
  // The TLV of IEEE 802.1AS belongs to the time that is told, and so goes with it. What other TLVs
  // are for is not known here: they stay with the Sync.
  const uint16_t body_length = sync ? kFollowUpLength : kPdelayRespFollowUpLength;
  const uint16_t message_length =
      event.sdo_id() == kSdoIdOf8021As ? event.message_length : body_length;

  view = event;
  view.data = out;
  view.type = sync ? MessageType::kFollowUp : MessageType::kPdelayRespFollowUp;
  view.message_length = message_length;
  const uint16_t content_length = event.ptp_offset + message_length;
  view.length = std::max(content_length, kMinimumFrameLength);
  // Headers and message body: originTimestamp becomes preciseOriginTimestamp. A Pdelay_Resp's
  // requestReceiptTimestamp becomes responseOriginTimestamp: their difference, the turnaround, is
  // already in the one-step correctionField.
  std::memcpy(out, event.data, content_length);
  std::memset(out + content_length, 0, view.length - content_length);

  uint8_t* message = view.message();
  message[0] = static_cast<uint8_t>((message[0] & 0xF0) | static_cast<uint8_t>(view.type));
  write16(message + kMessageLengthOffset, message_length);
  write16(message + kFlagFieldOffset, read16(message + kFlagFieldOffset) & ~kTwoStepFlag);
  write64(message + kCorrectionFieldOffset, 0);
  std::memset(message + kMessageTypeSpecificOffset, 0, 4);
  message[kControlFieldOffset] = sync ? kControlFollowUp : kControlOther;

  if (view.transport == Transport::kL2) return;
  uint8_t* udp = out + view.udp_offset;
  const bool without_checksum = read16(udp + kUdpChecksumOffset) == 0;
  write16(udp + 2, kGeneralPort);
  // A sender that uses the event port as its source port uses the general port for general
  // messages.
  if (read16(udp) == kEventPort) write16(udp, kGeneralPort);
  set_lengths(view, message_length);
  if (!without_checksum) write16(udp + kUdpChecksumOffset, udp_checksum(view));
}

}  // namespace ptpswitch::wire
