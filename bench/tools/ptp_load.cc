// Offers PTP load to a device under test and reports what became of it, as one line of JSON.
//
//   source ── subject ──┬── sink 1, sink 2, ...       Sync, Follow_Up: source to every sink
//                       └── background                Delay_Req, Delay_Resp: sink 1 to source and
//                       back
//                                                     Delay_Req without an answer: from background
//                                                     Delay_Req that the subject answers: every
//                                                     sink
//
// One thread sends, receives and answers, spinning on one processor and leaving the other ones to
// the subject, or sleeping in between on any. Reception costs it no system call: the kernel writes
// frames and time stamps into memory shared with this process. Transit and residual are measured
// between kernel time stamps, so the thread's own delays are not part of them.

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "arrivals.h"
#include "frames.h"
#include "options.h"
#include "pacer.h"
#include "packet_port.h"
#include "series.h"

namespace bench {
namespace {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;
// Sent at the stream's rate before counting begins: time for tables, caches and the kernel's
// stamping to settle.
constexpr int64_t kWarmUpNs = 100 * kNanosecondsPerMillisecond;
// A message that is this long under way is lost.
constexpr int64_t kDrainNs = 200 * kNanosecondsPerMillisecond;
constexpr int64_t kTimestampReadIntervalNs = kNanosecondsPerMillisecond / 2;
// So that a Delay_Req is answered, and a full ring emptied, soon enough.
constexpr int64_t kLongestSleepNs = kNanosecondsPerMillisecond;
// So that the due messages of a fast stream never keep the loop from receiving.
constexpr int kMaxMessagesPerRound = 16;

int64_t MonotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        frames_(options.transport, static_cast<uint32_t>(getpid())),
        source_(options.source),
        sync_arrivals_(options.sinks.size()),
        follow_up_arrivals_(options.sinks.size()),
        pair_samples_(options.sinks.size()),
        exchange_samples_(1) {
    for (const std::string& place : options.sinks) {
      sinks_.push_back(std::make_unique<PacketPort>(place));
    }
    if (!options.background.empty()) background_ = std::make_unique<PacketPort>(options.background);
  }

  void Run() {
    const int64_t start = MonotonicNs();
    counting_from_ns_ = start + kWarmUpNs;
    const int64_t end = counting_from_ns_ + options_.milliseconds * kNanosecondsPerMillisecond;
    Send(start, end);
    const int64_t drained = MonotonicNs() + kDrainNs;
    while (MonotonicNs() < drained) Collect(MonotonicNs());
  }

  void Print();

 private:
  void Send(int64_t start, int64_t end);
  void SendPair(bool sampled);
  void SendExchange(bool sampled);
  void SendClient();
  void BuildRequest(Stream stream, uint32_t index, Frame* frame) const;
  uint32_t RequestIndex(const Message& response) const;
  void Collect(int64_t now);
  void ReceiveAtSource(const Message& message, int64_t received_ns);
  void ReceiveAtSink(size_t sink, const Message& message, int64_t received_ns);
  void NoteTransmitTimestamps();

  const Options options_;
  const FrameFactory frames_;
  PacketPort source_;
  std::vector<std::unique_ptr<PacketPort>> sinks_;
  std::unique_ptr<PacketPort> background_;

  int64_t counting_from_ns_ = 0;
  int64_t next_timestamp_read_ns_ = 0;
  uint32_t first_pair_ = 0;  // the first one counted, after the warm-up
  uint32_t first_exchange_ = 0;
  uint32_t first_client_ = 0;
  uint32_t next_pair_ = 0;
  uint32_t next_exchange_ = 0;
  uint32_t next_background_ = 0;
  uint32_t next_client_ = 0;

  std::vector<Arrivals> sync_arrivals_;
  std::vector<Arrivals> follow_up_arrivals_;
  Arrivals request_arrivals_;
  Arrivals response_arrivals_;
  Arrivals client_arrivals_;
  SampleTable pair_samples_;
  SampleTable exchange_samples_;
};

void Load::Send(int64_t start, int64_t end) {
  Pacer pairs(options_.pairs_per_second, start);
  Pacer exchanges(options_.exchanges_per_second, start);
  Pacer background(options_.background_per_second, start);
  Pacer clients(options_.clients_per_second, start);
  Pacer pair_samples(options_.samples_per_second, counting_from_ns_);
  Pacer exchange_samples(options_.samples_per_second, counting_from_ns_);
  bool counting = false;
  for (int64_t now = MonotonicNs(); now < end; now = MonotonicNs()) {
    Collect(now);
    if (!counting && now >= counting_from_ns_) {
      counting = true;
      first_pair_ = next_pair_;
      first_exchange_ = next_exchange_;
      first_client_ = next_client_;
    }
    for (int i = 0; i < kMaxMessagesPerRound && pairs.Take(now); ++i) {
      SendPair(pair_samples.Take(now));
    }
    for (int i = 0; i < kMaxMessagesPerRound && exchanges.Take(now); ++i) {
      SendExchange(exchange_samples.Take(now));
    }
    for (int i = 0; i < kMaxMessagesPerRound && background.Take(now); ++i) {
      BuildRequest(Stream::kBackground, next_background_++, background_->NextFrame());
      background_->Queue();
    }
    for (int i = 0; i < kMaxMessagesPerRound && clients.Take(now); ++i) SendClient();
    source_.Flush();
    for (const auto& sink : sinks_) sink->Flush();
    if (background_) background_->Flush();
    if (options_.sleeping) {
      const int64_t due = std::min({pairs.next_ns(), exchanges.next_ns(), background.next_ns(),
                                    clients.next_ns(), MonotonicNs() + kLongestSleepNs});
      const timespec time = {.tv_sec = due / 1'000'000'000, .tv_nsec = due % 1'000'000'000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
    }
  }
}

// The transmit time stamps of a pair come back tagged with its number, doubled, plus one for the
// Follow_Up.
void Load::SendPair(bool sampled) {
  const uint32_t index = next_pair_++;
  const auto sequence_id = static_cast<uint16_t>(index);
  if (sampled) pair_samples_.Begin(index);
  for (const MessageType type : {MessageType::kSync, MessageType::kFollowUp}) {
    frames_.Build(type, Stream::kPairs, 1, sequence_id, index, source_.NextFrame());
    if (sampled) {
      source_.QueueTimestamped(index * 2 + (type == MessageType::kFollowUp));
    } else {
      source_.Queue();
    }
  }
}

void Load::SendExchange(bool sampled) {
  const uint32_t index = next_exchange_++;
  PacketPort& requester = *sinks_.front();
  BuildRequest(Stream::kExchanges, index, requester.NextFrame());
  if (sampled) {
    exchange_samples_.Begin(index);
    requester.QueueTimestamped(index);
  } else {
    requester.Queue();
  }
}

// Each client has one place.
void Load::SendClient() {
  const uint32_t index = next_client_++;
  PacketPort& place = *sinks_[index % options_.identities % sinks_.size()];
  BuildRequest(Stream::kClients, index, place.NextFrame());
  place.Queue();
}

void Load::BuildRequest(Stream stream, uint32_t index, Frame* frame) const {
  const auto identity = static_cast<uint16_t>(1 + index % options_.identities);
  const auto sequence_id = static_cast<uint16_t>(index / options_.identities);
  frames_.Build(MessageType::kDelayReq, stream, identity, sequence_id, index, frame);
}

// A subject that answers does not know of running numbers.
uint32_t Load::RequestIndex(const Message& response) const {
  return response.sequence_id * options_.identities + response.identity - 1;
}

void Load::Collect(int64_t now) {
  source_.Receive([this](std::span<const uint8_t> bytes, int64_t received_ns) {
    if (const auto message = frames_.Parse(bytes)) ReceiveAtSource(*message, received_ns);
  });
  source_.Flush();  // the answers
  for (size_t i = 0; i < sinks_.size(); ++i) {
    sinks_[i]->Receive([this, i](std::span<const uint8_t> bytes, int64_t received_ns) {
      if (const auto message = frames_.Parse(bytes)) ReceiveAtSink(i, *message, received_ns);
    });
  }
  if (now < next_timestamp_read_ns_) return;
  next_timestamp_read_ns_ = now + kTimestampReadIntervalNs;
  NoteTransmitTimestamps();
}

void Load::ReceiveAtSource(const Message& message, int64_t received_ns) {
  if (message.type != MessageType::kDelayReq || message.stream != Stream::kExchanges) return;
  request_arrivals_.Note(message.index);
  if (SampleArrival* arrival = exchange_samples_.FindArrival(message.index, 0)) {
    arrival->event_received_ns = received_ns;
  }
  frames_.BuildDelayResp(message, source_.NextFrame());
  source_.Queue();
}

void Load::ReceiveAtSink(size_t sink, const Message& message, int64_t received_ns) {
  if (message.type == MessageType::kSync) {
    sync_arrivals_[sink].Note(message.index);
    if (SampleArrival* arrival = pair_samples_.FindArrival(message.index, sink)) {
      arrival->event_received_ns = received_ns;
    }
  } else if (message.type == MessageType::kFollowUp) {
    follow_up_arrivals_[sink].Note(message.index);
    if (SampleArrival* arrival = pair_samples_.FindArrival(message.index, sink)) {
      arrival->general_received_ns = received_ns;
      arrival->correction_ns = message.correction_ns;
    }
  } else if (message.type == MessageType::kDelayResp && message.stream == Stream::kClients) {
    client_arrivals_.Note(RequestIndex(message));
  } else if (message.type == MessageType::kDelayResp && sink == 0) {
    response_arrivals_.Note(message.index);
    if (SampleArrival* arrival = exchange_samples_.FindArrival(message.index, 0)) {
      arrival->general_received_ns = received_ns;
      arrival->correction_ns = message.correction_ns;
    }
  }
}

void Load::NoteTransmitTimestamps() {
  source_.ReadTransmitTimestamps([this](uint32_t tag, int64_t sent_ns) {
    Sample* sample = pair_samples_.Find(tag / 2);
    (tag % 2 == 0 ? sample->event_sent_ns : sample->general_sent_ns) = sent_ns;
  });
  sinks_.front()->ReadTransmitTimestamps([this](uint32_t tag, int64_t sent_ns) {
    exchange_samples_.Find(tag)->event_sent_ns = sent_ns;
  });
}

struct Timing {
  Series event_transit;
  Series general_transit;
  Series residual;
};

// A sample counts once all of its time stamps are there; losses are counted apart from this.
Timing Evaluate(const SampleTable& samples) {
  Timing timing;
  samples.ForEach([&timing](const Sample& sample, const SampleArrival& arrival) {
    if (sample.event_sent_ns == 0 || arrival.event_received_ns == 0) return;
    const int64_t transit = arrival.event_received_ns - sample.event_sent_ns;
    timing.event_transit.Add(transit);
    if (arrival.general_received_ns == 0) return;
    timing.residual.Add(transit - arrival.correction_ns);
    if (sample.general_sent_ns == 0) return;
    timing.general_transit.Add(arrival.general_received_ns - sample.general_sent_ns);
  });
  return timing;
}

// A Delay_Resp is answered by the rig without a time stamp of its own: it has no transit time.
void PrintStream(const char* name, const Options& options, uint64_t sent, uint64_t expected,
                 uint64_t received, uint64_t duplicates, const Timing& timing) {
  printf(
      "\"%s\":{\"perSecond\":%.0f,\"sent\":%llu,\"expected\":%llu,\"lost\":%lld,"
      "\"duplicates\":%llu,\"eventTransitNs\":%s,\"generalTransitNs\":%s,\"residualNs\":%s}",
      name, static_cast<double>(sent) * 1000 / options.milliseconds,
      static_cast<unsigned long long>(sent), static_cast<unsigned long long>(expected),
      static_cast<long long>(expected - received), static_cast<unsigned long long>(duplicates),
      timing.event_transit.Json().c_str(), timing.general_transit.Json().c_str(),
      timing.residual.Json().c_str());
}

void Load::Print() {
  uint64_t received = 0;
  uint64_t duplicates = 0;
  for (const auto* arrivals : {&sync_arrivals_, &follow_up_arrivals_}) {
    for (const Arrivals& sink : *arrivals) {
      received += sink.CountFrom(first_pair_);
      duplicates += sink.duplicates();
    }
  }
  uint32_t ring_drops = source_.TakeRingDrops();
  for (const auto& sink : sinks_) ring_drops += sink->TakeRingDrops();

  printf("{");
  const uint64_t pairs = next_pair_ - first_pair_;
  PrintStream("pairs", options_, pairs, pairs * 2 * sinks_.size(), received, duplicates,
              Evaluate(pair_samples_));
  printf(",");
  const uint64_t exchanges = next_exchange_ - first_exchange_;
  PrintStream(
      "exchanges", options_, exchanges, exchanges * 2,
      request_arrivals_.CountFrom(first_exchange_) + response_arrivals_.CountFrom(first_exchange_),
      request_arrivals_.duplicates() + response_arrivals_.duplicates(),
      Evaluate(exchange_samples_));
  printf(",");
  const uint64_t clients = next_client_ - first_client_;
  PrintStream("clients", options_, clients, clients, client_arrivals_.CountFrom(first_client_),
              client_arrivals_.duplicates(), Timing{});
  printf(",\"rigDrops\":%u}\n", ring_drops);
}

void PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) Fail("pin to processor");
}

// To run only while nothing else wants the processor, so that a subject on the same one is not kept
// waiting.
void YieldToOthers() {
  const sched_param parameters = {};
  if (sched_setscheduler(0, SCHED_IDLE, &parameters) < 0) Fail("SCHED_IDLE");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const bench::Options options = bench::ParseOptions(argc, argv);
  if (options.sleeping) prctl(PR_SET_TIMERSLACK, 1);
  if (options.cpu >= 0) bench::PinTo(options.cpu);
  if (options.yielding) bench::YieldToOthers();
  bench::Load load(options);
  load.Run();
  load.Print();
}
