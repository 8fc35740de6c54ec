#include "addon/io/port_lifecycle.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "addon/dataplane/port_set.h"
#include "addon/io/monotonic_clock.h"
#include "addon/io/timestamp_limits.h"

namespace ptpswitch::io {
namespace {

using dataplane::bit;
using dataplane::each_port;

// How often the time stamping mode of a port is checked without a reason, and how often a port that
// could not be opened is tried again.
constexpr int64_t kRoutineNs = 1'000'000'000;

}  // namespace

PortLifecycle::PortLifecycle(const EngineOptions& options, Network& network, PortInfos& infos,
                             Listener& listener)
    : options_(options),
      network_(network),
      infos_(infos),
      listener_(listener),
      ports_(options.ports.size()) {}

PortLifecycle::~PortLifecycle() { stop(); }

std::optional<Error> PortLifecycle::start() {
  wake_up_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_up_.valid()) return Error{kErrSystem, describe_errno("eventfd", errno)};
  // The events are asked for before the interfaces are looked at, so that no change is missed in
  // between.
  auto interfaces = network_.watch_interfaces();
  if (auto* error = std::get_if<Error>(&interfaces)) return *error;
  interfaces_ = std::move(std::get<std::unique_ptr<InterfaceEvents>>(interfaces));
  if (auto error = claim_interfaces()) return error;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    const InterfaceProbe probe = network_.probe(options_.ports[port].interface);
    if (auto error = open(port, probe)) return error;
  }
  thread_ = std::thread([this] { run(); });
  return std::nullopt;
}

void PortLifecycle::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake();
  thread_.join();
}

std::optional<Error> PortLifecycle::claim_interfaces() {
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    const std::string& name = options_.ports[index].interface;
    const InterfaceProbe probe = network_.probe(name);
    if (!probe.exists) {
      return Error{kErrNoInterface, name + ": no such network interface: `ip link` lists them"};
    }
    if (!probe.ethernet || probe.loopback) {
      return Error{kErrNotEthernet, name + ": not an Ethernet interface: PTP ports must be"};
    }
    auto claimed = network_.claim(name);
    if (auto* error = std::get_if<Error>(&claimed)) return *error;
    ports_[index].claim = std::move(std::get<FileDescriptor>(claimed));
  }
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------------------------------
// The thread

void PortLifecycle::run() {
  ::pthread_setname_np(::pthread_self(), "ptp-ports");
  int64_t routine_at = monotonic_ns() + kRoutineNs;
  while (!stopping_) {
    pollfd sources[] = {{interfaces_->fd(), POLLIN, 0}, {wake_up_.get(), POLLIN, 0}};
    const bool has_routine = any_hardware() || closed_ports() != 0;
    const int64_t left_ms = (routine_at - monotonic_ns()) / 1'000'000 + 1;
    const int timeout = has_routine ? static_cast<int>(std::max<int64_t>(left_ms, 0)) : -1;
    ::poll(sources, std::size(sources), timeout);
    uint64_t count;
    [[maybe_unused]] const ssize_t got = ::read(wake_up_.get(), &count, sizeof count);
    std::vector<std::shared_ptr<void>> disposed;
    {
      const std::lock_guard lock(disposed_mutex_);
      disposed.swap(disposed_);
    }
    disposed.clear();
    interfaces_->read(
        [this](int index, const std::string& name) { interface_changed(index, name); });
    check_modes(doubted_.exchange(0));
    if (monotonic_ns() < routine_at) continue;
    routine_at = monotonic_ns() + kRoutineNs;
    check_modes(UINT32_MAX);
    each_port(closed_ports(), [this](uint32_t port) { look_at(port); });
  }
}

void PortLifecycle::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_up_.get(), &one, sizeof one);
}

void PortLifecycle::dispose(std::shared_ptr<void> unused) {
  {
    const std::lock_guard lock(disposed_mutex_);
    disposed_.push_back(std::move(unused));
  }
  wake();
}

void PortLifecycle::doubt_mode(uint32_t port) {
  doubted_ |= bit(port);
  wake();
}

uint32_t PortLifecycle::closed_ports() const {
  uint32_t closed = 0;
  for (uint32_t port = 0; port < ports_.size(); ++port) {
    if (!ports_[port].open) closed |= bit(port);
  }
  return closed;
}

bool PortLifecycle::any_hardware() const {
  for (const Port& port : ports_) {
    if (port.hardware) return true;
  }
  return false;
}

// Another program may have changed the time stamping mode meanwhile.
void PortLifecycle::check_modes(uint32_t ports) {
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    Port& port = ports_[index];
    if (!port.hardware || (ports & bit(index)) == 0) continue;
    if (!port.hardware->changed_by_others()) continue;
    listener_.port_failed(index,
                          "another program has changed the hardware time stamping mode: stop it; "
                          "the mode is set again");
    port.hardware->set_again();
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Interfaces

// `name` is empty when it is not known what has changed. An interface of a port that is renamed is
// told by its index, and is gone for the port: the configuration has it by its name.
void PortLifecycle::interface_changed(int interface_index, const std::string& name) {
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    const Port& port = ports_[index];
    const bool concerned = name.empty() || name == options_.ports[index].interface ||
                           (port.open && interface_index == port.interface_index);
    if (concerned) look_at(index);
  }
}

void PortLifecycle::look_at(uint32_t index) {
  Port& port = ports_[index];
  const InterfaceProbe probe = network_.probe(options_.ports[index].interface);
  if (port.open && probe.exists && probe.index == port.interface_index) {
    return set_link(index, probe);
  }
  if (port.open) close(index);
  if (!probe.exists) return;
  if (const auto error = open(index, probe)) fail(index, error->message);
}

void PortLifecycle::set_link(uint32_t index, const InterfaceProbe& probe) {
  Port& port = ports_[index];
  infos_.update(index, [&](EnginePortInfo& info) {
    info.link = probe.running;
    info.mac = probe.mac;
  });
  if (port.link == probe.running) return;
  port.link = probe.running;
  listener_.link_changed(index, probe.running);
}

void PortLifecycle::fail(uint32_t index, const std::string& text) {
  if (ports_[index].last_error == text) return;
  ports_[index].last_error = text;
  listener_.port_failed(index, text);
}

std::optional<Error> PortLifecycle::open(uint32_t index, const InterfaceProbe& probe) {
  Port& port = ports_[index];
  if (!probe.exists) return Error{kErrNoInterface, probe.name + ": no such network interface"};
  OpenedPort opened;
  if (auto error = choose_timestamping(index, probe, opened)) {
    port.hardware.reset();
    return error;
  }
  const TimestampingMode mode =
      port.hardware ? TimestampingMode::kHardware : TimestampingMode::kSoftware;
  auto sender = network_.open_sender(probe, mode, options_.socket_priority);
  auto receiver = network_.open_receiver(probe, mode);
  for (auto* error : {std::get_if<Error>(&sender), std::get_if<Error>(&receiver)}) {
    if (error == nullptr) continue;
    port.hardware.reset();
    return *error;
  }
  opened.sockets.sender = std::move(std::get<std::unique_ptr<FrameSender>>(sender));
  opened.sockets.receiver = std::move(std::get<std::unique_ptr<FrameReceiver>>(receiver));
  opened.link = probe.running;
  port.interface_index = probe.index;
  port.open = true;
  port.link = probe.running;
  port.last_error.clear();
  infos_.update(index, [&](EnginePortInfo& info) {
    info.interface_index = probe.index;
    info.mac = probe.mac;
    info.present = true;
    info.link = probe.running;
    info.former.reset();
    if (port.hardware) {
      info.former = {probe.index, port.hardware->former().value_or(HardwareTimestampConfig{})};
    }
  });
  listener_.port_opened(index, std::move(opened));
  return std::nullopt;
}

// Every port uses the best kind of time stamps that it has; what it has may be another each time
// that its interface appears, and so may its clock.
std::optional<Error> PortLifecycle::choose_timestamping(uint32_t index, const InterfaceProbe& probe,
                                                        OpenedPort& opened) {
  Port& port = ports_[index];
  std::string reason = "as configured";
  const bool wanted = options_.timestamping != TimestampingRequest::kSoftware;
  if (wanted) {
    const std::string obstacle = probe.hardware_obstacle();
    if (obstacle.empty()) {
      reason = "of its clock /dev/ptp" + std::to_string(probe.phc_index);
      auto clock = network_.open_clock(probe.phc_index);
      if (auto* error = std::get_if<Error>(&clock)) return *error;
      // The index tells whether it is the interface that an earlier switch left, and not another
      // one of the same name.
      const std::optional<FormerTimestamping>& left = options_.ports[index].former;
      const bool is_same = left && left->interface_index == probe.index;
      auto hardware = HardwareTimestamping::enable(
          probe, is_same ? std::optional(left->mode) : std::nullopt, network_.driver());
      if (auto* error = std::get_if<Error>(&hardware)) return *error;
      port.hardware = std::move(std::get<std::unique_ptr<HardwareTimestamping>>(hardware));
      opened.clock.emplace(std::move(std::get<HardwareClock>(clock)));
      opened.outstanding_timestamps = outstanding_timestamps(probe.driver);
    } else if (options_.timestamping == TimestampingRequest::kHardware) {
      return Error{kErrTimestamping,
                   probe.name + ": " + obstacle + "; use timestamping: auto or software"};
    } else {
      reason = obstacle;
    }
  }
  infos_.update(index, [&](EnginePortInfo& info) {
    info.phc_index = probe.phc_index;
    info.timestamping = port.hardware ? TimestampingMode::kHardware : TimestampingMode::kSoftware;
    info.timestamping_reason = reason;
  });
  return std::nullopt;
}

void PortLifecycle::close(uint32_t index) {
  Port& port = ports_[index];
  port.hardware.reset();
  port.open = false;
  port.link = false;
  port.interface_index = 0;
  infos_.update(index, [](EnginePortInfo& info) {
    info.present = false;
    info.link = false;
    info.interface_index = 0;
    info.mac.clear();
    info.former.reset();
  });
  listener_.port_closed(index);
}

}  // namespace ptpswitch::io
