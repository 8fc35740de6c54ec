// Interfaces that a test holds in its hands: it puts frames in, sees what is sent, and gives each
// transmit time stamp when it likes, or never, or twice. Interfaces come, go, and change their
// names, and any question about one can be held up, as by the kernel's RTNL lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "addon/io/network.h"
#include "addon/test/engine/eventually.h"
#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

class FakeNetwork;

// One interface, and what its two sockets have seen.
class FakeInterface {
 public:
  struct Incoming {
    Bytes frame;
    std::optional<int64_t> timestamp_ns;
    bool checksum_pending = false;
    bool truncated = false;
  };
  struct Outgoing {
    Bytes frame;
    std::optional<uint32_t> number;
  };

  FakeInterface(std::string name, int index);

  // A frame comes in; it is lost while nobody listens.
  void put(Incoming incoming);
  // Waits until `count` frames have been sent in all, and takes them; fails the test when they do
  // not come.
  std::vector<Outgoing> wait_sent(size_t count);
  std::vector<Outgoing> take_sent();
  // The transmit time stamp of a frame. `signature`: the kernel has counted, and returns the frame.
  void stamp(uint32_t number, int64_t timestamp_ns, std::optional<uint64_t> signature = {});
  // The same, but nobody is told that there is one to read.
  void stamp_silently(uint32_t number, int64_t timestamp_ns);
  void fail_sends(uint32_t count, int error);
  // Frames that the ring had no room for.
  void drop(uint32_t frames);
  bool is_open() const;

  // Its sockets, for the engine.
  static std::unique_ptr<io::FrameReceiver> receiver(std::shared_ptr<FakeInterface> of);
  static std::unique_ptr<io::FrameSender> sender(std::shared_ptr<FakeInterface> of);

 private:
  friend class FakeNetwork;
  class Receiver;
  class Sender;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string name_;
  const int index_;
  bool running_ = true;
  int phc_index_ = -1;
  int open_sockets_ = 0;
  std::deque<Incoming> incoming_;
  std::vector<Outgoing> sent_;
  std::deque<io::FrameSender::TransmitTimestamp> stamps_;
  uint32_t sends_to_fail_ = 0;
  int send_error_ = 0;
  uint32_t ring_drops_ = 0;
  io::FileDescriptor readable_;  // eventfds
  io::FileDescriptor stamped_;
};

class FakeNetwork final : public io::Network {
 public:
  FakeNetwork();
  ~FakeNetwork() override;

  // An interface appears.
  FakeInterface& add(const std::string& name, int phc_index = -1);
  void remove(const std::string& name);
  void rename(const std::string& name, const std::string& new_name);
  void set_link(const std::string& name, bool up);
  FakeInterface& at(const std::string& name);

  // Whoever asks about an interface waits, until release().
  void hold();
  void release();
  // Waits until somebody does.
  void wait_held();
  uint32_t probes() const;

  // What the driver of every interface answers to a mode that is asked for; 0 or an errno.
  std::atomic<int> mode_error{0};
  // Sets the mode of an interface from outside.
  void change_mode(const std::string& name, io::HardwareTimestampConfig mode);
  std::optional<io::HardwareTimestampConfig> mode(const std::string& name) const;
  // How far a hardware clock is ahead of CLOCK_REALTIME of the machine, by its number; none: it
  // cannot be read.
  void set_clock(int phc_index, std::optional<int64_t> ahead_ns);

  std::variant<std::unique_ptr<io::InterfaceEvents>, io::Error> watch_interfaces() override;
  std::variant<io::FileDescriptor, io::Error> claim(const std::string& interface) override;
  io::InterfaceProbe probe(const std::string& interface) override;
  std::variant<std::unique_ptr<io::FrameReceiver>, io::Error> open_receiver(
      const io::InterfaceProbe& probe, io::TimestampingMode mode) override;
  std::variant<std::unique_ptr<io::FrameSender>, io::Error> open_sender(
      const io::InterfaceProbe& probe, io::TimestampingMode mode, int priority) override;
  std::variant<io::HardwareClock, io::Error> open_clock(int phc_index) override;
  io::DriverCalls& driver() override;
  dataplane::SystemClockReading read_system_clock(int64_t enough_ns) override;
  std::variant<io::FileDescriptor, io::Error> watch_system_clock() override;

  // The system clock, which software time stamps are of. Nobody is told of a quiet step.
  void step_system_clock(int64_t ns);
  void step_system_clock_quietly(int64_t ns);
  void slew_system_clock(double rate_change);
  int64_t system_clock_ns() const { return system_clock().realtime_ns; }
  dataplane::SystemClockReading system_clock() const;
  // As much time passes for every clock at once, nobody waits for it.
  void pass(int64_t ns);
  // How often the engine has read the system clock.
  uint32_t system_clock_readings() const;
  // The drivers of hardware clocks have no other reference than the system clock; they take no
  // notice of which one they are asked for; they have CLOCK_MONOTONIC_RAW.
  enum class Reference : uint8_t { kRealtimeAlone, kRealtimeAlways, kMonotonicRaw };
  std::atomic<Reference> reference{Reference::kRealtimeAlone};

 private:
  class Events;
  class Driver;

  dataplane::SystemClockReading undisturbed() const;
  dataplane::SystemClockReading disturbed(dataplane::SystemClockReading reading) const;
  std::shared_ptr<FakeInterface> find(const std::string& name) const;
  void tell(int index, const std::string& name);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<FakeInterface>> interfaces_;
  std::map<std::string, io::HardwareTimestampConfig> modes_;
  std::map<int, std::optional<int64_t>> clocks_;
  uint32_t system_clock_readings_ = 0;
  int64_t passed_ns_ = 0;
  int64_t stepped_ns_ = 0;
  io::FileDescriptor system_clock_set_;  // eventfd
  int64_t slewed_ns_ = 0;                // up to slewed_at_
  int64_t slewed_at_ = 0;
  double slew_rate_ = 0;
  std::deque<std::pair<int, std::string>> events_;
  io::FileDescriptor event_fd_;
  int next_index_ = 10;
  bool held_ = false;
  uint32_t waiting_ = 0;
  uint32_t probes_ = 0;
  std::unique_ptr<Driver> driver_;
};

// CLOCK_REALTIME of the machine.
int64_t realtime_ns();

}  // namespace ptpswitch::test
