// A forwarder with queues for a network: frames go in from blocks of exactly their size, come out
// into a list a port; transmit time stamps wait until the test delivers or loses them; time is a
// number.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "addon/dataplane/forwarder.h"
#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

using dataplane::Counter;
using dataplane::Limits;

// Who numbers the frames whose transmit time stamps are wanted.
enum class Numbering {
  kChosenBySender,   // SCM_TS_OPT_ID
  kCountedByKernel,  // SOF_TIMESTAMPING_OPT_ID alone: the returned frame is the proof
};

// What the kernel's counter does when a send fails.
enum class FailedSend { kNotCounted, kCounted };

inline constexpr int64_t kT0 = 1'700'000'000'000'000'000;  // a receive time stamp, ns

constexpr int64_t scaled(int64_t ns) { return ns * 65'536; }

class ForwarderHarness final : private dataplane::Effects {
 public:
  // Small enough to fill; long enough lives that nothing ages unless a test lets time pass.
  static Limits small_limits() {
    Limits limits;
    limits.exchanges = 256;
    limits.held_messages = 64;
    limits.in_flight = 64;
    limits.queued_events = 4;
    limits.addresses = 64;
    return limits;
  }

  explicit ForwarderHarness(uint32_t ports = 4, const Limits& limits = small_limits(),
                            Numbering numbering = Numbering::kChosenBySender)
      : counters_(ports * dataplane::PortCounters::kStride),
        ports_(ports),
        numbering_(numbering),
        forwarder(ports, limits, 0x5EED, *this, counters_.data()) {
    for (uint32_t port = 0; port < ports; ++port) forwarder.set_link(port, true);
    dataplane::Policy policy;
    policy.rules = {transparent_everywhere()};
    forwarder.program(std::move(policy));
  }

  static dataplane::PolicyRule transparent_everywhere() {
    dataplane::PolicyRule rule{};
    rule.action.fill(dataplane::Action::kEndToEndTransparent);
    return rule;
  }

  // One frame in.
  void receive(uint32_t port, const Bytes& frame, std::optional<int64_t> timestamp_ns = kT0,
               bool checksum_pending = false, bool truncated = false) {
    ExactFrame exact(frame);
    forwarder.receive(port, exact.data(), exact.length(),
                      {timestamp_ns, checksum_pending, truncated}, now);
    if (!bursts) forwarder.flush(now);
  }

  // A frame of a clock of this box.
  bool submit(uint32_t port, const Bytes& frame, std::optional<uint32_t> context) {
    ExactFrame exact(frame);
    const bool accepted = forwarder.submit(port, exact.data(), exact.length(), context, now);
    if (!bursts) forwarder.flush(now);
    return accepted;
  }

  // Frames that left by `port` since the last call.
  std::vector<Bytes> sent(uint32_t port) { return std::exchange(ports_[port].sent, {}); }
  // Throws away what left by every port; how many frames that was.
  size_t clear_sent() {
    size_t frames = 0;
    for (uint32_t port = 0; port < ports_.size(); ++port) frames += sent(port).size();
    return frames;
  }

  // Frames of `port` whose transmit time stamps wait for the test, oldest first.
  size_t stamps_waiting(uint32_t port) const { return ports_[port].stamps.size(); }
  void stamp(uint32_t port, int64_t timestamp_ns, size_t position = 0) {
    const Stamp stamp = take_stamp(port, position);
    const auto signature =
        numbering_ == Numbering::kCountedByKernel ? std::optional{stamp.signature} : std::nullopt;
    forwarder.transmit_timestamp(port, stamp.number, signature, timestamp_ns, now);
    if (!bursts) forwarder.flush(now);
  }
  void lose_stamp(uint32_t port, size_t position = 0) { take_stamp(port, position); }
  // Delivers every time stamp that waits on any port, all with the same residence.
  void stamp_all(int64_t timestamp_ns) {
    for (uint32_t port = 0; port < ports_.size(); ++port) {
      while (stamps_waiting(port) != 0) stamp(port, timestamp_ns);
    }
  }

  void fail_sends(uint32_t port, uint32_t count, FailedSend kind = FailedSend::kNotCounted) {
    ports_[port].sends_to_fail = count;
    ports_[port].failed_send = kind;
  }
  void new_socket(uint32_t port) {
    ports_[port].stamps.clear();
    ports_[port].kernel_counter = 0;
    forwarder.restart_socket(port, now);
    if (!bursts) forwarder.flush(now);
  }

  void relate(uint32_t port, const dataplane::ClockRelation& relation) {
    forwarder.relate(port, relation, now);
  }

  void advance(int64_t ns) {
    now += ns;
    forwarder.advance(now);
    if (!bursts) forwarder.flush(now);
  }

  uint64_t count(uint32_t port, Counter counter) const {
    return counters_[port * dataplane::PortCounters::kStride + static_cast<size_t>(counter)];
  }
  uint64_t total(Counter counter) const {
    uint64_t sum = 0;
    for (uint32_t port = 0; port < ports_.size(); ++port) sum += count(port, counter);
    return sum;
  }
  uint32_t ports() const { return static_cast<uint32_t>(ports_.size()); }

  struct Punted {
    uint32_t port;
    Bytes frame;
    std::optional<int64_t> timestamp_ns;
  };
  std::vector<Punted> punted;
  bool records_full = false;

  struct ClockStamp {
    uint32_t port;
    uint32_t context;
    std::optional<int64_t> timestamp_ns;
    bool operator==(const ClockStamp&) const = default;
  };
  std::vector<ClockStamp> clock_stamps;

  struct Observed {
    uint32_t port;
    dataplane::SyncObservation observation;  // its source_port_identity is gone: see source
    Bytes source;
  };
  std::vector<Observed> observed;

  std::vector<dataplane::Notice> notices;
  std::vector<dataplane::UnservedMessages> unserved_messages;

  // Sees every frame as it leaves.
  std::function<void(uint32_t port, const Bytes& frame)> on_send;
  // What the driver makes of a frame before it comes back with its time stamp.
  std::function<void(Bytes& frame)> driver;
  // What leaves waits for the test to flush the forwarder.
  bool bursts = false;
  // False for a test that sends many frames and looks at none later.
  bool keep_sent = true;

  int64_t now = 1'000 * dataplane::kSecond;

 private:
  struct Stamp {
    uint32_t number;
    uint64_t signature;
  };
  struct Port {
    std::vector<Bytes> sent;
    std::vector<Stamp> stamps;
    uint32_t kernel_counter = 0;
    uint32_t sends_to_fail = 0;
    FailedSend failed_send = FailedSend::kNotCounted;
  };

  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override {
    Port& out = ports_[port];
    uint32_t sent = 0;
    for (const auto& [data, length, number] : frames) {
      if (out.sends_to_fail != 0) {
        --out.sends_to_fail;
        if (number && out.failed_send == FailedSend::kCounted) ++out.kernel_counter;
        break;
      }
      if (number) {
        const uint32_t counted = out.kernel_counter++;
        Bytes returned(data, data + length);
        if (driver) driver(returned);
        const auto signature =
            dataplane::frame_signature(returned.data(), static_cast<uint32_t>(returned.size()));
        out.stamps.push_back(
            {numbering_ == Numbering::kCountedByKernel ? counted : *number, signature});
      }
      if (on_send) on_send(port, {data, data + length});
      if (keep_sent) out.sent.emplace_back(data, data + length);
      ++sent;
    }
    return sent;
  }

  bool punt(uint32_t port, const wire::FrameView& view,
            std::optional<int64_t> timestamp_ns) override {
    if (records_full) return false;
    punted.push_back({port, {view.data, view.data + view.length}, timestamp_ns});
    return true;
  }

  void observe_sync(uint32_t port, const dataplane::SyncObservation& observation) override {
    const uint8_t* source = observation.source_port_identity;
    observed.push_back({port, observation, {source, source + 10}});
    observed.back().observation.source_port_identity = nullptr;
  }

  void notice(const dataplane::Notice& notice) override { notices.push_back(notice); }
  void unserved(const dataplane::UnservedMessages& messages) override {
    unserved_messages.push_back(messages);
  }

  void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                std::optional<int64_t> timestamp_ns) override {
    clock_stamps.push_back({port, context, timestamp_ns});
  }

  Stamp take_stamp(uint32_t port, size_t position) {
    auto& stamps = ports_[port].stamps;
    REQUIRE(position < stamps.size());
    const Stamp stamp = stamps[position];
    stamps.erase(stamps.begin() + static_cast<std::ptrdiff_t>(position));
    return stamp;
  }

  std::vector<std::atomic<uint64_t>> counters_;
  std::vector<Port> ports_;
  Numbering numbering_;

 public:
  // Declared last: its constructor may already call the effects above.
  dataplane::Forwarder forwarder;
};

using Frames = std::vector<Bytes>;

}  // namespace ptpswitch::test
