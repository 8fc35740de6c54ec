// What other threads ask of the forwarding thread, each as a command that it carries out between
// two frames.
#include <sys/epoll.h>
#include <unistd.h>

#include <future>
#include <utility>

#include "addon/io/engine.h"
#include "addon/io/monotonic_clock.h"

namespace ptpswitch::io {

void Engine::post(std::function<void()> command) {
  {
    const std::lock_guard lock(commands_mutex_);
    commands_.push_back(std::move(command));
    commands_wait_.store(true, std::memory_order_release);
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
    commands_wait_.store(false, std::memory_order_relaxed);
  }
  for (const auto& command : commands) command();
}

void Engine::program(dataplane::Policy policy) {
  auto handed = std::make_shared<dataplane::Policy>(std::move(policy));
  post([this, handed] {
    *handed = forwarder_.program(std::move(*handed));
    lifecycle_.dispose(handed);
  });
}

void Engine::submit(std::vector<Submission> frames) {
  auto handed = std::make_shared<std::vector<Submission>>(std::move(frames));
  post([this, handed] {
    const int64_t now = monotonic_ns();
    for (Submission& frame : *handed) {
      forwarder_.submit(frame.port, frame.frame.data(), static_cast<uint16_t>(frame.frame.size()),
                        frame.context, now);
    }
    forwarder_.flush(now);
    read_new_timestamps();
  });
}

std::optional<Error> Engine::adjust_clock(uint32_t port, const ClockAdjustment& adjustment) {
  std::promise<std::optional<Error>> done;
  post([&] { done.set_value(clocks_.adjust(port, adjustment)); });
  return done.get_future().get();
}

Engine::SystemClock Engine::read_system_clock() const {
  const dataplane::SystemClockReading reading = network_.read_system_clock(0);
  return {reading.realtime_ns, clocks_.common_of_raw(reading.raw_ns),
          system_clock_rate(network_.driver())};
}

uint64_t Engine::heartbeat() {
  const uint64_t answered = heartbeats_.load(std::memory_order_relaxed);
  // One question at a time, so that none pile up before a thread that hangs.
  if (answered == heartbeats_asked_) {
    ++heartbeats_asked_;
    post([this] { heartbeats_.fetch_add(1, std::memory_order_relaxed); });
  }
  return answered;
}

void Engine::lose_transmit_timestamps(uint32_t port, uint32_t count) {
  post([this, port, count] { ports_[port].timestamps_to_lose += count; });
}

// ---------------------------------------------------------------------------------------------------------------------
// What becomes of the ports

void Engine::port_opened(uint32_t port, OpenedPort opened) {
  auto handed = std::make_shared<OpenedPort>(std::move(opened));
  post([this, port, handed] { attach(port, std::move(*handed)); });
}

void Engine::port_closed(uint32_t port) {
  post([this, port] { detach(port); });
}

void Engine::link_changed(uint32_t port, bool up) {
  post([this, port, up] { set_link(port, up); });
}

void Engine::port_failed(uint32_t port, const std::string& text) {
  records_.push(port_error_record(port, text));
}

void Engine::attach(uint32_t index, OpenedPort opened) {
  Port& port = ports_[index];
  port.sockets = std::move(opened.sockets);
  port.sender_watched = false;
  port.unread_timestamps = 0;
  port.last_error = 0;
  dataplane::PortSettings settings = options_.ports[index].settings;
  settings.outstanding_limit = opened.outstanding_timestamps;
  forwarder_.configure(index, settings);
  if (opened.clock) {
    port.timestamping = TimestampingMode::kHardware;
    clocks_.attach(index, std::move(*opened.clock));
    watch_sender(index, true);
  } else {
    port.timestamping = TimestampingMode::kSoftware;
    clocks_.attach_system_clock(index);
  }
  if (!watch(EPOLL_CTL_ADD, port.sockets.receiver->fd(), index)) {
    report_error(index, "watching for frames", errno);
  }
  set_link(index, opened.link);
}

void Engine::detach(uint32_t index) {
  Port& port = ports_[index];
  if (!port.sockets.receiver) return;
  watch_sender(index, false);
  watch(EPOLL_CTL_DEL, port.sockets.receiver->fd(), index);
  lifecycle_.dispose(std::make_shared<PortSockets>(std::move(port.sockets)));
  port.sockets = {};
  port.unread_timestamps = 0;
  clocks_.detach(index);
  forwarder_.set_link(index, false);
  forwarder_.restart_socket(index, monotonic_ns());
  records_.push({.kind = RecordKind::kLink, .port = static_cast<uint8_t>(index)});
}

void Engine::set_link(uint32_t index, bool up) {
  if (up) ports_[index].last_error = 0;
  forwarder_.set_link(index, up);
  const auto flags = static_cast<uint16_t>(1 | (up ? 2 : 0));
  records_.push({.kind = RecordKind::kLink, .port = static_cast<uint8_t>(index), .flags = flags});
}

}  // namespace ptpswitch::io
