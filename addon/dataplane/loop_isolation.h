// Decides which ports are isolated because they are part of a loop (docs/decisions/0014). One
// repeated message may be an accident; the second within kLoopRepeatWindow isolates a port for
// kLoopIsolation, after which it is tried again. Of the two ports that a message has come in by, it
// is the one by which its sender has been heard for the shorter time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/loop_guard.h"
#include "addon/dataplane/source_ports.h"

namespace ptpswitch::dataplane {

class LoopIsolation {
 public:
  LoopIsolation(uint32_t ports, const Limits& limits, uint64_t seed);

  // Salts the fingerprints.
  uint64_t seed() const { return guard_.seed(); }

  struct Isolated {
    uint32_t port;
    uint32_t other_port;  // by which the messages come that come round to `port`
  };
  struct Verdict {
    std::optional<LoopGuard::Cause> repeated;  // the message came in a moment ago
    std::optional<Isolated> isolated;          // since this message
  };
  // A message of `station` (see station.h) has come in.
  Verdict note(uint32_t ingress, const Fingerprint& fingerprint, uint64_t station, int64_t now);
  // A message that is sent as if it had come in by `ingress`.
  void note_generated(uint32_t ingress, const Fingerprint& fingerprint, int64_t now) {
    guard_.note(fingerprint, ingress, now);
  }

  // Ports that are isolated.
  uint32_t isolated() const { return isolated_; }
  // Ends the isolation of the ports whose time is over; the result is these ports.
  uint32_t end_expired(int64_t now);
  // When end_expired() will have something to do.
  std::optional<int64_t> next_deadline() const;

 private:
  struct Port {
    uint32_t repeats = 0;
    int64_t repeats_since = 0;
    int64_t isolated_until = 0;
  };

  bool is_newer(uint32_t port, uint32_t than, uint64_t station, int64_t now) const;

  LoopGuard guard_;
  SourcePorts sources_;
  std::vector<Port> ports_;
  uint32_t isolated_ = 0;
};

}  // namespace ptpswitch::dataplane
