#include "addon/dataplane/loop_guard.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "addon/dataplane/hash.h"

namespace ptpswitch::dataplane {
namespace {

using wire::FrameView;
using wire::Transport;

constexpr uint32_t kMacLength = 6;
constexpr uint32_t kPortIdentityLength = 10;

// The redundancy control trailer of IEC 62439-3: sequence number, LAN identifier and size, suffix.
constexpr uint32_t kTrailerLength = 6;
constexpr uint32_t kTrailerLanOffset = 2;
constexpr uint32_t kTrailerSuffixOffset = 4;
constexpr uint16_t kTrailerSuffix = 0x88FB;
constexpr uint8_t kLanA = 0xA;
constexpr uint8_t kLanB = 0xB;

RedundantLan redundant_lan(const FrameView& view, uint32_t end_of_message) {
  if (end_of_message + kTrailerLength > view.length) return RedundantLan::kNone;
  const uint8_t* trailer = view.data + view.length - kTrailerLength;
  if (wire::read16(trailer + kTrailerSuffixOffset) != kTrailerSuffix) return RedundantLan::kNone;
  switch (trailer[kTrailerLanOffset] >> 4) {
    case kLanA:
      return RedundantLan::kA;
    case kLanB:
      return RedundantLan::kB;
    default:
      return RedundantLan::kNone;
  }
}

uint64_t hash_of_sender(const FrameView& view, uint64_t seed) {
  const uint64_t hash = mix_bytes(seed, view.source_mac(), kMacLength);
  if (view.transport == Transport::kL2) return hash;
  const wire::NetworkAddress ip = view.source_address();
  return mix_bytes(hash, ip.octets, ip.length);
}

uint64_t hash_of_flow(const FrameView& view, uint64_t seed) {
  const uint64_t vlans = static_cast<uint64_t>(view.vlan_id[0]) << 16 | view.vlan_id[1];
  uint64_t hash = mix(seed, vlans << 8 | static_cast<uint64_t>(view.transport));
  hash = mix_bytes(hash, view.destination_mac(), kMacLength);
  if (view.transport == Transport::kL2) return hash;
  const wire::NetworkAddress ip = view.destination_address();
  return mix_bytes(hash, ip.octets, ip.length);
}

bool has_source_identity(const FrameView& view) {
  static constexpr uint8_t kZero[kPortIdentityLength] = {};
  return std::memcmp(view.source_port_identity(), kZero, kPortIdentityLength) != 0;
}

}  // namespace

Fingerprint fingerprint(const FrameView& view, uint64_t seed) {
  constexpr uint64_t kTwoStep = wire::kTwoStepFlag;  // octets 6 and 7 are the flagField
  constexpr uint16_t kBehindCorrection = wire::kMessageTypeSpecificOffset;
  const uint8_t* message = view.message();
  const uint64_t sender = hash_of_sender(view, seed);
  uint64_t hash = mix(hash_of_flow(view, seed), wire::read64(message) & ~kTwoStep);
  hash = mix_bytes(hash, message + kBehindCorrection, view.message_length - kBehindCorrection);
  // NTP over PTP has neither a sourcePortIdentity nor sequenceIds, so only the address tells the
  // messages of its clients apart. Elsewhere two stations do not send the same message: when it
  // comes from another address, a device in the loop has put its own there, as some transparent
  // clocks do.
  if (!has_source_identity(view)) hash = mix(hash, sender);
  return {hash, static_cast<uint32_t>(sender),
          redundant_lan(view, view.ptp_offset + view.message_length)};
}

Fingerprint version1_fingerprint(const FrameView& view, uint64_t seed) {
  const uint32_t end = view.transport == Transport::kL2
                           ? view.length
                           : static_cast<uint32_t>(view.udp_offset + view.udp_length);
  const uint64_t sender = hash_of_sender(view, seed);
  const uint64_t flow = mix(hash_of_flow(view, seed), sender);
  return {mix_bytes(flow, view.message(), end - view.ptp_offset), static_cast<uint32_t>(sender),
          redundant_lan(view, end)};
}

LoopGuard::LoopGuard(uint32_t capacity, uint64_t seed)
    : messages_(std::bit_ceil(std::max(capacity, kWays))),
      set_mask_(messages_.size() / kWays - 1),
      seed_(seed) {}

std::optional<LoopGuard::Repeat> LoopGuard::note(const Fingerprint& fingerprint, uint32_t port,
                                                 int64_t now) {
  First* const set = &messages_[(fingerprint.message & set_mask_) * kWays];
  First* const first = std::find_if(set, set + kWays, [&](const First& entry) {
    return entry.message == fingerprint.message && now - entry.seen <= kLoopWindow;
  });
  if (first == set + kWays) {
    make_room(set, port, now) = {fingerprint.message,        now, fingerprint.sender,
                                 static_cast<uint8_t>(port), 1,   fingerprint.lan};
    return std::nullopt;
  }
  if (first->port == port) {
    // Senders that never change what they send, and doubles, may do so a few times.
    if (first->passes == kLoopPasses) return Repeat{port, Cause::kSamePort};
    ++first->passes;
    return std::nullopt;
  }
  const bool other_lan = fingerprint.lan != RedundantLan::kNone &&
                         first->lan != RedundantLan::kNone && fingerprint.lan != first->lan;
  const bool other_sender = fingerprint.sender != first->sender;
  return Repeat{first->port, other_lan || other_sender ? Cause::kDouble : Cause::kLoop};
}

// The place for a message that came in by `port`: one that is free, else the oldest of the port
// that has most places of the set, of several `port` itself.
LoopGuard::First& LoopGuard::make_room(First* set, uint32_t port, int64_t now) {
  uint32_t places[kMaxPorts] = {};
  uint32_t greediest = port;
  for (uint32_t way = 0; way < kWays; ++way) {
    if (now - set[way].seen > kLoopWindow) return set[way];
    ++places[set[way].port];
  }
  for (uint32_t way = 0; way < kWays; ++way) {
    if (places[set[way].port] > places[greediest]) greediest = set[way].port;
  }
  First* oldest = nullptr;
  for (uint32_t way = 0; way < kWays; ++way) {
    if (set[way].port != greediest) continue;
    if (oldest == nullptr || set[way].seen < oldest->seen) oldest = &set[way];
  }
  return *oldest;
}

}  // namespace ptpswitch::dataplane
