#include "addon/dataplane/loop_isolation.h"

#include "addon/dataplane/port_set.h"

namespace ptpswitch::dataplane {

std::optional<LoopIsolation::Repeat> LoopIsolation::repeated(uint32_t ingress, uint64_t fingerprint,
                                                             int64_t now) {
  const auto first_port = guard_.seen_at_other_port(fingerprint, ingress, now);
  if (!first_port) return std::nullopt;
  Port& port = ports_[ingress];
  if (now - port.repeats_since > kLoopRepeatWindow) port.repeats = 0;
  if (port.repeats == 0) port.repeats_since = now;
  if (++port.repeats < kLoopRepeats) return Repeat{*first_port, false};
  port.repeats = 0;
  port.isolated_until = now + kLoopIsolation;
  isolated_ |= bit(ingress);
  return Repeat{*first_port, true};
}

void LoopIsolation::end_expired(int64_t now) {
  each_port(isolated_, [&](uint32_t port) {
    if (now >= ports_[port].isolated_until) isolated_ &= ~bit(port);
  });
}

}  // namespace ptpswitch::dataplane
