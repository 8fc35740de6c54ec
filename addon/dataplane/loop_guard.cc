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
    : sets_(std::bit_ceil(std::max(capacity, kWays)) / kWays),
      set_mask_(sets_.size() - 1),
      seed_(seed) {}

std::optional<LoopGuard::Repeat> LoopGuard::note(const Fingerprint& fingerprint, uint32_t port,
                                                 int64_t now) {
  Set& set = sets_[fingerprint.message & set_mask_];
  uint32_t way = 0;
  while (way < kWays &&
         (set.message[way] != fingerprint.message || now - set.seen[way] > kLoopWindow)) {
    ++way;
  }
  if (way == kWays) {
    way = make_room(set, port, now);
    set.message[way] = fingerprint.message;
    set.seen[way] = now;
    set.sender[way] = fingerprint.sender;
    set.port[way] = static_cast<uint8_t>(port);
    set.passes[way] = 1;
    set.lan[way] = fingerprint.lan;
    return std::nullopt;
  }
  if (set.port[way] == port) {
    // Senders that never change what they send, and doubles, may do so a few times.
    if (set.passes[way] == kLoopPasses) return Repeat{port, Cause::kSamePort};
    ++set.passes[way];
    return std::nullopt;
  }
  const bool other_lan = fingerprint.lan != RedundantLan::kNone &&
                         set.lan[way] != RedundantLan::kNone && fingerprint.lan != set.lan[way];
  const bool other_sender = fingerprint.sender != set.sender[way];
  return Repeat{set.port[way], other_lan || other_sender ? Cause::kDouble : Cause::kLoop};
}

// The place for a message that came in by `port`: one that is free, else the oldest of the port
// that has most places of the set, of several `port` itself.
uint32_t LoopGuard::make_room(const Set& set, uint32_t port, int64_t now) {
  for (uint32_t way = 0; way < kWays; ++way) {
    if (now - set.seen[way] > kLoopWindow) return way;
  }
  const auto places_of = [&](uint32_t other) {
    return std::count(set.port, set.port + kWays, other);
  };
  uint32_t greediest = port;
  auto most = places_of(port);
  for (uint32_t way = 0; most <= kWays / 2 && way < kWays; ++way) {
    if (const auto places = places_of(set.port[way]); places > most) {
      greediest = set.port[way];
      most = places;
    }
  }
  uint32_t oldest = kWays;
  for (uint32_t way = 0; way < kWays; ++way) {
    if (set.port[way] != greediest) continue;
    if (oldest == kWays || set.seen[way] < set.seen[oldest]) oldest = way;
  }
  return oldest;
}

}  // namespace ptpswitch::dataplane
