// Mutated and valid frames of every kind, time stamps and time at random, links that flap, sends
// that fail: what must hold whatever happens. A failure is a seed: PTPSWITCH_FUZZ_SEED runs that
// one alone, PTPSWITCH_FUZZ_STEPS says for how long.
#include <cstdlib>
#include <map>
#include <random>

#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using dataplane::Action;
using dataplane::kMillisecond;
using dataplane::kSecond;
using wire::FrameView;
using wire::ParseVerdict;

namespace {

constexpr uint32_t kPorts = 4;

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Few clocks, sequenceIds and domains, so that messages meet.
const std::vector<Bytes>& corpus() {
  static const std::vector<Bytes> frames = [] {
    std::vector<Bytes> all;
    std::mt19937 random(1);
    for (const Encapsulation& encapsulation : encapsulations()) {
      for (const MessageType type : kAllTypes) {
        for (uint16_t sequence = 0; sequence < 4; ++sequence) {
          const bool request = type == MessageType::kDelayReq || type == MessageType::kPdelayReq;
          const Host stranger{static_cast<uint8_t>(3 + random() % 2)};
          const Host from = random() % 8 == 0 ? stranger : request ? kSlave : kMaster;
          const Host to = random() % 8 == 0 ? stranger : request ? kMaster : kSlave;
          auto message = encapsulation.message(type, from, to);
          message.sequence(sequence)
              .two_step(random() % 2)
              .domain(random() % 8 == 0 ? 9 : 0)
              .correction(static_cast<int64_t>(random()) - (1ll << 31));
          if (random() % 16 == 0) message.correction(INT64_MAX - 5);
          if (random() % 50 == 0) message.version(1);
          if (random() % 4 == 0) message.pad_to(static_cast<uint16_t>(random() % 1'600));
          all.push_back(message.build());
        }
      }
    }
    return all;
  }();
  return frames;
}

class Fuzzer {
 public:
  explicit Fuzzer(uint64_t seed) : random_(seed) {
    harness_.keep_sent = false;
    harness_.on_send = [this](uint32_t port, const Bytes& frame) { check_sent(port, frame); };
    harness_.forwarder.configure(3, {.outstanding_limit = 1});
    harness_.forwarder.configure(1, {.ingress_latency_ns = 40, .delay_asymmetry_ns = -300});
    snapshot_ = snapshot();
  }

  void step() {
    switch (below(16)) {
      case 0:
        harness_.advance(static_cast<int64_t>(below(5 * kMillisecond)));
        break;
      case 1:
        if (below(20) == 0) harness_.advance(static_cast<int64_t>(below(6 * kSecond)));
        break;
      case 2:
        disturb();
        break;
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        stamp();
        break;
      default:
        receive();
    }
    check_counters_grow();
  }

  // Everything has aged: nothing waits any more.
  void finish() {
    for (uint32_t port = 0; port < kPorts; ++port) {
      while (harness_.stamps_waiting(port) != 0) harness_.lose_stamp(port);
    }
    for (int i = 0; i < 20; ++i) harness_.advance(kSecond);
    REQUIRE_FALSE(harness_.forwarder.next_deadline());
  }

  uint64_t total(Counter counter) const { return harness_.total(counter); }

 private:
  using Snapshot = std::vector<uint64_t>;

  uint64_t below(uint64_t bound) { return random_() % bound; }

  Bytes mutate(Bytes frame) {
    switch (below(8)) {
      case 0:
        frame.resize(below(frame.size() + 1));
        break;
      case 1:
        frame.resize(frame.size() + below(40), static_cast<uint8_t>(random_()));
        break;
      case 2:
        for (uint8_t& byte : frame) {
          if (below(8) == 0) byte = static_cast<uint8_t>(random_());
        }
        break;
      case 3:  // a tag or four bytes too many
        if (frame.size() > 16) {
          const Bytes tag(frame.begin() + 12, frame.begin() + 16);
          frame.insert(frame.begin() + 12, tag.begin(), tag.end());
        }
        break;
      default:
        for (uint64_t changes = 1 + below(3); changes != 0; --changes) {
          constexpr uint8_t kSpecial[] = {0, 1, 0x7F, 0x80, 0xFF};
          uint8_t& byte = frame[below(frame.size())];
          byte = below(2) ? kSpecial[below(std::size(kSpecial))] : static_cast<uint8_t>(random_());
        }
    }
    return frame;
  }

  // Mostly of one encapsulation for a while, so that requests, answers and follow-ups meet.
  const Bytes& pick() {
    const size_t together = corpus().size() / encapsulations().size();
    if (below(200) == 0) encapsulation_ = below(encapsulations().size());
    if (below(8) == 0) return corpus()[below(corpus().size())];
    return corpus()[encapsulation_ * together + below(together)];
  }

  void receive() {
    Bytes frame = pick();
    if (below(3) == 0) frame = mutate(std::move(frame));
    if (frame.empty()) return;
    ingress_ = static_cast<uint32_t>(below(kPorts));
    // A checksum that is finished here lets more mutations through.
    const bool pending = below(2) == 0;
    ExactFrame finished(frame);
    FrameView view;
    const ParseVerdict verdict = finished.parse(view, pending).verdict;
    received_ = finished.bytes();
    received_view_ = view;
    received_view_.data = received_.data();
    const auto timestamp = below(50) == 0
                               ? std::nullopt
                               : std::optional(clock_ns_ += static_cast<int64_t>(below(2'000)));
    const Snapshot before = snapshot();
    harness_.receive(*ingress_, frame, timestamp, pending, below(200) == 0);
    check_accounted(before, *ingress_, verdict);
    ingress_.reset();
  }

  void stamp() {
    const auto port = static_cast<uint32_t>(below(kPorts));
    const size_t waiting = harness_.stamps_waiting(port);
    if (waiting == 0) return;
    const size_t position = below(4) == 0 ? below(waiting) : 0;
    if (below(20) == 0) return harness_.lose_stamp(port, position);
    int64_t at = clock_ns_ + static_cast<int64_t>(below(100'000));
    if (below(50) == 0) at -= static_cast<int64_t>(below(30 * kSecond));
    if (below(50) == 0) at += static_cast<int64_t>(below(30 * kSecond));
    harness_.stamp(port, at, position);
  }

  void disturb() {
    const auto port = static_cast<uint32_t>(below(kPorts));
    switch (below(40)) {
      case 0:
        harness_.forwarder.set_link(port, false);
        break;
      case 1:
      case 2:
      case 3:
        harness_.forwarder.set_link(port, true);
        break;
      case 4:
        harness_.fail_sends(port, static_cast<uint32_t>(below(4)));
        break;
      case 5:
        harness_.new_socket(port);
        break;
      case 7:
        harness_.bursts = true;
        break;
      case 8:
        harness_.bursts = false;
        harness_.forwarder.flush(harness_.now);
        break;
      case 6: {
        dataplane::PolicyRule other = ForwarderHarness::transparent_everywhere();
        other.domain_number = 9;
        other.action.fill(below(2) ? Action::kDrop : Action::kTerminate);
        dataplane::Policy policy;
        policy.rules = {other};
        if (below(4) != 0) policy.rules.push_back(ForwarderHarness::transparent_everywhere());
        harness_.forwarder.program(policy);
        harness_.records_full = below(2) == 0;
        harness_.punted.clear();
        break;
      }
    }
  }

  // Every frame that leaves is PTP with right lengths and checksums, and does not leave where it
  // came in.
  void check_sent(uint32_t port, const Bytes& frame) {
    // Within a burst it is some earlier frame that leaves.
    const bool of_ingress = ingress_ && !harness_.bursts;
    if (of_ingress) REQUIRE(port != *ingress_);
    REQUIRE(frame.size() <= dataplane::kMaxFrameLength);
    ExactFrame exact(frame);
    FrameView view;
    const ParseVerdict verdict = exact.parse(view).verdict;
    REQUIRE((verdict == ParseVerdict::kPtp || verdict == ParseVerdict::kPtpV1));
    const bool event_or_unchanged = verdict == ParseVerdict::kPtpV1 || wire::is_event(view.type) ||
                                    view.type >= MessageType::kAnnounce;
    // What is sent while a frame is being received, and is not a follow-up, is that frame.
    if (of_ingress && event_or_unchanged) check_transparent(frame);
  }

  // The frame as received, but for the checksum and twoStepFlag.
  void check_transparent(const Bytes& frame) {
    REQUIRE(frame.size() == received_.size());
    const FrameView& view = received_view_;
    for (size_t at = 0; at < frame.size(); ++at) {
      if (view.udp_offset != 0 && (at == view.udp_offset + 6u || at == view.udp_offset + 7u))
        continue;
      const bool flags = at == view.ptp_offset + 6u;
      CAPTURE(at);
      REQUIRE((frame[at] == received_[at] || (flags && frame[at] == (received_[at] | 0x02))));
    }
  }

  // Each received frame is classified once, at its port; what is well formed has an outcome.
  void check_accounted(const Snapshot& before, uint32_t port, ParseVerdict verdict) {
    auto grown = [&](uint32_t of_port, Counter counter) {
      const size_t at = of_port * dataplane::kCounterCount + static_cast<size_t>(counter);
      return harness_.count(of_port, counter) - before[at];
    };
    auto grown_between = [&](Counter first, Counter last) {
      uint64_t sum = 0;
      for (auto i = static_cast<size_t>(first); i <= static_cast<size_t>(last); ++i) {
        sum += grown(port, static_cast<Counter>(i));
      }
      return sum;
    };
    const uint64_t well_formed = grown_between(Counter::kRxSync, Counter::kRxPtpV1);
    const uint64_t turned_away =
        grown_between(Counter::kDropShortFrame, Counter::kDropBadSourceAddress) +
        grown(port, Counter::kNotPtp);
    REQUIRE(well_formed + turned_away == 1);
    if (verdict == ParseVerdict::kNotPtp) REQUIRE(grown(port, Counter::kNotPtp) == 1);
    if (verdict == ParseVerdict::kMalformed) REQUIRE(turned_away == 1);
    if (well_formed == 0) return;

    uint64_t outcomes = 0;
    for (const Counter counter :
         {Counter::kForwarded, Counter::kTerminated, Counter::kHeld, Counter::kDropNoPolicy,
          Counter::kDropByPolicy, Counter::kDropDestinationOnIngressPort,
          Counter::kDropNoEgressPort, Counter::kDropNoRequest, Counter::kDropAnswerByOtherPort,
          Counter::kDropUnexpectedFollowUp, Counter::kDropRecordsFull, Counter::kDropHeldFull}) {
      outcomes += grown(port, counter);
    }
    for (uint32_t egress = 0; egress < kPorts; ++egress) {
      for (const Counter counter :
           {Counter::kDropLinkDown, Counter::kDropSendFailed, Counter::kDropCorrectionUnknown,
            Counter::kNotRequesterPort, Counter::kDropEventQueueFull}) {
        outcomes += grown(egress, counter);
      }
    }
    REQUIRE(outcomes > 0);
  }

  Snapshot snapshot() const {
    Snapshot values;
    for (uint32_t port = 0; port < kPorts; ++port) {
      for (size_t i = 0; i < dataplane::kCounterCount; ++i) {
        values.push_back(harness_.count(port, static_cast<Counter>(i)));
      }
    }
    return values;
  }

  void check_counters_grow() {
    Snapshot now = snapshot();
    for (size_t i = 0; i < now.size(); ++i) {
      if (static_cast<Counter>(i % dataplane::kCounterCount) == Counter::kResidenceMinNs) continue;
      if (now[i] < snapshot_[i]) FAIL("a counter shrank: " << i % dataplane::kCounterCount);
    }
    snapshot_ = std::move(now);
  }

  ForwarderHarness harness_{kPorts};
  std::mt19937_64 random_;
  int64_t clock_ns_ = kT0;
  size_t encapsulation_ = 0;
  Snapshot snapshot_;
  // Of the frame that is being received.
  std::optional<uint32_t> ingress_;
  Bytes received_;
  FrameView received_view_;
};

}  // namespace

TEST_CASE(
    "whatever comes: no crash, no over-read, no echo, every frame accounted for, every output "
    "right") {
  constexpr uint64_t kSeeds = 8;
  const uint64_t chosen = from_environment("PTPSWITCH_FUZZ_SEED", 0);
  const uint64_t steps = from_environment("PTPSWITCH_FUZZ_STEPS", 6'000);
  constexpr Counter kWanted[] = {Counter::kTxSync,
                                 Counter::kTxFollowUp,
                                 Counter::kTxDelayResp,
                                 Counter::kTxPdelayRespFollowUp,
                                 Counter::kTxPtpV1,
                                 Counter::kHeld,
                                 Counter::kGenerated,
                                 Counter::kTransmitTimestampMissing,
                                 Counter::kEventsQueued,
                                 Counter::kDropLinkDown,
                                 Counter::kDropSendFailed,
                                 Counter::kAbsurdResidence,
                                 Counter::kDropBadMessageLength};
  std::map<Counter, uint64_t> totals;
  for (uint64_t seed = chosen ? chosen : 1; seed <= (chosen ? chosen : kSeeds); ++seed) {
    CAPTURE(seed);
    Fuzzer fuzzer(seed);
    for (uint64_t step = 0; step < steps; ++step) {
      CAPTURE(step);
      fuzzer.step();
    }
    fuzzer.finish();
    for (const Counter counter : kWanted) totals[counter] += fuzzer.total(counter);
  }
  // It came to something.
  for (const Counter counter : kWanted) {
    CAPTURE(dataplane::kCounterNames[static_cast<size_t>(counter)]);
    CHECK((totals[counter] > 0 || chosen != 0));
  }
}
