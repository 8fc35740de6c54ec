// The engine: one thread that moves frames between the ports' sockets and the forwarder, and
// follows the interfaces. Everything from outside reaches it as a command, and it reports through
// records and counters.
#pragma once

#include <linux/pkt_sched.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "addon/dataplane/clock_tracker.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/forwarder.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/hardware_clock.h"
#include "addon/io/hardware_timestamping.h"
#include "addon/io/interface_probe.h"
#include "addon/io/link_monitor.h"
#include "addon/io/offload_features.h"
#include "addon/io/packet_socket.h"
#include "addon/io/receive_socket.h"
#include "addon/io/record_batch.h"
#include "addon/io/system_clock_watch.h"
#include "addon/io/transmit_socket.h"

namespace ptpswitch::io {

// The mode of an interface before hardware time stamping was turned on there.
struct FormerTimestamping {
  int interface_index = 0;
  HardwareTimestampConfig mode;
};

struct EnginePortOptions {
  std::string interface;
  dataplane::PortSettings settings;
  std::optional<FormerTimestamping> former;  // the mode before an earlier switch, which was killed
  bool turn_merge_offloads_off = true;       // what merges received packets (offload_features.h)
  std::optional<FormerOffloads> former_offloads;  // left off by an earlier switch, which was killed
};

// kAuto: see choose_timestamping(). kMixed: each port has the best kind that it can.
enum class TimestampingRequest : uint8_t { kAuto, kHardware, kSoftware, kMixed };

struct EngineOptions {
  std::vector<EnginePortOptions> ports;  // at most dataplane::kMaxPorts
  TimestampingRequest timestamping = TimestampingRequest::kAuto;
  int cpu = -1;  // -1: wherever the scheduler likes
  bool busy_poll = false;
  uint64_t seed = 0;
  dataplane::Limits limits;
  int socket_priority = TC_PRIO_CONTROL;  // SO_PRIORITY of what is sent
};

struct EnginePortInfo {
  std::string interface;
  int interface_index = 0;
  std::string mac;
  bool present = false;
  bool link = false;
  TimestampingMode timestamping = TimestampingMode::kSoftware;
  std::string timestamping_reason;
  std::optional<FormerTimestamping> former;  // with hardware time stamps, while present
  std::vector<std::string> offloads_turned_off;  // until the end, while present
  int phc_index = -1;
  // Of the port's hardware clock against CLOCK_REALTIME; meaningful while clock_related.
  bool clock_related = false;
  int64_t clock_offset_ns = 0;
  double clock_rate_ppb = 0;
  double clock_uncertainty_ns = 0;
  dataplane::ClockRelation clock_relation{.valid = false};
};

// The counters are shared, because JavaScript may read them after the engine is gone.
using CounterBlock = std::shared_ptr<std::vector<std::atomic<uint64_t>>>;

class Engine final : private dataplane::Effects {
 public:
  // Opens every port and starts the thread. `wake` is called from it when records wait.
  static std::variant<std::unique_ptr<Engine>, Error> open(const EngineOptions& options,
                                                           std::function<void()> wake);
  ~Engine() override;

  void program(dataplane::Policy policy);
  struct Submission {
    uint32_t port;
    std::vector<uint8_t> frame;
    std::optional<uint32_t> context;
  };
  void submit(std::vector<Submission> frames);
  // Sets and slews the hardware clock of a port, and updates its relation to the timebase, before
  // it returns. None on success, else the reason for the user.
  std::optional<Error> adjust_clock(uint32_t port, const ClockAdjustment& adjustment);
  // Test seam: throws away the next `count` transmit time stamps of a port.
  void lose_transmit_timestamps(uint32_t port, uint32_t count);

  std::vector<EnginePortInfo> ports() const;
  const CounterBlock& counters() const { return counters_; }
  void drain(std::vector<uint8_t>& out) { records_.drain(out); }

 private:
  // A hardware clock and where it stands; ports of one NIC may share it.
  struct HardwareClockTrack {
    HardwareClock device;
    dataplane::ClockTracker tracker;
    int64_t read_at = 0;
  };

  struct Port {
    EnginePortInfo info;
    FileDescriptor claim;  // holds the interface against another switch
    std::unique_ptr<HardwareTimestamping> hardware;
    HardwareClockTrack* clock = nullptr;    // none with software time stamps
    std::optional<ReceiveSocket> receiver;  // this and `sender` are open together or not at all
    std::optional<TransmitSocket> sender;
    bool sender_watched = false;     // by epoll
    uint32_t unread_timestamps = 0;  // frames sent with a number since the queue was last empty
    uint32_t timestamps_to_lose = 0;
    uint64_t missing_timestamps = 0;  // their count when the hardware's mode was last checked
    int last_error = 0;               // errno, so that each cause is reported once
  };

  Engine(const EngineOptions& options, std::function<void()> wake);

  std::optional<Error> start();
  std::optional<Error> claim_interfaces();
  std::optional<Error> choose_timestamping();
  std::optional<Error> attach_clock(uint32_t port);
  std::optional<Error> open_port(uint32_t port);
  void close_port(uint32_t port);
  void interface_changed(int interface_index, const std::string& name);
  void refresh_link(uint32_t port, const InterfaceProbe& probe);
  void report_error(uint32_t port, const std::string& doing, int error);
  void push_port_error(uint32_t port, const std::string& text);

  void run();
  bool receive_from(uint32_t port);
  bool read_timestamps(uint32_t port);
  void watch_sender(uint32_t port, bool watch);
  bool poll_ports();
  void wait_for_events(int timeout_ms);
  int sleep_ms(int64_t now);
  void read_due_clocks(int64_t now);
  void verify_clocks(int64_t now);
  std::optional<int64_t> next_clock_reading() const;
  void read_clocks(int64_t now, int64_t older_than_ns, uint32_t attempts);
  std::optional<Error> adjust_now(uint32_t port, const ClockAdjustment& adjustment);
  void report_unreadable_clock(HardwareClockTrack& clock);
  void publish_clock(HardwareClockTrack& clock, bool moved);
  void check_system_clock();
  uint64_t missing_timestamps(uint32_t port);
  void check_hardware_mode(int64_t now);
  void run_commands();
  void post(std::function<void()> command);
  void collect_ring_drops(int64_t now);
  void let_time_pass(int64_t now);
  void service(int64_t now);

  // dataplane::Effects
  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override;
  bool punt(uint32_t port, const wire::FrameView& view,
            std::optional<int64_t> timestamp_ns) override;
  void observe_sync(uint32_t port, const dataplane::SyncObservation& observation) override;
  void notice(const dataplane::Notice& notice) override;
  void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                std::optional<int64_t> timestamp_ns) override;

  const EngineOptions options_;
  CounterBlock counters_;
  RecordBatch records_;
  dataplane::Forwarder forwarder_;

  std::vector<Port> ports_;
  mutable std::mutex ports_mutex_;  // guards the `info` of ports_, which other threads read
  std::vector<std::unique_ptr<HardwareClockTrack>> clocks_;
  SystemClockWatch system_clock_;
  dataplane::ClockRelation system_relation_;  // of software time stamps: the identity
  bool sent_in_round_ = false;                // in this round of poll_ports()
  int64_t hardware_mode_checked_at_ = 0;
  std::optional<LinkMonitor> links_;
  FileDescriptor epoll_;
  FileDescriptor wake_up_;  // eventfd: a command waits

  std::mutex commands_mutex_;
  std::vector<std::function<void()>> commands_;
  std::atomic<bool> stopping_{false};
  int64_t drops_collected_at_ = 0;
  bool uncollected_drops_ = false;  // frames have come in since
  std::thread thread_;
};

}  // namespace ptpswitch::io
