// What becomes of the interfaces of the ports: a thread of its own looks at them when something
// happens to one, opens its sockets when it appears, and closes them when it goes.
//
// It is not done by the forwarding thread, because nearly every question about an interface waits
// for the kernel's lock of the network configuration (RTNL), which container churn, a driver's
// reset or `ethtool -t` hold for seconds (docs/decisions/0012).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "addon/io/engine_options.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/hardware_clock.h"
#include "addon/io/hardware_timestamping.h"
#include "addon/io/network.h"
#include "addon/io/port_infos.h"

namespace ptpswitch::io {

// The sockets of a port whose interface is there.
struct PortSockets {
  std::unique_ptr<FrameReceiver> receiver;
  std::unique_ptr<FrameSender> sender;
};

// A port that has just been opened.
struct OpenedPort {
  PortSockets sockets;
  std::optional<HardwareClock> clock;   // of its time stamps; none: CLOCK_REALTIME
  uint32_t outstanding_timestamps = 0;  // that the hardware can hold; 0: no limit
  bool link = false;
};

class PortLifecycle {
 public:
  // Who is told. Called by start() and then by the lifecycle's thread.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void port_opened(uint32_t port, OpenedPort opened) = 0;
    virtual void port_closed(uint32_t port) = 0;
    virtual void link_changed(uint32_t port, bool up) = 0;
    virtual void port_failed(uint32_t port, const std::string& text) = 0;
  };

  // All outlive it.
  PortLifecycle(const EngineOptions& options, Network& network, PortInfos& infos,
                Listener& listener);
  // Gives every interface back its former time stamping mode.
  ~PortLifecycle();

  // Opens every port; on an error nothing runs.
  std::optional<Error> start();
  void stop();

  // Lets go of what is no longer used: closing a socket waits for every processor, and freeing
  // memory may wait for the kernel. From any thread.
  void dispose(std::shared_ptr<void> unused);
  // Time stamps of this port are missing: somebody may have changed its mode. From any thread.
  void doubt_mode(uint32_t port);

 private:
  struct Port {
    FileDescriptor claim;  // holds the interface against another switch
    int interface_index = 0;
    bool open = false;
    bool link = false;
    std::unique_ptr<HardwareTimestamping> hardware;
    std::string last_error;  // so that each is told once
  };

  void run();
  void wake();
  std::optional<Error> claim_interfaces();
  void interface_changed(int interface_index, const std::string& name);
  void look_at(uint32_t port);
  std::optional<Error> open(uint32_t port, const InterfaceProbe& probe);
  std::optional<Error> choose_timestamping(uint32_t port, const InterfaceProbe& probe,
                                           OpenedPort& opened);
  void close(uint32_t port);
  void set_link(uint32_t port, const InterfaceProbe& probe);
  void fail(uint32_t port, const std::string& text);
  void check_modes(uint32_t ports);
  uint32_t closed_ports() const;
  bool any_hardware() const;

  const EngineOptions& options_;
  Network& network_;
  PortInfos& infos_;
  Listener& listener_;
  std::vector<Port> ports_;
  std::unique_ptr<InterfaceEvents> interfaces_;
  FileDescriptor wake_up_;  // eventfd
  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> doubted_{0};  // ports, one bit each
  std::mutex disposed_mutex_;
  std::vector<std::shared_ptr<void>> disposed_;
  std::thread thread_;
};

}  // namespace ptpswitch::io
