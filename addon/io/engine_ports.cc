// Claims the interfaces of the engine's ports for its lifetime, opens them, and follows them as
// they come and go.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "addon/io/engine.h"
#include "addon/io/monotonic_clock.h"
#include "addon/io/timestamp_limits.h"

namespace ptpswitch::io {
namespace {

// Keeps an interface to one switch: an abstract Unix socket of one name exists once per network
// namespace and vanishes with its owner.
std::variant<FileDescriptor, Error> claim(const std::string& interface) {
  FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "ptp-switch/port/" + interface;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (fd.valid() && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0) {
    return fd;
  }
  if (errno == EADDRINUSE) {
    return Error{kErrPortTaken, interface +
                                    ": another ptp-switch forwards on this interface: stop it, or "
                                    "leave the interface out"};
  }
  return Error{kErrSystem, interface + ": " + describe_errno("claiming the interface", errno)};
}

}  // namespace

std::optional<Error> Engine::claim_interfaces() {
  for (Port& port : ports_) {
    const std::string& name = port.info.interface;
    const InterfaceProbe probe = probe_interface(name);
    if (!probe.exists) {
      return Error{kErrNoInterface, name + ": no such network interface: `ip link` lists them"};
    }
    if (!probe.ethernet || probe.loopback) {
      return Error{kErrNotEthernet, name + ": not an Ethernet interface: PTP ports must be"};
    }
    auto claimed = claim(name);
    if (auto* error = std::get_if<Error>(&claimed)) return *error;
    port.claim = std::move(std::get<FileDescriptor>(claimed));
  }
  return std::nullopt;
}

std::optional<Error> Engine::open_port(uint32_t index) {
  Port& port = ports_[index];
  const InterfaceProbe probe = probe_interface(port.info.interface);
  if (!probe.exists) {
    return Error{kErrNoInterface, port.info.interface + ": no such network interface"};
  }
  if (port.info.timestamping == TimestampingMode::kHardware) {
    const std::optional<FormerTimestamping>& left = options_.ports[index].former;
    // The index tells whether it is the same interface and not another one of the same name.
    const bool is_same = left && left->interface_index == probe.index;
    auto hardware =
        HardwareTimestamping::enable(probe, is_same ? std::optional(left->mode) : std::nullopt);
    if (auto* error = std::get_if<Error>(&hardware)) return *error;
    port.hardware = std::move(std::get<std::unique_ptr<HardwareTimestamping>>(hardware));
    dataplane::PortSettings settings = options_.ports[index].settings;
    settings.outstanding_limit = outstanding_timestamps(probe.driver);
    forwarder_.configure(index, settings);
  }
  auto sender = TransmitSocket::open(port.info.interface, probe.index, port.info.timestamping);
  if (auto* error = std::get_if<Error>(&sender)) return *error;
  auto receiver = ReceiveSocket::open(port.info.interface, probe.index, port.info.timestamping);
  if (auto* error = std::get_if<Error>(&receiver)) return *error;
  port.sender.emplace(std::move(std::get<TransmitSocket>(sender)));
  port.receiver.emplace(std::move(std::get<ReceiveSocket>(receiver)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, port.receiver->fd(), &event);
  // A hardware time stamp comes later, out of an interrupt, so the sender is watched all the time.
  port.sender_watched = false;
  if (port.info.timestamping == TimestampingMode::kHardware) watch_sender(index, true);
  port.last_error = 0;
  {
    const std::lock_guard lock(ports_mutex_);
    port.info.interface_index = probe.index;
    port.info.mac = probe.mac;
    port.info.present = true;
    port.info.former.reset();
    if (port.hardware) {
      port.info.former = {probe.index, port.hardware->former().value_or(HardwareTimestampConfig{})};
    }
  }
  refresh_link(index, probe);
  return std::nullopt;
}

void Engine::close_port(uint32_t index) {
  Port& port = ports_[index];
  port.receiver.reset();  // closing it removes it from epoll
  port.sender.reset();
  port.sender_watched = false;
  port.hardware.reset();
  port.unread_timestamps = 0;
  {
    const std::lock_guard lock(ports_mutex_);
    port.info.present = false;
    port.info.link = false;
    port.info.interface_index = 0;
    port.info.mac.clear();
    port.info.former.reset();
  }
  forwarder_.set_link(index, false);
  forwarder_.restart_socket(index, monotonic_ns());
  records_.push({.kind = RecordKind::kLink, .port = static_cast<uint8_t>(index)});
}

void Engine::refresh_link(uint32_t index, const InterfaceProbe& probe) {
  Port& port = ports_[index];
  const bool changed = port.info.link != probe.running || !thread_.joinable();
  {
    const std::lock_guard lock(ports_mutex_);
    port.info.link = probe.running;
    port.info.mac = probe.mac;
  }
  forwarder_.set_link(index, probe.running);
  if (!changed) return;
  if (probe.running) port.last_error = 0;
  const auto flags = static_cast<uint16_t>(1 | (probe.running ? 2 : 0));
  records_.push({.kind = RecordKind::kLink, .port = static_cast<uint8_t>(index), .flags = flags});
}

// `name` is empty when it is not known what has changed. An interface of a port that is renamed is
// told by its index, and is gone for the port: the configuration has it by its name.
void Engine::interface_changed(int interface_index, const std::string& name) {
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    Port& port = ports_[index];
    const bool concerned = name.empty() || name == port.info.interface ||
                           (port.info.present && interface_index == port.info.interface_index);
    if (!concerned) continue;
    const InterfaceProbe probe = probe_interface(port.info.interface);
    const bool same = port.info.present && probe.exists && probe.index == port.info.interface_index;
    if (same) {
      refresh_link(index, probe);
      continue;
    }
    if (port.info.present) close_port(index);
    if (!probe.exists) continue;
    if (const auto error = open_port(index)) {
      push_port_error(static_cast<uint32_t>(index), error->message);
    }
  }
}

void Engine::report_error(uint32_t index, const std::string& doing, int error) {
  Port& port = ports_[index];
  if (port.last_error == error) return;
  port.last_error = error;
  push_port_error(index, describe_errno(doing, error));
}

void Engine::push_port_error(uint32_t index, const std::string& text) {
  records_.push({.kind = RecordKind::kPortError,
                 .port = static_cast<uint8_t>(index),
                 .payload = text.data(),
                 .payload_size = static_cast<uint32_t>(text.size())});
}

}  // namespace ptpswitch::io
