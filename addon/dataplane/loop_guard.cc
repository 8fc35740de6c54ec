#include "addon/dataplane/loop_guard.h"

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

// The IP addresses: first the source's, then the destination's.
struct IpAddresses {
  const uint8_t* source;
  uint32_t length;  // of each; 0 where there are none
};
IpAddresses ip_addresses(const FrameView& view) {
  const uint8_t* ip = view.data + view.network_offset;
  switch (view.transport) {
    case Transport::kUdp4:
      return {ip + 12, 4};
    case Transport::kUdp6:
      return {ip + 8, 16};
    case Transport::kL2:
      break;
  }
  return {ip, 0};
}

uint64_t hash_of_sender(const FrameView& view, uint64_t seed) {
  const IpAddresses ip = ip_addresses(view);
  return mix_bytes(mix_bytes(seed, view.source_mac(), kMacLength), ip.source, ip.length);
}

uint64_t hash_of_flow(const FrameView& view, uint64_t seed) {
  const uint64_t vlans = static_cast<uint64_t>(view.vlan_id[0]) << 16 | view.vlan_id[1];
  const uint64_t hash = mix(seed, vlans << 8 | static_cast<uint64_t>(view.transport));
  const IpAddresses ip = ip_addresses(view);
  return mix_bytes(mix_bytes(hash, view.destination_mac(), kMacLength), ip.source + ip.length,
                   ip.length);
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

LoopGuard::LoopGuard(uint32_t capacity, uint32_t ports, uint64_t seed)
    : messages_(capacity, ports, kLoopWindow, seed), seed_(seed) {}

std::optional<LoopGuard::Repeat> LoopGuard::note(const Fingerprint& fingerprint, uint32_t port,
                                                 int64_t now) {
  auto* const first = messages_.find(fingerprint.message, now);
  if (first == nullptr) {
    messages_.insert(fingerprint.message, port, {fingerprint.sender, fingerprint.lan, 1, now}, now);
    return std::nullopt;
  }
  if (first->port == port) {
    messages_.renew(*first, port, now);
    return pass_again(first->value, now) ? std::nullopt
                                         : std::optional(Repeat{port, Cause::kSamePort});
  }
  const bool other_lan = fingerprint.lan != RedundantLan::kNone &&
                         first->value.lan != RedundantLan::kNone &&
                         fingerprint.lan != first->value.lan;
  const bool other_sender = fingerprint.sender != first->value.sender;
  return Repeat{first->port, other_lan || other_sender ? Cause::kDouble : Cause::kLoop};
}

// Senders that never change what they send, and doubles, may do so a few times.
bool LoopGuard::pass_again(First& first, int64_t now) {
  if (now - first.since > kLoopWindow) {
    first.since = now;
    first.passes = 0;
  }
  return ++first.passes <= kLoopPasses;
}

}  // namespace ptpswitch::dataplane
