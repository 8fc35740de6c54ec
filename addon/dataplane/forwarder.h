// The forwarding engine of the switch: PTP frames and time stamps in, frames out. It does no I/O,
// reads no clock and allocates nothing after construction; `now` is any monotonic time in ns, used
// for ageing only.
//
// IEEE 1588-2019 clauses 10.2 (end-to-end transparent clock) and 10.3 (peer-to-peer), as a two-step
// clock: corrections go into the general message that follows, one-step messages are converted.
//
// The way of a Sync and of its Follow_Up through the switch stands in forwarder.cc, from top to
// bottom: Reception lets it in, Corrections opens its exchange, Transmission sends it by each port;
// its transmit time stamps complete the exchange, and the Follow_Up leaves with what they make.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "addon/dataplane/corrections.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/notices.h"
#include "addon/dataplane/reception.h"
#include "addon/dataplane/sync_observer.h"
#include "addon/dataplane/transmission.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class Forwarder {
 public:
  // `counters` is ports * PortCounters::kStride values that outlive the forwarder. `seed` salts the
  // tables.
  Forwarder(uint32_t ports, const Limits& limits, uint64_t seed, Effects& effects,
            std::atomic<uint64_t>* counters);

  void configure(uint32_t port, const PortSettings& settings);
  // The policy from now on. Returns the one before, so that its memory need not be freed by the
  // thread that forwards.
  Policy program(Policy policy);
  // How the port's clock relates to the common timebase from now on; the identity until told
  // otherwise. A new epoch says that the clock was set: what was stamped before gets no correction,
  // whenever it comes in.
  void relate(uint32_t port, const ClockRelation& relation, int64_t now);
  // A port without link neither sends nor is flooded to.
  void set_link(uint32_t port, bool up);
  // The port has a new socket: what was outstanding on the old one is lost.
  void restart_socket(uint32_t port, int64_t now);

  // One frame from the wire. May edit it in place; keeps nothing of it.
  void receive(uint32_t port, uint8_t* frame, uint16_t length, const Arrival& arrival, int64_t now);

  // A transmit time stamp; none when it has come and does not serve. `signature` as in
  // TransmitLedger::match.
  void transmit_timestamp(uint32_t port, uint32_t number, std::optional<uint64_t> signature,
                          std::optional<int64_t> timestamp_ns, int64_t now);

  // Sends a frame of a clock of this box; with `context` its transmit time stamp comes back. False:
  // it is no PTP frame.
  bool submit(uint32_t port, uint8_t* frame, uint16_t length, std::optional<uint32_t> context,
              int64_t now);

  // Sends the transmit batches that the other calls have filled. It is called at the end of a
  // burst, so that what the burst leads to leaves in one call of the kernel for each port.
  void flush(int64_t now);

  // Whether transmit time stamps of the port are still to come, and whether the next advance() will
  // give one of them up.
  bool awaits_timestamps(uint32_t port) const { return transmission_.awaits_timestamps(port); }
  bool has_overdue_timestamp(uint32_t port, int64_t now) {
    return transmission_.has_overdue_timestamp(port, now);
  }

  // Lets time pass: gives up time stamps, held messages and exchanges that are due, and tries
  // isolated ports again.
  void advance(int64_t now);
  // When advance() will have something to do; none while nothing waits.
  std::optional<int64_t> next_deadline();

  PortCounters& counters(uint32_t port) { return state_.ports[port].counters; }

 private:
  void forward_end_to_end(uint32_t ingress, wire::FrameView& view, const Arrival& arrival,
                          int64_t now);
  void forward_peer_to_peer(uint32_t ingress, wire::FrameView& view, const Arrival& arrival,
                            int64_t now);
  void forward_event(uint32_t ingress, wire::FrameView& view, Action action, const Arrival& arrival,
                     int64_t now);
  void forward_follow_up(uint32_t ingress, const wire::FrameView& view, int64_t now);
  void forward_delay_resp(uint32_t ingress, const wire::FrameView& view, int64_t now);
  bool drop_by_other_port(uint32_t ingress, const wire::FrameView& response, int64_t now);
  void forward_unchanged(uint32_t ingress, const wire::FrameView& view, uint32_t allowed_ports,
                         Counter sent, int64_t now);
  void terminate(uint32_t ingress, const wire::FrameView& view, const Arrival& arrival,
                 int64_t now);
  void copy_management_request(uint32_t ingress, const wire::FrameView& view);
  void timestamp_lost(uint32_t egress, const TransmitTag& tag);

  Effects& effects_;
  ForwardingState state_;
  Notices notices_;
  Reception reception_;
  Transmission transmission_;
  Corrections corrections_;
  SyncObserver observer_;
};

}  // namespace ptpswitch::dataplane
