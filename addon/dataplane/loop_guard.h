// Detects loops: a forwarded message that comes in again by a second port, which cannot happen on a
// network without loops. The memory is bounded: a new message evicts an older one, and a loop is
// then detected by a later message.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// Identifies a message whatever was added to its correctionField: a hash of its type, domain,
// sdoId, source, sequenceId, destination and VLANs.
uint64_t message_fingerprint(const wire::FrameView& view, uint64_t seed);
// The same for PTP version 1: a hash of the whole message, because it is forwarded unchanged.
uint64_t version1_fingerprint(const wire::FrameView& view, uint64_t seed);

class LoopGuard {
 public:
  // `capacity` is rounded up to a power of two; `seed` salts the fingerprints.
  LoopGuard(uint32_t capacity, uint64_t seed);

  // The port by which the same message came in less than kLoopWindow ago, if that was another port.
  // None otherwise; a new message is remembered.
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
