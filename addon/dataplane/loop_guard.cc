#include "addon/dataplane/loop_guard.h"

#include <algorithm>
#include <bit>

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {
namespace {

using wire::MessageType;

constexpr uint32_t kPortIdentityLength = 10;

// The portIdentity in the body that a message is for; null when it has none. One sender may answer
// several requesters with the same sequenceId, so this tells its answers apart.
const uint8_t* addressee(const wire::FrameView& view) {
  switch (view.type) {
    case MessageType::kDelayResp:
    case MessageType::kPdelayResp:
    case MessageType::kPdelayRespFollowUp:
      return view.requesting_port_identity();
    case MessageType::kSignaling:
    case MessageType::kManagement:
      return view.message() + wire::kBodyOffset;  // targetPortIdentity
    default:
      return nullptr;
  }
}

uint64_t flow_hash(const wire::FrameView& view, uint64_t seed) {
  const uint64_t vlans = static_cast<uint64_t>(view.vlan_id[0]) << 16 | view.vlan_id[1];
  return mix_bytes(mix(seed, vlans << 8 | static_cast<uint64_t>(view.transport)),
                   view.destination_mac(), 6);
}

}  // namespace

uint64_t message_fingerprint(const wire::FrameView& view, uint64_t seed) {
  const uint64_t what = static_cast<uint64_t>(view.type) << 40 |
                        static_cast<uint64_t>(view.sdo_id()) << 24 |
                        static_cast<uint64_t>(view.domain_number()) << 16 | view.sequence_id();
  uint64_t hash = mix(flow_hash(view, seed), what);
  hash = mix_bytes(hash, view.source_port_identity(), kPortIdentityLength);
  const uint8_t* target = addressee(view);
  return target == nullptr ? hash : mix_bytes(hash, target, kPortIdentityLength);
}

uint64_t version1_fingerprint(const wire::FrameView& view, uint64_t seed) {
  return mix_bytes(flow_hash(view, seed), view.message(), view.length - view.ptp_offset);
}

LoopGuard::LoopGuard(uint32_t capacity, uint64_t seed)
    : entries_(std::bit_ceil(std::max(capacity, kWays))),
      set_mask_(entries_.size() / kWays - 1),
      seed_(seed) {}

std::optional<uint32_t> LoopGuard::seen_at_other_port(uint64_t fingerprint, uint32_t port,
                                                      int64_t now) {
  Entry* const set = &entries_[(fingerprint & set_mask_) * kWays];
  Entry* victim = set;
  for (uint32_t way = 0; way < kWays; ++way) {
    Entry& entry = set[way];
    if (entry.fingerprint == fingerprint && now - entry.seen < kLoopWindow) {
      if (entry.port != port) return entry.port;
      entry.seen = now;
      return std::nullopt;
    }
    if (entry.seen < victim->seen) victim = &entry;
  }
  *victim = {fingerprint, now, port};
  return std::nullopt;
}

}  // namespace ptpswitch::dataplane
