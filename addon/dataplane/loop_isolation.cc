#include "addon/dataplane/loop_isolation.h"

#include <algorithm>
#include <utility>

#include "addon/dataplane/port_set.h"

namespace ptpswitch::dataplane {

LoopIsolation::LoopIsolation(uint32_t ports, const Limits& limits, uint64_t seed)
    : guard_(limits.loop_fingerprints, seed),
      sources_(limits.loop_sources, ports, limits.address_ageing, seed),
      ports_(ports) {}

LoopIsolation::Verdict LoopIsolation::note(uint32_t ingress, const Fingerprint& fingerprint,
                                           uint64_t station, int64_t now) {
  const auto repeat = guard_.note(fingerprint, ingress, now);
  if (!repeat) {
    sources_.note(station, ingress, now);
    return {};
  }
  const Verdict only_repeated{.repeated = repeat->cause, .isolated = std::nullopt};
  if (repeat->cause != LoopGuard::Cause::kLoop) return only_repeated;

  Isolated loop{ingress, repeat->first_port};
  if (is_newer(loop.other_port, loop.port, station, now)) std::swap(loop.port, loop.other_port);
  // What was under way when the port was isolated says nothing new.
  if (contains(isolated_, loop.port)) return only_repeated;
  Port& port = ports_[loop.port];
  if (now - port.repeats_since > kLoopRepeatWindow) port.repeats = 0;
  if (port.repeats == 0) port.repeats_since = now;
  if (++port.repeats < kLoopRepeats) return only_repeated;

  port.isolated_until = now + kLoopIsolation;
  isolated_ |= bit(loop.port);
  // One port may have been enough to break the loop, so the others need new evidence.
  for (Port& each : ports_) each.repeats = 0;
  return {.repeated = repeat->cause, .isolated = loop};
}

// Whether the station has been heard by `port` for a shorter time than by the other one, or not at
// all.
bool LoopIsolation::is_newer(uint32_t port, uint32_t than, uint64_t station, int64_t now) const {
  const auto other = sources_.heard_since(station, than, now);
  const auto since = sources_.heard_since(station, port, now);
  return other && (!since || *since > *other);
}

uint32_t LoopIsolation::end_expired(int64_t now) {
  uint32_t ended = 0;
  each_port(isolated_, [&](uint32_t port) {
    if (now >= ports_[port].isolated_until) ended |= bit(port);
  });
  isolated_ &= ~ended;
  return ended;
}

std::optional<int64_t> LoopIsolation::next_deadline() const {
  std::optional<int64_t> deadline;
  each_port(isolated_, [&](uint32_t port) {
    const int64_t until = ports_[port].isolated_until;
    deadline = deadline ? std::min(*deadline, until) : until;
  });
  return deadline;
}

}  // namespace ptpswitch::dataplane
