// The engine: one thread that moves frames between the ports' sockets and the forwarder. It never
// waits: what an interface needs is done by another thread (port_lifecycle.h), which hands over
// sockets that are ready. Everything from outside reaches it as a command, and it reports through
// records and counters.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "addon/dataplane/effects.h"
#include "addon/dataplane/forwarder.h"
#include "addon/io/clock_keeper.h"
#include "addon/io/engine_options.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/network.h"
#include "addon/io/port_infos.h"
#include "addon/io/port_lifecycle.h"
#include "addon/io/record_batch.h"

namespace ptpswitch::io {

// The counters are shared, because JavaScript may read them after the engine is gone.
using CounterBlock = std::shared_ptr<std::vector<std::atomic<uint64_t>>>;

class Engine final : private dataplane::Effects, private PortLifecycle::Listener {
 public:
  // Opens every port and starts the threads. `wake` is called from them when records wait.
  // `network` outlives the engine.
  static std::variant<std::unique_ptr<Engine>, Error> open(const EngineOptions& options,
                                                           std::function<void()> wake,
                                                           Network& network = kernel_network());
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
  // What the system clock shows now, when that is in the common timebase, and its rate.
  struct SystemClock {
    int64_t realtime_ns;
    int64_t common_ns;
    double rate_offset;  // seconds of it per second of the timebase, minus 1
  };
  SystemClock read_system_clock() const;
  // Test seam: throws away the next `count` transmit time stamps of a port.
  void lose_transmit_timestamps(uint32_t port, uint32_t count);
  // How many times the forwarding thread has answered so far; it is asked once more. A thread that
  // runs has answered by the next call, one that hangs has not (docs/decisions/0024).
  uint64_t heartbeat();

  std::vector<EnginePortInfo> ports() const { return infos_.all(); }
  const CounterBlock& counters() const { return counters_; }
  void drain(std::vector<uint8_t>& out) { records_.drain(out); }

 private:
  struct Port {
    PortSockets sockets;  // both or none
    TimestampingMode timestamping = TimestampingMode::kSoftware;
    bool sender_watched = false;     // by epoll
    uint32_t unread_timestamps = 0;  // frames sent with a number since the queue was last empty
    uint32_t timestamps_to_lose = 0;
    uint64_t missing_timestamps = 0;  // their count when the mode was last doubted
    int last_error = 0;               // errno, so that each cause is reported once
  };

  Engine(const EngineOptions& options, std::function<void()> wake, Network& network);
  std::optional<Error> start();

  void run();
  bool poll_ports();
  bool receive_from(uint32_t port);
  void read_new_timestamps();
  bool read_timestamps(uint32_t ports);
  struct Taken {
    uint32_t timestamps;
    bool may_be_more;
  };
  Taken take_timestamps(uint32_t port);
  void wait_for_events(int timeout_ms);
  void on_event(uint64_t source, uint32_t events);
  int sleep_ms(int64_t now);
  void let_time_pass(int64_t now);
  void service(int64_t now);
  void doubt_modes(int64_t now);
  void collect_ring_drops(int64_t now);
  bool watch(int operation, int fd, uint64_t source);
  void watch_sender(uint32_t port, bool watch);
  void report_error(uint32_t port, const std::string& doing, int error);

  void run_commands();
  void post(std::function<void()> command);
  void attach(uint32_t port, OpenedPort opened);
  void detach(uint32_t port);
  void set_link(uint32_t port, bool up);

  // PortLifecycle::Listener
  void port_opened(uint32_t port, OpenedPort opened) override;
  void port_closed(uint32_t port) override;
  void link_changed(uint32_t port, bool up) override;
  void port_failed(uint32_t port, const std::string& text) override;

  // dataplane::Effects
  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override;
  bool punt(uint32_t port, const wire::FrameView& view,
            std::optional<int64_t> timestamp_ns) override;
  void observe_sync(uint32_t port, const dataplane::SyncObservation& observation) override;
  void notice(const dataplane::Notice& notice) override;
  void unserved(const dataplane::UnservedMessages& messages) override;
  void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                std::optional<int64_t> timestamp_ns) override;

  const EngineOptions options_;
  Network& network_;
  CounterBlock counters_;
  RecordBatch records_;
  PortInfos infos_;
  dataplane::Forwarder forwarder_;
  ClockKeeper clocks_;

  struct PortTimestamp {
    uint32_t port;
    FrameSender::TransmitTimestamp stamp;
  };

  std::vector<Port> ports_;
  std::vector<PortTimestamp> taken_;  // of one read_timestamps(), kept for its memory
  bool sent_in_round_ = false;        // in this round of poll_ports()
  int64_t modes_doubted_at_ = 0;
  int64_t drops_collected_at_ = 0;
  bool uncollected_drops_ = false;  // frames have come in since
  FileDescriptor epoll_;
  FileDescriptor wake_up_;           // eventfd: a command waits
  FileDescriptor system_clock_set_;  // readable when it was

  std::mutex commands_mutex_;
  std::vector<std::function<void()>> commands_;
  std::atomic<bool> commands_wait_{false};
  std::atomic<uint64_t> heartbeats_{0};
  uint64_t heartbeats_asked_ = 0;  // of the thread that asks
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  PortLifecycle lifecycle_;
};

}  // namespace ptpswitch::io
