// The one way from the engine to the interfaces of this machine: what there is, its sockets, its
// clocks, and what changes. A test answers in its place, with frames and time stamps that are late,
// lost, merged, doubled or cut.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "addon/io/driver_calls.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/hardware_clock.h"
#include "addon/io/interface_probe.h"
#include "addon/io/packet_socket.h"
#include "addon/io/port_sockets.h"
#include "addon/io/system_clock.h"

namespace ptpswitch::io {

// Tells that an interface came, went, or changed its link.
class InterfaceEvents {
 public:
  virtual ~InterfaceEvents() = default;

  virtual int fd() const = 0;  // readable while something waits
  // Reads what has arrived and calls `changed` for each interface that something happened to, with
  // its index and the name that it has now; with an empty name when messages were lost and every
  // interface must be looked at. After a rename the index alone is the one that was known.
  virtual void read(const std::function<void(int index, const std::string& name)>& changed) = 0;
};

// All but the two open_* and read_system_clock may take the kernel's lock of the network
// configuration (RTNL), which anybody may hold for seconds: never to be called by the forwarding
// thread. The two do so too, and closing what they have opened waits for every processor.
class Network {
 public:
  virtual ~Network() = default;

  virtual std::variant<std::unique_ptr<InterfaceEvents>, Error> watch_interfaces() = 0;
  // Keeps an interface to one switch, for as long as the descriptor is open.
  virtual std::variant<FileDescriptor, Error> claim(const std::string& interface) = 0;
  virtual InterfaceProbe probe(const std::string& interface) = 0;
  virtual std::variant<std::unique_ptr<FrameReceiver>, Error> open_receiver(
      const InterfaceProbe& probe, TimestampingMode mode) = 0;
  virtual std::variant<std::unique_ptr<FrameSender>, Error> open_sender(const InterfaceProbe& probe,
                                                                        TimestampingMode mode,
                                                                        int priority) = 0;
  virtual std::variant<HardwareClock, Error> open_clock(int phc_index) = 0;
  virtual DriverCalls& driver() = 0;
  // The system clock, which software time stamps are of, and what it is compared with: read again,
  // a few times, while that took longer than `enough_ns`.
  virtual dataplane::SystemClockReading read_system_clock(int64_t enough_ns) = 0;
  // Readable from when that clock was set until 8 bytes are read of it, which may fail.
  virtual std::variant<FileDescriptor, Error> watch_system_clock() = 0;
};

// The machine's.
Network& kernel_network();

}  // namespace ptpswitch::io
