#include "addon/io/engine.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "addon/io/monotonic_clock.h"
#include "addon/io/scheduling.h"

namespace ptpswitch::io {
namespace {

// At most this many frames are taken from one port before the next has its turn: enough to share
// one read of the error queue.
constexpr int kReceiveBatch = 16;
// How long the thread polls after it has forwarded a message before it sleeps: a Follow_Up comes 20
// to 50 us after its Sync, and waking the thread takes as long. It does not poll after a message
// that ends at a clock of this box, because nothing urgent follows that.
constexpr int64_t kPollAfterForwardingNs = 50'000;
// How often a polling thread asks the kernel for what the rings do not show: commands, link
// changes, late time stamps.
constexpr int64_t kServiceIntervalNs = 100'000;
constexpr int64_t kRingDropsIntervalNs = 1'000'000'000;
// epoll data values: the receiver of port i is i, its sender kSenders + i.
constexpr uint64_t kSenders = 1'000;
constexpr uint64_t kWakeUp = UINT64_MAX;
constexpr uint64_t kLinks = UINT64_MAX - 1;

// Tells the processor that this is a polling loop.
void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Engine::Engine(const EngineOptions& options, std::function<void()> wake)
    : options_(options),
      counters_(std::make_shared<std::vector<std::atomic<uint64_t>>>(
          options.ports.size() * dataplane::PortCounters::kStride)),
      records_(static_cast<uint32_t>(options.ports.size()), std::move(wake)),
      forwarder_(static_cast<uint32_t>(options.ports.size()), dataplane::Limits{}, options.seed,
                 *this, counters_->data()) {
  ports_.resize(options.ports.size());
  for (size_t i = 0; i < ports_.size(); ++i) {
    ports_[i].info.interface = options.ports[i].interface;
    forwarder_.configure(static_cast<uint32_t>(i), options.ports[i].settings);
  }
}

std::variant<std::unique_ptr<Engine>, Error> Engine::open(const EngineOptions& options,
                                                          std::function<void()> wake) {
  std::unique_ptr<Engine> engine(new Engine(options, std::move(wake)));
  if (auto error = engine->start()) return *error;
  return engine;
}

std::optional<Error> Engine::start() {
  epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  wake_up_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  // The monitor is opened before the interfaces are looked at, so that no change is missed in
  // between.
  auto links = LinkMonitor::open();
  if (auto* error = std::get_if<Error>(&links)) return *error;
  links_.emplace(std::move(std::get<LinkMonitor>(links)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeUp;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_up_.get(), &event);
  event.data.u64 = kLinks;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, links_->fd(), &event);

  if (auto error = claim_interfaces()) return error;
  if (auto error = choose_timestamping()) return error;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (auto error = open_port(port)) return error;
  }
  thread_ = std::thread([this] { run(); });
  return std::nullopt;
}

Engine::~Engine() {
  if (thread_.joinable()) {
    stopping_ = true;
    post([] {});
    thread_.join();
  }
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
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    ports_[port].receiver.reset();
    ports_[port].sender.reset();
    ports_[port].hardware.reset();
  }
}

void Engine::let_time_pass(int64_t now) {
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    // A time stamp that is about to be given up may lie unread behind a slow queue.
    if (forwarder_.has_overdue_timestamp(port, now)) read_timestamps(port);
  }
  forwarder_.advance(now);
  forwarder_.flush(now);
}

// What must be looked at now and then, whether the thread sleeps or polls.
void Engine::service(int64_t now) {
  if (!clocks_.empty()) {
    read_due_clocks(now);
    check_hardware_mode(now);
  }
  collect_ring_drops(now);
}

// One round over every port; true when there was anything to do.
bool Engine::poll_ports() {
  bool worked = false;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (!ports_[port].receiver) continue;
    if (receive_from(port)) {
      worked = true;
      // Most software time stamps can be read as soon as the frame is sent, without waiting for
      // epoll.
      for (uint32_t egress = 0; egress < ports_.size(); ++egress) {
        if (ports_[egress].unread_timestamps != 0) read_timestamps(egress);
      }
    }
  }
  return worked;
}

bool Engine::receive_from(uint32_t index) {
  ReceiveSocket& socket = *ports_[index].receiver;
  int64_t now = 0;  // read only when there is a frame, because the polling loop comes through here
  int received = 0;
  while (received < kReceiveBatch) {
    const auto frame = socket.receive();
    if (!frame) break;
    if (received == 0) {
      now = monotonic_ns();
      check_system_clock();
    }
    const dataplane::Arrival arrival{frame->timestamp_ns, frame->checksum_pending,
                                     frame->truncated};
    forwarder_.receive(index, frame->data, frame->length, arrival, now);
    // The first frame leaves before the ring is asked for more, because asking takes time
    // (docs/decisions/0010).
    if (received == 0) forwarder_.flush(now);
    socket.release();
    ++received;
  }
  if (received > 1) forwarder_.flush(now);
  if (received != 0) uncollected_drops_ = true;
  return received != 0;
}

bool Engine::read_timestamps(uint32_t index) {
  Port& port = ports_[index];
  bool any = false;
  while (port.sender) {
    TransmitSocket::TransmitTimestamp stamps[TransmitSocket::kTimestampBatch];
    const uint32_t count = port.sender->read_transmit_timestamps(stamps);
    const int64_t now = monotonic_ns();
    if (count != 0) {
      check_system_clock();
      verify_clocks(now);
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (port.timestamps_to_lose != 0) {
        --port.timestamps_to_lose;
        continue;
      }
      forwarder_.transmit_timestamp(index, stamps[i].number, stamps[i].signature,
                                    stamps[i].timestamp_ns, now);
    }
    forwarder_.flush(now);
    any |= count != 0;
    port.unread_timestamps -= std::min(port.unread_timestamps, count);
    if (count < TransmitSocket::kTimestampBatch) break;
  }
  return any;
}

// Starts or stops watching the sender's error queue by epoll.
void Engine::watch_sender(uint32_t index, bool watch) {
  Port& port = ports_[index];
  if (!port.sender || port.sender_watched == watch) return;
  epoll_event event{};  // EPOLLERR is reported without being asked for
  event.data.u64 = kSenders + index;
  ::epoll_ctl(epoll_.get(), watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, port.sender->fd(), &event);
  port.sender_watched = watch;
}

int Engine::sleep_ms(int64_t now) {
  auto deadline = forwarder_.next_deadline();
  if (const auto due = next_clock_reading()) deadline = deadline ? std::min(*deadline, *due) : *due;
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
  for (int i = 0; i < count; ++i) {
    const uint64_t source = events[i].data.u64;
    if (source == kWakeUp) {
      run_commands();
    } else if (source == kLinks) {
      links_->read(
          [this](int changed, const std::string& name) { interface_changed(changed, name); });
    } else if (source >= kSenders) {
      const auto port = static_cast<uint32_t>(source - kSenders);
      if (!read_timestamps(port) && ports_[port].sender) {
        take_socket_error(ports_[port].sender->fd());
      }
      // A queueing discipline may hold frames back, and their time stamps come one by one: the
      // sender is watched until the last of them is in.
      const bool software = ports_[port].info.timestamping == TimestampingMode::kSoftware;
      if (software && !forwarder_.awaits_timestamps(port)) watch_sender(port, false);
    } else if (events[i].events & (EPOLLERR | EPOLLHUP)) {
      const auto port = static_cast<uint32_t>(source);
      if (!ports_[port].receiver) continue;
      // ENETDOWN is left out, because the link monitor reports the state of the link.
      const int error = take_socket_error(ports_[port].receiver->fd());
      if (error != 0 && error != ENETDOWN) report_error(port, "receiving", error);
    }
  }
}

void Engine::collect_ring_drops(int64_t now) {
  if (!uncollected_drops_ || now - drops_collected_at_ < kRingDropsIntervalNs) return;
  uncollected_drops_ = false;
  drops_collected_at_ = now;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (!ports_[port].receiver) continue;
    if (const uint32_t drops = ports_[port].receiver->take_ring_drops()) {
      forwarder_.counters(port).add(dataplane::Counter::kDropReceiveRingFull, drops);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Commands

void Engine::post(std::function<void()> command) {
  {
    const std::lock_guard lock(commands_mutex_);
    commands_.push_back(std::move(command));
  }
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_up_.get(), &one, sizeof one);
}

void Engine::run_commands() {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = ::read(wake_up_.get(), &count, sizeof count);
  std::vector<std::function<void()>> commands;
  {
    const std::lock_guard lock(commands_mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) command();
}

void Engine::program(dataplane::Policy policy) {
  post([this, policy = std::move(policy)]() mutable {
    policy = forwarder_.program(std::move(policy));
  });
}

void Engine::submit(std::vector<Submission> frames) {
  post([this, frames = std::move(frames)]() mutable {
    const int64_t now = monotonic_ns();
    for (Submission& frame : frames) {
      forwarder_.submit(frame.port, frame.frame.data(), static_cast<uint16_t>(frame.frame.size()),
                        frame.context, now);
    }
    forwarder_.flush(now);
    for (uint32_t port = 0; port < ports_.size(); ++port) {
      if (ports_[port].unread_timestamps != 0) read_timestamps(port);
    }
  });
}

std::optional<Error> Engine::adjust_clock(uint32_t port, const ClockAdjustment& adjustment) {
  std::promise<std::optional<Error>> done;
  post([&] { done.set_value(adjust_now(port, adjustment)); });
  return done.get_future().get();
}

void Engine::lose_transmit_timestamps(uint32_t port, uint32_t count) {
  post([this, port, count] { ports_[port].timestamps_to_lose += count; });
}

std::vector<EnginePortInfo> Engine::ports() const {
  const std::lock_guard lock(ports_mutex_);
  std::vector<EnginePortInfo> result;
  for (const Port& port : ports_) result.push_back(port.info);
  return result;
}

// ---------------------------------------------------------------------------------------------------------------------
// Effects

uint32_t Engine::send(uint32_t index, std::span<const dataplane::OutgoingFrame> frames) {
  Port& port = ports_[index];
  if (!port.sender) return 0;
  const auto [sent, error] = port.sender->send(frames);
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

void Engine::clock_transmit_timestamp(uint32_t index, uint32_t context,
                                      std::optional<int64_t> timestamp_ns) {
  // A clock that misses this record sees the time stamp as lost: its own time-out covers it.
  records_.push(transmit_timestamp_record(index, context, timestamp_ns));
}

}  // namespace ptpswitch::io
