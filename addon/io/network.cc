#include "addon/io/network.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "addon/io/link_monitor.h"
#include "addon/io/receive_socket.h"
#include "addon/io/transmit_socket.h"

namespace ptpswitch::io {
namespace {

class KernelNetwork final : public Network {
 public:
  std::variant<std::unique_ptr<InterfaceEvents>, Error> watch_interfaces() override {
    return LinkMonitor::open();
  }

  // An abstract Unix socket of one name exists once per network namespace and vanishes with its
  // owner.
  std::variant<FileDescriptor, Error> claim(const std::string& interface) override {
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
                                      ": another ptp-switch forwards on this interface: stop it, "
                                      "or leave the interface out"};
    }
    return Error{kErrSystem, interface + ": " + describe_errno("claiming the interface", errno)};
  }

  InterfaceProbe probe(const std::string& interface) override { return probe_interface(interface); }

  std::variant<std::unique_ptr<FrameReceiver>, Error> open_receiver(
      const InterfaceProbe& probe, TimestampingMode mode) override {
    return ReceiveSocket::open(probe.name, probe.index, mode);
  }

  std::variant<std::unique_ptr<FrameSender>, Error> open_sender(const InterfaceProbe& probe,
                                                                TimestampingMode mode,
                                                                int priority) override {
    return TransmitSocket::open(probe.name, probe.index, mode, priority);
  }

  std::variant<HardwareClock, Error> open_clock(int phc_index) override {
    return HardwareClock::open(phc_index);
  }

  DriverCalls& driver() override { return driver_calls(); }

  dataplane::SystemClockReading read_system_clock(int64_t enough_ns) override {
    return io::read_system_clock(enough_ns);
  }

  std::variant<FileDescriptor, Error> watch_system_clock() override {
    return io::watch_system_clock();
  }
};

}  // namespace

Network& kernel_network() {
  static KernelNetwork network;  // it has no state, so all may share it
  return network;
}

}  // namespace ptpswitch::io
