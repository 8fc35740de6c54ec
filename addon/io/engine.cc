#include "addon/io/engine.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "addon/dataplane/port_set.h"
#include "addon/io/monotonic_clock.h"
#include "addon/io/scheduling.h"

namespace ptpswitch::io {
namespace {

using dataplane::bit;
using dataplane::each_port;

// At most this many frames are taken from one port before the next has its turn: enough to share
// one read of the error queue.
constexpr int kReceiveBatch = 16;
// How long the thread polls after it has forwarded a message before it sleeps: a Follow_Up comes 20
// to 50 us after its Sync, and waking the thread takes as long. It does not poll after a message
// that ends at a clock of this box, because nothing urgent follows that.
constexpr int64_t kPollAfterForwardingNs = 50'000;
// How often a polling thread asks the kernel for what the rings do not show: commands while
// nothing comes in, late time stamps.
constexpr int64_t kServiceIntervalNs = 100'000;
constexpr int64_t kRingDropsIntervalNs = 1'000'000'000;
// How often missing time stamps are taken for a sign that somebody has changed the mode.
constexpr int64_t kDoubtIntervalNs = 50'000'000;
// epoll data values: the receiver of port i is i, its sender kSenders + i.
constexpr uint64_t kSenders = 1'000;
constexpr uint64_t kWakeUp = UINT64_MAX;
constexpr uint64_t kSystemClockSet = UINT64_MAX - 1;

// Tells the processor that this is a polling loop.
void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Engine::Engine(const EngineOptions& options, std::function<void()> wake, Network& network)
    : options_(options),
      network_(network),
      counters_(std::make_shared<std::vector<std::atomic<uint64_t>>>(
          options.ports.size() * dataplane::PortCounters::kStride)),
      records_(static_cast<uint32_t>(options.ports.size()), std::move(wake)),
      infos_(options.ports),
      forwarder_(static_cast<uint32_t>(options.ports.size()), options.limits, options.seed, *this,
                 counters_->data()),
      clocks_(forwarder_, records_, infos_, network, options.timebase_ahead_ns),
      ports_(options.ports.size()),
      lifecycle_(options_, network, infos_, *this) {
  taken_.reserve(options.ports.size() * FrameSender::kTimestampBatch);
}

std::variant<std::unique_ptr<Engine>, Error> Engine::open(const EngineOptions& options,
                                                          std::function<void()> wake,
                                                          Network& network) {
  std::unique_ptr<Engine> engine(new Engine(options, std::move(wake), network));
  if (auto error = engine->start()) return *error;
  return engine;
}

std::optional<Error> Engine::start() {
  epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  wake_up_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_.valid() || !wake_up_.valid() || !watch(EPOLL_CTL_ADD, wake_up_.get(), kWakeUp)) {
    return Error{kErrSystem, describe_errno("waiting for events", errno)};
  }
  auto system_clock_set = network_.watch_system_clock();
  if (auto* error = std::get_if<Error>(&system_clock_set)) return *error;
  system_clock_set_ = std::move(std::get<FileDescriptor>(system_clock_set));
  if (!watch(EPOLL_CTL_ADD, system_clock_set_.get(), kSystemClockSet)) {
    return Error{kErrSystem, describe_errno("watching the system clock", errno)};
  }
  if (auto error = lifecycle_.start()) return error;
  thread_ = std::thread([this] { run(); });
  return std::nullopt;
}

Engine::~Engine() {
  lifecycle_.stop();  // nothing is handed over after this
  if (!thread_.joinable()) return;
  stopping_ = true;
  post([] {});
  thread_.join();
}

// ---------------------------------------------------------------------------------------------------------------------
// The thread

void Engine::run() {
  ::pthread_setname_np(::pthread_self(), "ptp-switch");
  configure_scheduling(options_.cpu, options_.busy_poll ? PollMode::kBusyPoll : PollMode::kSleep);

  int64_t poll_until = 0;
  int64_t service_at = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {
    sent_in_round_ = false;
    const bool worked = poll_ports();
    const bool forwarded = sent_in_round_;
    const int64_t now = monotonic_ns();
    let_time_pass(now);
    if (forwarded) poll_until = now + kPollAfterForwardingNs;
    if (options_.busy_poll || now < poll_until) {
      if (now >= service_at) {
        service_at = now + kServiceIntervalNs;
        service(now);
        wait_for_events(0);
      }
      // With busy_poll there is no pause, because a hypervisor may take a pausing processor away.
      if (!worked && !options_.busy_poll) cpu_relax();
      continue;
    }
    service(now);
    wait_for_events(sleep_ms(now));
  }
}

void Engine::let_time_pass(int64_t now) {
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    // A time stamp that is about to be given up may lie unread behind a slow queue.
    if (forwarder_.has_overdue_timestamp(port, now)) read_timestamps(bit(port));
  }
  forwarder_.advance(now);
  forwarder_.flush(now);
}

// What must be looked at now and then, whether the thread sleeps or polls.
void Engine::service(int64_t now) {
  clocks_.read_due(now);
  doubt_modes(now);
  collect_ring_drops(now);
}

// One round over every port; true when there was anything to do.
bool Engine::poll_ports() {
  bool worked = false;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (commands_wait_.load(std::memory_order_acquire)) run_commands();
    if (!ports_[port].sockets.receiver) continue;
    if (receive_from(port)) {
      worked = true;
      // Most software time stamps can be read as soon as the frame is sent, without waiting for
      // epoll.
      read_new_timestamps();
    }
  }
  return worked;
}

bool Engine::receive_from(uint32_t index) {
  FrameReceiver& receiver = *ports_[index].sockets.receiver;
  int64_t now = 0;  // read only when there is a frame, because the polling loop comes through here
  int received = 0;
  while (received < kReceiveBatch && receiver.has_frame()) {
    // What was asked for before the frame came is carried out before it, a policy above all.
    if (commands_wait_.load(std::memory_order_acquire)) break;
    const FrameReceiver::ReceivedFrame frame = receiver.receive();
    if (received == 0) {
      now = monotonic_ns();
      clocks_.read_system_clock();
    }
    dataplane::Arrival arrival{frame.timestamp_ns, frame.checksum_pending, frame.truncated};
    if (frame.timestamp_ns) {
      arrival.timestamp_ns = clocks_.time_of(index, *frame.timestamp_ns);
      arrival.timestamp_dropped = !arrival.timestamp_ns;
    }
    forwarder_.receive(index, frame.data, frame.length, arrival, now);
    // The first frame leaves before the ring is asked for more, because asking takes time
    // (docs/decisions/0010).
    if (received == 0) forwarder_.flush(now);
    receiver.release();
    ++received;
  }
  if (received > 1) forwarder_.flush(now);
  if (received != 0) uncollected_drops_ = true;
  return received != 0;
}

void Engine::read_new_timestamps() {
  uint32_t ports = 0;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (ports_[port].unread_timestamps != 0) ports |= bit(port);
  }
  read_timestamps(ports);
}

// Reads the transmit time stamps of several ports before the forwarder gets any of them: so the
// clocks are looked at once for all. True when there was one.
bool Engine::read_timestamps(uint32_t ports) {
  bool any = false;
  while (ports != 0) {
    taken_.clear();
    uint32_t count = 0;
    uint32_t with_more = 0;
    each_port(ports, [&](uint32_t index) {
      const auto [taken, may_be_more] = take_timestamps(index);
      count += taken;
      if (may_be_more) with_more |= bit(index);
    });
    if (count == 0) break;
    any = true;
    // After they were read, because a time stamp is believed only when its clock was on its line
    // after it.
    const int64_t now = monotonic_ns();
    clocks_.read_system_clock();
    clocks_.verify(now);
    for (const auto& [index, stamp] : taken_) {
      forwarder_.transmit_timestamp(index, stamp.number, stamp.signature,
                                    clocks_.time_of(index, stamp.timestamp_ns), now);
    }
    forwarder_.flush(now);
    ports = 0;
    each_port(with_more, [&](uint32_t index) {
      if (ports_[index].sender_watched || forwarder_.awaits_timestamps(index)) ports |= bit(index);
    });
  }
  return any;
}

Engine::Taken Engine::take_timestamps(uint32_t index) {
  Port& port = ports_[index];
  if (!port.sockets.sender) return {0, false};
  FrameSender::TransmitTimestamp stamps[FrameSender::kTimestampBatch];
  // As many as were sent, where that is known: to be told that there is no other one costs nearly
  // as much as reading one.
  const bool known = port.unread_timestamps != 0 && !port.sender_watched;
  const uint32_t wanted = known ? std::min(port.unread_timestamps, FrameSender::kTimestampBatch)
                                : FrameSender::kTimestampBatch;
  const uint32_t count = port.sockets.sender->read_transmit_timestamps({stamps, wanted});
  port.unread_timestamps -= std::min(port.unread_timestamps, count);
  const uint32_t lost = std::min(port.timestamps_to_lose, count);
  port.timestamps_to_lose -= lost;
  for (uint32_t i = lost; i < count; ++i) taken_.push_back({index, stamps[i]});
  return {count, count == wanted};
}

bool Engine::watch(int operation, int fd, uint64_t source) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = source;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

// Starts or stops watching the sender's time stamps by epoll.
void Engine::watch_sender(uint32_t index, bool wanted) {
  Port& port = ports_[index];
  if (!port.sockets.sender || port.sender_watched == wanted) return;
  if (!watch(wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, port.sockets.sender->fd(), kSenders + index)) {
    return report_error(index, "watching for time stamps", errno);
  }
  port.sender_watched = wanted;
}

int Engine::sleep_ms(int64_t now) {
  auto deadline = forwarder_.next_deadline();
  if (const auto due = clocks_.next_reading()) {
    deadline = deadline ? std::min(*deadline, *due) : *due;
  }
  if (uncollected_drops_) {
    const int64_t due = drops_collected_at_ + kRingDropsIntervalNs;
    deadline = deadline ? std::min(*deadline, due) : due;
  }
  if (!deadline) return -1;
  const int64_t milliseconds = (*deadline - now) / 1'000'000 + 1;
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, 60'000));
}

void Engine::wait_for_events(int timeout_ms) {
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    if (ports_[index].unread_timestamps == 0) continue;
    // From here on epoll reports the time stamp, so that the queue is not read in every round for
    // one that never comes.
    ports_[index].unread_timestamps = 0;
    watch_sender(index, true);
  }
  constexpr int kEvents = 2 * dataplane::kMaxPorts + 2;
  epoll_event events[kEvents];
  const int count = ::epoll_wait(epoll_.get(), events, kEvents, timeout_ms);
  for (int i = 0; i < count; ++i) on_event(events[i].data.u64, events[i].events);
}

void Engine::on_event(uint64_t source, uint32_t events) {
  if (source == kWakeUp) return run_commands();
  if (source == kSystemClockSet) {
    // Read at once, so that of the next time stamp it is known that it was taken after that.
    uint64_t times;
    [[maybe_unused]] const ssize_t got = ::read(system_clock_set_.get(), &times, sizeof times);
    return clocks_.read_system_clock();
  }
  if (source >= kSenders) {
    const auto index = static_cast<uint32_t>(source - kSenders);
    Port& port = ports_[index];
    if (!port.sockets.sender) return;  // closed by a command of this round
    if (!read_timestamps(bit(index))) port.sockets.sender->take_error();
    // A queueing discipline may hold frames back, and their time stamps come one by one: the sender
    // is watched until the last of them is in. A hardware time stamp comes later, out of an
    // interrupt, so then the sender is watched all the time.
    const bool software = port.timestamping == TimestampingMode::kSoftware;
    if (software && !forwarder_.awaits_timestamps(index)) watch_sender(index, false);
    return;
  }
  const auto index = static_cast<uint32_t>(source);
  if (!ports_[index].sockets.receiver || (events & (EPOLLERR | EPOLLHUP)) == 0) return;
  // ENETDOWN is left out, because the state of the link is reported.
  const int error = ports_[index].sockets.receiver->take_error();
  if (error != 0 && error != ENETDOWN) report_error(index, "receiving", error);
}

void Engine::collect_ring_drops(int64_t now) {
  if (!uncollected_drops_ || now - drops_collected_at_ < kRingDropsIntervalNs) return;
  uncollected_drops_ = false;
  drops_collected_at_ = now;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (!ports_[port].sockets.receiver) continue;
    if (const uint32_t drops = ports_[port].sockets.receiver->take_ring_drops()) {
      forwarder_.counters(port).add(dataplane::Counter::kDropReceiveRingFull, drops);
    }
  }
}

// Time stamps are missing: another program may have changed the mode.
void Engine::doubt_modes(int64_t now) {
  if (now - modes_doubted_at_ < kDoubtIntervalNs) return;
  modes_doubted_at_ = now;
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    Port& port = ports_[index];
    if (port.timestamping != TimestampingMode::kHardware) continue;
    const dataplane::PortCounters& counters = forwarder_.counters(index);
    const uint64_t missing = counters.get(dataplane::Counter::kReceiveTimestampMissing) +
                             counters.get(dataplane::Counter::kTransmitTimestampMissing);
    if (missing == port.missing_timestamps) continue;
    port.missing_timestamps = missing;
    lifecycle_.doubt_mode(index);
  }
}

void Engine::report_error(uint32_t index, const std::string& doing, int error) {
  Port& port = ports_[index];
  if (port.last_error == error) return;
  port.last_error = error;
  records_.push(port_error_record(index, describe_errno(doing, error)));
}

// ---------------------------------------------------------------------------------------------------------------------
// Effects

uint32_t Engine::send(uint32_t index, std::span<const dataplane::OutgoingFrame> frames) {
  Port& port = ports_[index];
  if (!port.sockets.sender) return 0;
  const auto [sent, error] = port.sockets.sender->send(frames);
  if (error != 0) report_error(index, "sending", error);
  for (const auto& frame : frames.first(sent)) {
    if (frame.number) ++port.unread_timestamps;
  }
  sent_in_round_ |= sent != 0;
  return sent;
}

bool Engine::punt(uint32_t index, const wire::FrameView& view,
                  std::optional<int64_t> timestamp_ns) {
  return records_.push(frame_record(index, view, timestamp_ns));
}

void Engine::observe_sync(uint32_t index, const dataplane::SyncObservation& observation) {
  records_.push(SyncRecord(index, observation).record());
}

void Engine::notice(const dataplane::Notice& notice) { records_.push(notice_record(notice)); }

void Engine::unserved(const dataplane::UnservedMessages& messages) {
  records_.push(UnservedRecord(messages).record());
}

void Engine::clock_transmit_timestamp(uint32_t index, uint32_t context,
                                      std::optional<int64_t> timestamp_ns) {
  // A clock that misses this record sees the time stamp as lost: its own time-out covers it.
  records_.push(transmit_timestamp_record(index, context, timestamp_ns));
}

}  // namespace ptpswitch::io
