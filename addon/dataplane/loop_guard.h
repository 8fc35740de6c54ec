// Notices forwarded messages that come round: the same message in by a second port, which on a
// network without loops cannot be. Bounded; a message that finds no room evicts an older one, and a
// loop is then noticed by the next.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// What a message is known by, however often it was corrected: type, domain, sdoId, source,
// sequenceId, whom it goes to and in which VLAN.
uint64_t message_fingerprint(const wire::FrameView& view, uint64_t seed);
// The same for PTP version 1, which is forwarded as it is: the whole of it.
uint64_t version1_fingerprint(const wire::FrameView& view, uint64_t seed);

class LoopGuard {
 public:
  // `capacity` is rounded up to a power of two; `seed` salts the fingerprints.
  LoopGuard(uint32_t capacity, uint64_t seed);

  // The port by which the message came in less than kLoopWindow ago, where that was another; none,
  // and noted, when it is new.
  std::optional<uint32_t> seen_at_other_port(uint64_t fingerprint, uint32_t port, int64_t now);

  uint64_t seed() const { return seed_; }

 private:
  struct Entry {
    uint64_t fingerprint = 0;
    int64_t seen = -kLoopWindow;
    uint32_t port = 0;
  };
  static constexpr uint32_t kWays = 4;

  std::vector<Entry> entries_;
  uint64_t set_mask_;
  uint64_t seed_;
};

}  // namespace ptpswitch::dataplane
