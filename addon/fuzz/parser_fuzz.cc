// Fuzz target: any octets as a frame. The parser reads nothing beyond them, and what it takes for
// PTP can be edited: the frame stays what it was, with right lengths and checksums.
//
// An input is one octet of options, two of a correction, and the frame.
#include <cstring>
#include <memory>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/transmit_ledger.h"
#include "addon/fuzz/requirement.h"
#include "addon/wire/checksum.h"
#include "addon/wire/frame_edit.h"
#include "addon/wire/frame_view.h"
#include "addon/wire/vlan_edit.h"

namespace ptpswitch::fuzz {
namespace {

using wire::FrameView;
using wire::ParseVerdict;
using wire::Transport;

constexpr uint8_t kChecksumPending = 1;
constexpr uint8_t kRepairIpChecksum = 2;
constexpr uint8_t kNegativeCorrection = 4;
constexpr uint8_t kBigCorrection = 8;
constexpr size_t kOptionOctets = 3;

// In a block of exactly its size: AddressSanitizer sees every read beyond it.
class Frame {
 public:
  Frame(const uint8_t* data, size_t length) : data_(new uint8_t[length]), length_(length) {
    if (length != 0) std::memcpy(data_.get(), data, length);
  }
  uint8_t* data() const { return data_.get(); }
  uint16_t length() const { return static_cast<uint16_t>(length_); }

 private:
  std::unique_ptr<uint8_t[]> data_;
  size_t length_;
};

// The checksum of an IPv4 header is hardly ever right by chance, and the way behind it would remain
// untried.
void repair_ip_checksum(const Frame& frame) {
  constexpr size_t kIp = 14;
  uint8_t* const ip = frame.data() + kIp;
  if (frame.length() < kIp + 20 || wire::read16(frame.data() + 12) != wire::kEtherTypeIpv4) return;
  const size_t header_length = (ip[0] & 0xFu) * 4;
  if (header_length < 20 || kIp + header_length > frame.length()) return;
  wire::write16(ip + 10, 0);
  wire::write16(ip + 10, wire::fold_checksum(wire::sum_words(ip, header_length)));
}

void check_within_frame(const FrameView& view) {
  require(view.ptp_offset + view.message_length <= view.length, "the message is within its frame");
  require(view.message_length >= wire::minimum_length(static_cast<uint8_t>(view.type)),
          "the message has all of its fields");
  require(view.vlan_tags <= 2, "at most two tags");
  if (view.transport == Transport::kL2) {
    require(view.ptp_offset == view.network_offset, "nothing between Ethernet and PTP");
  } else {
    require(view.udp_offset + view.udp_length <= view.length, "the datagram is within its frame");
    require(view.ptp_offset == view.udp_offset + 8, "the message is in the datagram");
    require(view.ptp_offset + view.message_length <= view.udp_offset + view.udp_length,
            "the message is within its datagram");
  }
}

// That an edited frame is parsed again as what it was.
void check_unchanged(const FrameView& before, const Frame& frame) {
  FrameView after;
  require(
      wire::parse_frame(frame.data(), frame.length(), false, after).verdict == ParseVerdict::kPtp,
      "an edited frame is PTP, its checksums right");
  require(after.type == before.type && after.transport == before.transport &&
              after.ptp_offset == before.ptp_offset &&
              after.message_length == before.message_length,
          "an edit leaves the layout of a frame alone");
}

void edit(const Frame& frame, FrameView view, wire::ScaledNs correction) {
  const auto expected = wire::add_correction(view.correction_field(), correction);
  wire::add_to_correction_field(view, correction);
  require(view.correction_field() == expected, "a correction is added");
  check_unchanged(view, frame);
  wire::set_two_step_flag(view);
  require(view.two_step(), "the flag is set");
  check_unchanged(view, frame);
}

void generate_follow_up(const FrameView& event) {
  if (event.type != wire::MessageType::kSync && event.type != wire::MessageType::kPdelayResp)
    return;
  const size_t room = std::max<size_t>(event.length, wire::kMinimumFrameLength);
  const std::unique_ptr<uint8_t[]> out(new uint8_t[room]);
  FrameView follow_up;
  wire::generate_follow_up(event, out.get(), follow_up);
  require(follow_up.length <= room, "a follow-up fits into the room of its event message");
  FrameView parsed;
  require(
      wire::parse_frame(out.get(), follow_up.length, false, parsed).verdict == ParseVerdict::kPtp,
      "a follow-up is PTP");
  require(parsed.type == follow_up.type && parsed.message_length == follow_up.message_length &&
              parsed.sequence_id() == event.sequence_id() && parsed.correction_field() == 0,
          "a follow-up belongs to its event message");
}

void tag_and_untag(const Frame& frame, FrameView view) {
  if (view.vlan_tags == 2) return;
  const std::unique_ptr<uint8_t[]> tagged(new uint8_t[frame.length() + wire::kVlanTagLength]);
  wire::insert_customer_tag(view, 5, tagged.get());
  FrameView parsed;
  require(wire::parse_frame(tagged.get(), view.length, false, parsed).verdict == ParseVerdict::kPtp,
          "a tagged frame is PTP");
  require(parsed.vlan_id[0] == 5, "the tag is the outermost");
  const std::unique_ptr<uint8_t[]> untagged(new uint8_t[frame.length()]);
  require(wire::copy_without_tag(tagged.get(), view.length, untagged.get()) == frame.length() &&
              std::memcmp(untagged.get(), frame.data(), frame.length()) == 0,
          "a tag that was put in can be taken out");
}

void run(const uint8_t* data, size_t size) {
  if (size < kOptionOctets || size > kOptionOctets + dataplane::kMaxFrameLength) return;
  const uint8_t options = data[0];
  wire::ScaledNs correction = wire::read16(data + 1);
  if (options & kBigCorrection) correction <<= 47;
  if (options & kNegativeCorrection) correction = -correction;
  const Frame frame(data + kOptionOctets, size - kOptionOctets);
  dataplane::frame_signature(frame.data(), frame.length());
  if (options & kRepairIpChecksum) repair_ip_checksum(frame);
  FrameView view;
  const auto result =
      wire::parse_frame(frame.data(), frame.length(), (options & kChecksumPending) != 0, view);
  require((result.verdict == ParseVerdict::kMalformed) ==
              (result.reason != wire::MalformedReason::kNone),
          "what is malformed has a reason");
  if (result.verdict != ParseVerdict::kPtp) return;
  check_within_frame(view);
  edit(frame, view, correction);
  generate_follow_up(view);
  tag_and_untag(frame, view);
}

}  // namespace
}  // namespace ptpswitch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ptpswitch::fuzz::run(data, size);
  return 0;
}
