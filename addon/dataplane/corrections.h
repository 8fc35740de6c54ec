// What is added to the correctionField of each general message (10.2.2, 10.3.2). An event message
// opens an exchange, which learns its residence at each egress port from the transmit time stamps;
// a general message leaves as soon as the residences that it depends on are known, is held until
// then, and is dropped when they never will be.
//
// Nothing here calls itself by a detour: a residence that has become known, or is lost, only marks
// its exchange as changed, and settle() does what follows from that.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/exchange_table.h"
#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/held_messages.h"
#include "addon/dataplane/transmission.h"
#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

class Corrections {
 public:
  // `state` and `transmission` outlive it. `seed` salts the table.
  Corrections(const Limits& limits, uint64_t seed, ForwardingState& state,
              Transmission& transmission);

  // An event message has come in: opens its exchange. The exchange of the same message before, or
  // of one before sequenceId wrapped, is closed.
  ExchangeIndex open(uint32_t ingress, const wire::FrameView& event, Action action,
                     const Arrival& arrival, int64_t now);
  const Exchange& at(ExchangeIndex index) { return exchanges_.at(index); }
  // Sends the event message of an exchange; the ports that it leaves by.
  uint32_t send_event(ExchangeIndex index, const wire::FrameView& event, uint32_t egress_ports,
                      int64_t now);
  // Holds the follow-up that this switch has written for a one-step message.
  void hold_generated(ExchangeIndex index, const wire::FrameView& follow_up, uint32_t egress_ports,
                      int64_t now);

  // The exchange of the event message that a Follow_Up or Pdelay_Resp_Follow_Up follows; it is
  // opened when the follow-up has overtaken its event message.
  ExchangeIndex followed_event(uint32_t ingress, const wire::FrameView& follow_up, int64_t now);
  // The ports that the request of a Delay_Resp came in by.
  uint32_t requester_ports(uint32_t ingress, const wire::FrameView& delay_resp);
  // A port that the request of an answer has left by, when it has not left by the one that the
  // answer came in by: its residence is not known then.
  std::optional<uint32_t> asked_by_other_port(uint32_t ingress, const wire::FrameView& response);
  // Notes an answer to a multicast Pdelay_Req. The result is the port that the first answer came in
  // by, when that was another one.
  std::optional<uint32_t> answered_before(uint32_t ingress, const wire::FrameView& pdelay_resp);
  // Sends a general message by each port as soon as its correction there is known. `followed`: the
  // event message that it follows, kNoExchange for a Delay_Resp.
  void send_general(uint32_t ingress, const wire::FrameView& view, ExchangeIndex followed,
                    uint32_t egress_ports, int64_t now);

  // The transmit time stamp of an exchange's event message has come, or will never come.
  void transmitted(uint32_t egress, const TransmitTag& tag, int64_t timestamp_ns, int64_t now);
  void timestamp_lost(uint32_t egress, const TransmitTag& tag);

  // Does all that follows from what has happened since the last call: sends the messages that can
  // be corrected now and the event messages that a register has become free for, and drops what
  // will never be corrected.
  void settle(int64_t now);
  // Gives up held messages and exchanges that are due.
  void age(int64_t now);
  std::optional<int64_t> next_deadline();

 private:
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

  PortCounters& counters(uint32_t port) { return state_.ports[port].counters; }

  Correction correction_for(const wire::FrameView& view, ExchangeIndex followed, uint32_t ingress,
                            uint32_t egress);
  Correction residence_of(ExchangeIndex index, uint32_t egress);
  std::optional<wire::ScaledNs> residence_between(const Exchange& exchange, uint32_t egress,
                                                  uint32_t clock_epoch, int64_t timestamp_ns,
                                                  int64_t now);
  Correction residence_of_request(const wire::FrameView& response, uint32_t requester_port,
                                  uint32_t ingress);

  ExchangeIndex insert(const ExchangeKey& key, uint32_t ingress, uint64_t far_end, int64_t now);
  // `reason`: what is counted for each message that was held for it.
  void close(ExchangeIndex index, Counter reason);
  bool superseded(const TransmitTag& tag);
  void set_state(ExchangeIndex index, uint32_t egress, Transmission::Sent sent);
  void changed(ExchangeIndex index, uint32_t egress_ports);

  bool hold(uint32_t ingress, const wire::FrameView& view, uint32_t egress_ports,
            ExchangeIndex wait_for, bool forwarded, int64_t now);
  void attach(HeldIndex held, ExchangeIndex exchange);
  void release_held(ExchangeIndex exchange, uint32_t changed_ports, int64_t now);
  void drop_held(HeldIndex held, Counter reason);

  const Limits limits_;
  ForwardingState& state_;
  Transmission& transmission_;
  ExchangeTable exchanges_;
  HeldMessages held_;
  std::vector<ExchangeIndex> changed_;  // exchanges to settle, oldest first
};

}  // namespace ptpswitch::dataplane
