// Decides which ports are isolated because they are part of a loop. One repeated message may be an
// accident; the second within kLoopRepeatWindow isolates the port for kLoopIsolation, after which
// it is tried again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/loop_guard.h"

namespace ptpswitch::dataplane {

class LoopIsolation {
 public:
  LoopIsolation(uint32_t ports, uint32_t fingerprints, uint64_t seed)
      : guard_(fingerprints, seed), ports_(ports) {}

  // Salts the fingerprints that repeated() is given.
  uint64_t seed() const { return guard_.seed(); }

  struct Repeat {
    uint32_t first_port;  // by which the message came before
    bool isolates;        // the port is isolated from now on
  };
  // Notes a message. None unless it came in by another port a moment ago (see LoopGuard).
  std::optional<Repeat> repeated(uint32_t ingress, uint64_t fingerprint, int64_t now);

  // Ports that are isolated.
  uint32_t isolated() const { return isolated_; }
  // Ends the isolation of the ports whose time is over.
  void end_expired(int64_t now);

 private:
  struct Port {
    uint32_t repeats = 0;
    int64_t repeats_since = 0;
    int64_t isolated_until = 0;
  };

  LoopGuard guard_;
  std::vector<Port> ports_;
  uint32_t isolated_ = 0;
};

}  // namespace ptpswitch::dataplane
