#include "addon/fuzz/correction_oracle.h"

#include <algorithm>
#include <cstdio>

#include "addon/dataplane/hash.h"
#include "addon/fuzz/requirement.h"
#include "addon/wire/byte_order.h"
#include "addon/wire/frame_edit.h"

namespace ptpswitch::fuzz {
namespace {

using dataplane::mix;
using dataplane::mix_bytes;
using wire::FrameView;
using wire::MessageType;
using wire::ScaledNs;

constexpr uint16_t kMark = 0xF5A7;  // in messageTypeSpecific, before the index

bool answers_request(MessageType type) {
  return type == MessageType::kDelayResp || type == MessageType::kPdelayResp ||
         type == MessageType::kPdelayRespFollowUp;
}

uint64_t identity(const FrameView& view, const uint8_t* port_identity) {
  const uint64_t hash = mix(view.sequence_id(), view.domain_number() << 12 | view.sdo_id());
  return mix_bytes(hash, port_identity, 10);
}

// 802.1AS-2011, table 11-4: twoStepFlag is to be ignored there; a one-step Sync has a TLV.
bool is_one_step(const FrameView& view) {
  if (view.two_step()) return false;
  const bool sync = view.type == MessageType::kSync;
  if (view.sdo_id() != wire::kSdoIdOf8021As) return sync || view.type == MessageType::kPdelayResp;
  return sync && view.message_length > wire::kFollowUpLength;
}

}  // namespace

CorrectionOracle::CorrectionOracle(const dataplane::PortSettings (&settings)[kPorts]) {
  std::copy(std::begin(settings), std::end(settings), settings_);
  messages_.reserve(kMaxMessages);
}

MessageIndex CorrectionOracle::add(const FrameView& view, uint32_t ingress, bool peer_to_peer,
                                   int64_t received_at) {
  if (messages_.size() == kMaxMessages) return kNoMessage;
  const auto index = static_cast<MessageIndex>(messages_.size());
  Message& message = messages_.emplace_back();
  message.type = view.type;
  message.ingress = ingress;
  message.correction = view.correction_field();
  message.sender = identity(view, view.source_port_identity());
  if (answers_request(view.type)) {
    message.requester = identity(view, view.requesting_port_identity());
    message.responder = mix_bytes(message.requester, view.source_port_identity(), 10);
  }
  message.one_step = is_one_step(view);
  message.peer_to_peer = peer_to_peer;
  message.trusted = true;
  message.received_at = received_at;
  uint8_t* const mark = view.message() + wire::kMessageTypeSpecificOffset;
  wire::write16(mark, kMark);
  wire::write16(mark + 2, static_cast<uint16_t>(index));
  return index;
}

MessageIndex CorrectionOracle::index_of(const FrameView& view) {
  const uint8_t* const mark = view.message() + wire::kMessageTypeSpecificOffset;
  return wire::read16(mark) == kMark ? wire::read16(mark + 2) : kNoMessage;
}

void CorrectionOracle::check_sent(uint32_t egress, const FrameView& view) {
  const MessageIndex index = index_of(view);
  require(index == kNoMessage || index < messages_.size(), "what leaves has come in");
  const Message* const message = index == kNoMessage ? nullptr : &messages_[index];
  if (message != nullptr) {
    if (!message->trusted) return;
    require(message->ingress != egress, "a message does not leave by where it came in");
    require(message->type == view.type, "a message keeps its type");
  }
  const bool corrected = view.type == MessageType::kFollowUp ||
                         view.type == MessageType::kDelayResp ||
                         view.type == MessageType::kPdelayRespFollowUp;
  if (message == nullptr) require(corrected, "the forwarder writes follow-ups alone");
  if (corrected && (message == nullptr || message->ingress != kOwnClock)) {
    check_correction(egress, view, message);
  } else {
    require(view.correction_field() == message->correction, "this message is not corrected");
  }
}

// `general` is none where the forwarder has written the follow-up.
void CorrectionOracle::check_correction(uint32_t egress, const FrameView& view,
                                        const Message* general) {
  for (const Message& event : messages_) {
    if (explains(event, egress, view, general)) return;
  }
  describe(egress, view, general);
  require(false, "a correction is the residence of the event message that it is for");
}

// For whoever replays an input that fails.
void CorrectionOracle::describe(uint32_t egress, const FrameView& view,
                                const Message* general) const {
  std::fprintf(stderr, "type %u leaves port %u, in by %d, correction %lld before, %lld after\n",
               static_cast<unsigned>(view.type), egress,
               general != nullptr ? static_cast<int>(general->ingress) : -1,
               general != nullptr ? static_cast<long long>(general->correction) : 0,
               static_cast<long long>(view.correction_field()));
  for (const Message& event : messages_) {
    if (!wire::is_event(event.type)) continue;
    std::fprintf(stderr, "event %u in by %u at %lld, sender %llx, one-step %d, out at",
                 static_cast<unsigned>(event.type), event.ingress,
                 static_cast<long long>(event.received_at),
                 static_cast<unsigned long long>(event.sender), event.one_step);
    for (const auto& sent_at : event.sent_at) {
      std::fprintf(stderr, " %lld", sent_at ? static_cast<long long>(*sent_at) : -1);
    }
    std::fprintf(stderr, "\n");
  }
}

// True when `event` is what the message of `view` is about, and makes its correction; and when
// nobody can tell.
bool CorrectionOracle::explains(const Message& event, uint32_t egress, const FrameView& view,
                                const Message* general) {
  const ScaledNs before = general != nullptr ? general->correction : 0;
  const ScaledNs after = view.correction_field();
  const bool of_ingress = general != nullptr ? event.ingress == general->ingress : event.one_step;
  switch (view.type) {
    case MessageType::kFollowUp:
      if (event.type != MessageType::kSync ||
          event.sender != identity(view, view.source_port_identity())) {
        return false;
      }
      return !event.trusted || (of_ingress && explains_sync(event, egress, before, after));
    case MessageType::kDelayResp:
      if (event.type != MessageType::kDelayReq || event.sender != general->requester) return false;
      return !event.trusted || (event.ingress == egress &&
                                explains_delay_req(event, general->ingress, before, after));
    default: {
      const uint64_t requester = identity(view, view.requesting_port_identity());
      if (event.type != MessageType::kPdelayResp ||
          event.responder != mix_bytes(requester, view.source_port_identity(), 10)) {
        return false;
      }
      return !event.trusted || (of_ingress && explains_pdelay_resp(event, egress, before, after));
    }
  }
}

bool CorrectionOracle::explains_sync(const Message& sync, uint32_t egress, ScaledNs before,
                                     ScaledNs after) const {
  if (!sync.sent_at[egress] || sync.ingress == kOwnClock) return false;
  const ScaledNs asymmetry = settings_[sync.ingress].delay_asymmetry_ns * 65'536;
  ScaledNs added = wire::add_correction(residence(sync, egress), asymmetry);
  if (sync.peer_to_peer) added = wire::add_correction(added, kLinkDelay);
  return after == wire::add_correction(before, added);
}

bool CorrectionOracle::explains_delay_req(const Message& request, uint32_t answered_by,
                                          ScaledNs before, ScaledNs after) const {
  if (!request.sent_at[answered_by]) return false;
  const ScaledNs asymmetry = settings_[answered_by].delay_asymmetry_ns * 65'536;
  const ScaledNs added = wire::add_correction(residence(request, answered_by), -asymmetry);
  return after == wire::add_correction(before, added);
}

bool CorrectionOracle::explains_pdelay_resp(const Message& response, uint32_t egress,
                                            ScaledNs before, ScaledNs after) {
  if (!response.sent_at[egress] || response.ingress == kOwnClock) return false;
  return std::any_of(messages_.begin(), messages_.end(), [&](const Message& request) {
    if (request.type != MessageType::kPdelayReq || request.sender != response.requester) {
      return false;
    }
    if (!request.trusted) return true;
    if (request.ingress != egress || !request.sent_at[response.ingress]) return false;
    const ScaledNs added =
        wire::add_correction(residence(response, egress), residence(request, response.ingress));
    return after == wire::add_correction(before, added);
  });
}

ScaledNs CorrectionOracle::residence(const Message& event, uint32_t egress) const {
  const int64_t ns = *event.sent_at[egress] + settings_[egress].egress_latency_ns -
                     (event.received_at - settings_[event.ingress].ingress_latency_ns);
  return ns * 65'536;
}

}  // namespace ptpswitch::fuzz
