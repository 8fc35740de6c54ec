// Recognises messages that come in a second time by another port, or many times by the same, which
// on a network without loops happens to doubles only (docs/decisions/0014). The memory is bounded,
// and divided into sets by the hash of the message; in a full set the port with most messages makes
// room. So what floods one port evicts nothing of what came in by the others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// The LAN of the Parallel Redundancy Protocol that a frame was sent to, by the trailer that ends
// the frame (IEC 62439-3). A sender on such a network sends each frame to both LANs.
enum class RedundantLan : uint8_t { kNone, kA, kB };

// What a message keeps on its way through this switch, and round a loop. The correctionField is
// not part of it, nor twoStepFlag, nor a checksum, nor what is behind messageLength; a VLAN's tag
// is inserted before this is taken, and so is the same whether the frame had one or not.
struct Fingerprint {
  uint64_t message;  // a hash of transport, VLANs, destination and content
  uint32_t sender;   // a hash of the source addresses
  RedundantLan lan;
};
Fingerprint fingerprint(const wire::FrameView& view, uint64_t seed);
// The same for PTP version 1, which has no correctionField.
Fingerprint version1_fingerprint(const wire::FrameView& view, uint64_t seed);

class LoopGuard {
 public:
  // `capacity` is rounded up to a power of two; `seed` salts the fingerprints.
  LoopGuard(uint32_t capacity, uint64_t seed);

  uint64_t seed() const { return seed_; }

  enum class Cause : uint8_t {
    kLoop,
    // Not a loop: the sender has sent the frame to both LANs, or the message comes from another
    // address, which no loop of bridges changes.
    kDouble,
    // It came in by the same port before, kLoopPasses times: it leaves by another port, and comes
    // round to this one.
    kSamePort,
  };
  struct Repeat {
    uint32_t first_port;  // by which the message came in before
    Cause cause;
  };
  // Notes a message. None unless it came in before, at most kLoopWindow ago.
  std::optional<Repeat> note(const Fingerprint& fingerprint, uint32_t port, int64_t now);

 private:
  // With eight, a port that uses a tenth of the memory practically never fills half of a set.
  static constexpr uint32_t kWays = 8;

  // The first time that each of some messages came in. What every message is compared with is in
  // one cache line.
  struct alignas(64) Set {
    Set() { std::fill_n(seen, kWays, -kLoopWindow - 1); }

    uint64_t message[kWays] = {};
    int64_t seen[kWays];
    uint32_t sender[kWays] = {};
    uint8_t port[kWays] = {};
    uint8_t passes[kWays] = {};  // by that port
    RedundantLan lan[kWays] = {};
  };

  static uint32_t make_room(const Set& set, uint32_t port, int64_t now);

  std::vector<Set> sets_;
  uint64_t set_mask_;
  uint64_t seed_;
};

}  // namespace ptpswitch::dataplane
