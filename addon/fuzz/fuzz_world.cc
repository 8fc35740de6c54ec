#include "addon/fuzz/fuzz_world.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "addon/dataplane/transmit_ledger.h"
#include "addon/fuzz/requirement.h"

namespace ptpswitch::fuzz {
namespace {

using dataplane::Counter;
using wire::FrameView;
using wire::ParseVerdict;

constexpr int64_t kTrueTimeAtZero = 1'700'000'000'000'000'000;

// Small enough to be filled by a script, and quick to make.
dataplane::Limits small_limits() {
  dataplane::Limits limits;
  limits.exchanges = 32;
  limits.held_messages = 8;
  limits.in_flight = 8;
  limits.queued_events = 3;
  limits.addresses = 16;
  limits.loop_fingerprints = 32;
  return limits;
}

bool is_without_checksum(const FrameView& view) {
  return view.transport == wire::Transport::kUdp4 &&
         wire::read16(view.data + view.udp_offset + 6) == 0;
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      settings_{{},
                {.ingress_latency_ns = 40, .delay_asymmetry_ns = -300},
                {.egress_latency_ns = 25, .delay_asymmetry_ns = 7}},
      counters_(kPorts * dataplane::PortCounters::kStride),
      oracle_(settings_),
      forwarder_(kPorts, small_limits(), 0x5EED, *this, counters_.data()) {
  for (uint32_t port = 0; port < kPorts; ++port) {
    ports_[port].offset = static_cast<int64_t>(port) * 5'000'000'000;
    forwarder_.configure(port, settings_[port]);
    relate(port, true);
    forwarder_.set_link(port, true);
  }
}

int64_t World::true_time() const { return kTrueTimeAtZero + now_; }

// What the port's clock read at a true time.
int64_t World::raw(uint32_t port, int64_t at) const {
  const Port& of = ports_[port];
  for (const Setting& setting : of.settings) {
    if (at < setting.at) return at + setting.offset_before;
  }
  return at + of.offset;
}

bool World::receive(uint32_t port, const uint8_t* frame, size_t length, int64_t age, bool stamped) {
  if (length == 0) return false;
  last_frame_.assign(frame, frame + length);
  FrameView view;
  const auto size = static_cast<uint16_t>(length);
  // The frame as it is, if its sender left out the checksum; else it is finished here, for a script
  // hardly ever has one that is right.
  last_pending_ = false;
  auto verdict = wire::parse_frame(last_frame_.data(), size, false, view).verdict;
  if (verdict != ParseVerdict::kPtp || !is_without_checksum(view)) {
    last_pending_ = true;
    verdict = wire::parse_frame(last_frame_.data(), size, true, view).verdict;
  }
  const int64_t received_at = true_time() - age;
  last_message_ = kNoMessage;
  if (verdict == ParseVerdict::kPtp) {
    const bool peer_to_peer = policy_.action(dataplane::MessageKey::of(view), port) ==
                              dataplane::Action::kPeerToPeerTransparent;
    last_message_ = oracle_.add(view, port, peer_to_peer, received_at);
    if (last_message_ == kNoMessage) return false;
  }
  hand_in(port, last_pending_, received_at, stamped);
  return verdict == ParseVerdict::kPtp;
}

void World::repeat(uint32_t port) {
  if (last_frame_.empty()) return;
  if (last_message_ != kNoMessage) oracle_.at(last_message_).trusted = false;
  hand_in(port, last_pending_, true_time() - 1, true);
}

void World::hand_in(uint32_t port, bool pending, int64_t stamped_at, bool stamped) {
  const size_t length = last_frame_.size();
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[length]);
  std::memcpy(exact.get(), last_frame_.data(), length);
  dataplane::Arrival arrival;
  if (stamped) arrival.timestamp_ns = raw(port, stamped_at);
  arrival.checksum_pending = pending;
  forwarder_.receive(port, exact.get(), static_cast<uint16_t>(length), arrival, now_);
  ++frames_;
  ++received_;
  flush();
}

void World::submit(uint32_t port, const uint8_t* frame, size_t length, bool wants_timestamp) {
  std::vector<uint8_t> copy(frame, frame + length);
  FrameView view;
  const auto size = static_cast<uint16_t>(length);
  if (wire::parse_frame(copy.data(), size, true, view).verdict != ParseVerdict::kPtp) return;
  const MessageIndex message = oracle_.add(view, kOwnClock, false, true_time());
  if (message == kNoMessage) return;
  // Its mark has changed the checksum.
  wire::parse_frame(copy.data(), size, true, view);
  std::optional<uint32_t> context;
  if (wants_timestamp) {
    context = message;
    ++submitted_;
  }
  require(forwarder_.submit(port, copy.data(), size, context, now_), "a message can be submitted");
  ++frames_;
  flush();
}

void World::stamp(uint32_t port, size_t position, int64_t delay) {
  auto& waiting = ports_[port].waiting;
  const Waiting stamp = waiting[position];
  waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(position));
  const int64_t at = std::min(stamp.sent_at + delay, true_time());
  if (stamp.message != kNoMessage) oracle_.at(stamp.message).sent_at[port] = at;
  const auto signature =
      options_.kernel_counts ? std::optional{stamp.signature} : std::optional<uint64_t>{};
  forwarder_.transmit_timestamp(port, stamp.number, signature, raw(port, at), now_);
  flush();
}

void World::lose_stamp(uint32_t port, size_t position) {
  auto& waiting = ports_[port].waiting;
  waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(position));
}

void World::advance(int64_t ns) {
  now_ += ns;
  forwarder_.advance(now_);
  forwarder_.flush(now_);
}

void World::flush() {
  if (!options_.bursts) forwarder_.flush(now_);
}

void World::new_socket(uint32_t port) {
  ports_[port].waiting.clear();
  ports_[port].kernel_counter = 0;
  forwarder_.restart_socket(port, now_);
  flush();
}

void World::fail_sends(uint32_t port, uint32_t count, bool counted) {
  ports_[port].sends_to_fail = count;
  ports_[port].failures_counted = counted;
}

void World::program(dataplane::Policy policy) {
  policy_ = policy;
  filtered_vlans_ |= policy.bridge.filters_vlans();
  forwarder_.program(std::move(policy));
}

void World::set_clock(uint32_t port, int64_t forward_ns) {
  Port& of = ports_[port];
  of.settings.push_back({true_time(), of.offset});
  of.offset += forward_ns;
  ++of.epoch;
  relate(port, true);
}

void World::relate_clock(uint32_t port, bool valid) {
  if (!valid) ++ports_[port].epoch;
  relate(port, valid);
}

void World::relate(uint32_t port, bool valid) {
  dataplane::ClockRelation relation;
  relation.raw_anchor_ns = ports_[port].offset;
  relation.epoch = ports_[port].epoch;
  relation.valid = valid;
  forwarder_.relate(port, relation, now_);
}

void World::configure_registers(uint32_t port, uint32_t registers) {
  settings_[port].outstanding_limit = registers;
  forwarder_.configure(port, settings_[port]);
}

uint64_t World::total(Counter counter) const {
  uint64_t sum = 0;
  for (uint32_t port = 0; port < kPorts; ++port) {
    sum += counters_[port * dataplane::PortCounters::kStride + static_cast<size_t>(counter)];
  }
  return sum;
}

void World::finish() {
  for (Port& port : ports_) port.waiting.clear();
  // Each deadline is met, and none leads to another one for ever.
  constexpr int kMostDeadlines = 64;
  advance(1);
  for (int i = 0; i < kMostDeadlines && forwarder_.next_deadline(); ++i) {
    advance(std::max<int64_t>(*forwarder_.next_deadline() - now_, 1));
  }
  require(!forwarder_.next_deadline(), "nothing waits for ever");
  require(submitted_ == 0, "every time stamp that a clock wants is delivered or called lost");
  uint64_t classified = total(Counter::kNotPtp);
  const auto add_all = [&](Counter first, Counter last) {
    for (auto i = static_cast<size_t>(first); i <= static_cast<size_t>(last); ++i) {
      classified += total(static_cast<Counter>(i));
    }
  };
  add_all(Counter::kRxSync, Counter::kRxPtpV1);
  add_all(Counter::kDropShortFrame, Counter::kDropBadSourceAddress);
  // A well-formed frame that finds no room for the tag of its VLAN is counted a second time.
  require(filtered_vlans_ ? classified >= received_ : classified == received_,
          "every frame that came in is counted once");
}

uint32_t World::send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) {
  Port& out = ports_[port];
  uint32_t sent = 0;
  for (const auto& [data, length, number] : frames) {
    if (out.sends_to_fail != 0) {
      --out.sends_to_fail;
      if (number && out.failures_counted) ++out.kernel_counter;
      break;
    }
    require(length <= dataplane::kMaxFrameLength, "no frame is too long");
    // Without a pending checksum the parser writes nothing.
    FrameView view;
    const auto verdict = wire::parse_frame(const_cast<uint8_t*>(data), length, false, view).verdict;
    require(verdict == ParseVerdict::kPtp || verdict == ParseVerdict::kPtpV1,
            "what leaves is PTP, its lengths and checksums right");
    MessageIndex message = kNoMessage;
    if (verdict == ParseVerdict::kPtp) {
      oracle_.check_sent(port, view);
      message = CorrectionOracle::index_of(view);
    }
    if (number) {
      uint64_t signature = 0;
      if (options_.kernel_counts && options_.driver_appends) {
        std::vector<uint8_t> returned(data, data + length);
        returned.insert(returned.end(), {0xDE, 0xAD, 0xBE, 0xEF});
        signature = dataplane::frame_signature(returned.data(), length + 4u);
      } else if (options_.kernel_counts) {
        signature = dataplane::frame_signature(data, length);
      }
      const uint32_t counted = out.kernel_counter++;
      out.waiting.push_back(
          {options_.kernel_counts ? counted : *number, signature, true_time(), message});
    }
    ++sent;
  }
  return sent;
}

bool World::punt(uint32_t port, const FrameView& view, std::optional<int64_t> timestamp_ns) {
  if (records_full_) return false;
  const MessageIndex index = CorrectionOracle::index_of(view);
  require(index != kNoMessage, "what is handed up has come in");
  const Message& message = oracle_.at(index);
  if (message.trusted && timestamp_ns) {
    require(message.ingress == port && *timestamp_ns == message.received_at,
            "a receive time stamp that is handed up is true");
  }
  return true;
}

void World::observe_sync(uint32_t port, const dataplane::SyncObservation& observation) {
  require(port < kPorts && observation.source_port_identity != nullptr, "a report is whole");
}

void World::unserved(const dataplane::UnservedMessages& messages) {
  require(messages.port < kPorts && messages.messages != 0, "messages came in by a port");
}

void World::notice(const dataplane::Notice& notice) {
  require(notice.port < kPorts && notice.other_port < kPorts, "a notice names ports");
}

void World::clock_transmit_timestamp(uint32_t port, uint32_t context,
                                     std::optional<int64_t> timestamp_ns) {
  require(submitted_-- != 0, "a clock is told once");
  if (!timestamp_ns) return;
  const auto& sent_at = oracle_.at(context).sent_at[port];
  require(sent_at && *sent_at == *timestamp_ns, "a transmit time stamp that is handed up is true");
}

}  // namespace ptpswitch::fuzz
