// The forwarding engine of the switch: PTP frames and time stamps in, frames out. It does no I/O,
// reads no clock and allocates nothing after construction; `now` is any monotonic time in ns, used
// for ageing only.
//
// IEEE 1588-2019 clauses 10.2 (end-to-end transparent clock) and 10.3 (peer-to-peer), as a two-step
// clock: corrections go into the general message that follows, one-step messages are converted.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/address_table.h"
#include "addon/dataplane/clock_relation.h"
#include "addon/dataplane/counters.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/event_queue.h"
#include "addon/dataplane/exchange_table.h"
#include "addon/dataplane/held_messages.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/loop_isolation.h"
#include "addon/dataplane/policy.h"
#include "addon/dataplane/sync_sampling.h"
#include "addon/dataplane/transmit_batch.h"
#include "addon/dataplane/transmit_ledger.h"
#include "addon/dataplane/vlan_filter.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

struct PortSettings {
  int64_t ingress_latency_ns = 0;  // 7.3.4: subtracted from receive time stamps
  int64_t egress_latency_ns = 0;   // 7.3.4: added to transmit time stamps
  int64_t delay_asymmetry_ns = 0;  // 7.4.2, 11.6
  uint32_t outstanding_limit =
      0;  // transmit time stamps the hardware can hold; 0: no limit but the ledger's
};

class Forwarder {
 public:
  // `counters` is ports * PortCounters::kStride values that outlive the forwarder. `seed` salts the
  // tables.
  Forwarder(uint32_t ports, const Limits& limits, uint64_t seed, Effects& effects,
            std::atomic<uint64_t>* counters);

  void configure(uint32_t port, const PortSettings& settings);
  void program(Policy policy);
  // How the port's clock relates to the common timebase from now on; the identity until told
  // otherwise.
  void relate(uint32_t port, const ClockRelation& relation) { ports_[port].relation = relation; }
  // A port without link neither sends nor is flooded to.
  void set_link(uint32_t port, bool up);
  // The port has a new socket: what was outstanding on the old one is lost.
  void restart_socket(uint32_t port, int64_t now);

  struct Reception {
    std::optional<int64_t> timestamp_ns;  // raw, on the port's clock
    bool checksum_pending = false;        // see wire::parse_frame
    bool truncated = false;               // longer than `length`
  };
  // One frame from the wire. May edit it in place; keeps nothing of it.
  void receive(uint32_t port, uint8_t* frame, uint16_t length, const Reception& reception,
               int64_t now);

  // A transmit time stamp. `signature` as in TransmitLedger::match.
  void transmit_timestamp(uint32_t port, uint32_t number, std::optional<uint64_t> signature,
                          int64_t timestamp_ns, int64_t now);

  // Sends a frame of a clock of this box; with `context` its transmit time stamp comes back. False:
  // it is no PTP frame.
  bool submit(uint32_t port, uint8_t* frame, uint16_t length, std::optional<uint32_t> context,
              int64_t now);

  // Sends the transmit batches that the other calls have filled. It is called at the end of a
  // burst, so that what the burst leads to leaves in one call of the kernel for each port.
  void flush(int64_t now);

  // Lets time pass: gives up time stamps, held messages and exchanges that are due.
  void advance(int64_t now);
  // When advance() will have something to do; none while nothing waits.
  std::optional<int64_t> next_deadline();

  PortCounters& counters(uint32_t port) { return ports_[port].counters; }

 private:
  struct Port {
    Port(const Limits& limits, std::atomic<uint64_t>* block)
        : ledger(limits.in_flight), queue(limits.queued_events), counters(block) {}

    PortSettings settings;
    ClockRelation relation;
    bool link = false;
    TransmitLedger ledger;
    EventQueue queue;  // waits for a free time stamp register, before the batch
    TransmitBatch batch;
    PortCounters counters;
  };

  // What is added to the correctionField of a general message that leaves by one port.
  struct Correction {
    enum class Kind : uint8_t {
      kKnown,
      kWait,              // for the exchange in `wait_for`
      kUnknown,           // and never will be
      kNotRequesterPort,  // nobody behind that port sent the request
    };
    Kind kind;
    wire::ScaledNs value = 0;
    ExchangeIndex wait_for = kNoExchange;
  };

  void forward_end_to_end(uint32_t ingress, wire::FrameView& view, const Reception& reception,
                          int64_t now);
  void forward_peer_to_peer(uint32_t ingress, wire::FrameView& view, const Reception& reception,
                            int64_t now);
  // A raw time stamp of a port in ns of the common timebase; none while its clock is not related.
  std::optional<int64_t> common_ns(uint32_t port, int64_t timestamp_ns) const;
  void terminate(uint32_t ingress, const wire::FrameView& view, const Reception& reception);
  void copy_management_request(uint32_t ingress, const wire::FrameView& view);
  void forward_event(uint32_t ingress, wire::FrameView& view, const Reception& reception,
                     uint32_t egress_ports, int64_t now);
  void forward_corrected(uint32_t ingress, const wire::FrameView& view, uint32_t egress_ports,
                         int64_t now);
  void forward_unchanged(uint32_t ingress, const wire::FrameView& view, uint32_t egress_ports,
                         Counter sent, int64_t now);
  void observe(uint32_t ingress, const wire::FrameView& follow_up, ExchangeIndex followed,
               int64_t now);

  bool is_repeated(uint32_t ingress, uint64_t fingerprint, int64_t now);
  // Ports that neither the bridge nor the loop guard keeps from sending.
  uint32_t unblocked_ports() const {
    return all_ports_ & policy_.bridge.forwarding & ~loops_.isolated();
  }
  // What to count when the port may not send now; none when it may.
  std::optional<Counter> reason_not_to_send(uint32_t egress) const;

  uint32_t egress_set(uint32_t ingress, const wire::FrameView& view, int64_t now);
  uint32_t requester_ports(uint32_t ingress, const wire::FrameView& delay_resp);

  ExchangeIndex open_exchange(const ExchangeKey& key, uint32_t ingress, int64_t now);
  void close_exchange(ExchangeIndex index);
  ExchangeIndex find_request(const wire::FrameView& response, uint32_t requester_port);
  bool anyone_requested(const wire::FrameView& response) const;

  // `followed`: the event message that `view` follows, none for a Delay_Resp.
  Correction correction_for(const wire::FrameView& view, ExchangeIndex followed, uint32_t ingress,
                            uint32_t egress);
  Correction residence_of(ExchangeIndex index, uint32_t egress);

  bool hold(uint32_t ingress, const wire::FrameView& view, uint32_t egress_ports,
            ExchangeIndex wait_for, bool forwarded, int64_t now);
  void attach(HeldIndex held, ExchangeIndex exchange);
  void release_held(ExchangeIndex exchange, uint32_t changed_ports, int64_t now);
  ExchangeIndex followed_event(const HeldMessage& message) const;
  void drop_held(HeldIndex held, Counter reason);

  void send_event(uint32_t egress, wire::MessageType type, const uint8_t* frame, uint16_t length,
                  const TransmitTag& tag, int64_t now);
  bool send_corrected(uint32_t egress, const wire::FrameView& view, wire::ScaledNs correction,
                      int64_t now);
  void add_to_batch(uint32_t egress, const TransmitBatch::Message& message, const uint8_t* frame,
                    uint16_t length, int64_t now);
  void flush_batch(uint32_t egress, int64_t now);
  void send_failed(uint32_t egress, const std::optional<TransmitTag>& tag, int64_t now);
  bool no_free_timestamp_register(Port& port, int64_t now);
  void drop_event(uint32_t egress, const TransmitTag& tag, Counter reason);
  bool superseded(const TransmitTag& tag);
  void send_queued(uint32_t egress, int64_t now);
  std::optional<wire::ScaledNs> residence_between(const Exchange& exchange, uint32_t egress,
                                                  uint32_t clock_epoch, int64_t timestamp_ns);
  void timestamp_lost(uint32_t egress, const TransmitTag& tag, int64_t now);

  Limits limits_;
  Effects& effects_;
  std::vector<Port> ports_;
  uint32_t all_ports_;
  Policy policy_;
  AddressTable addresses_;
  SyncSampling sampling_;
  ExchangeTable exchanges_;
  HeldMessages held_;
  LoopIsolation loops_;
  VlanFilter vlans_;
  uint32_t unsent_batches_ = 0;  // ports whose batch is not empty
};

}  // namespace ptpswitch::dataplane
