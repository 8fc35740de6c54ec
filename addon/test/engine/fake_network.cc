#include "addon/test/engine/fake_network.h"

#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "addon/test/engine/event_fd.h"

namespace ptpswitch::test {
namespace {

ptp_clock_time clock_time(int64_t ns) {
  return {ns / 1'000'000'000, static_cast<uint32_t>(ns % 1'000'000'000), 0};
}

}  // namespace

int64_t realtime_ns() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// ---------------------------------------------------------------------------------------------------------------------
// The network

class FakeNetwork::Events final : public io::InterfaceEvents {
 public:
  explicit Events(FakeNetwork& network) : network_(network) {}
  int fd() const override { return network_.event_fd_.get(); }
  void read(const std::function<void(int, const std::string&)>& changed) override {
    std::deque<std::pair<int, std::string>> events;
    {
      const std::lock_guard lock(network_.mutex_);
      lower(fd());
      events.swap(network_.events_);
    }
    for (const auto& [index, name] : events) changed(index, name);
  }

 private:
  FakeNetwork& network_;
};

class FakeNetwork::Driver final : public io::DriverCalls {
 public:
  explicit Driver(FakeNetwork& network) : network_(network) {}

  int ioctl(int, unsigned long request, void* argument) override {
    const std::lock_guard lock(network_.mutex_);
    errno = answer(request, argument);
    return errno == 0 ? 0 : -1;
  }
  int set_timestamping_by_netlink(const std::string&, int, int) override { return EOPNOTSUPP; }
  int adjust_clock(clockid_t, timex*) override { return 0; }

 private:
  int answer(unsigned long request, void* argument) {
    if (request == PTP_SYS_OFFSET_EXTENDED) return read_clock(argument);
    if (request == PTP_SYS_OFFSET_PRECISE || request == PTP_SYS_OFFSET) return EOPNOTSUPP;
    auto* const of = static_cast<ifreq*>(argument);
    const auto found = network_.interfaces_.find(of->ifr_name);
    if (found == network_.interfaces_.end()) return ENODEV;
    io::HardwareTimestampConfig& mode = network_.modes_[found->first];
    if (request == SIOCGIFINDEX) {
      of->ifr_ifindex = found->second->index_;
      return 0;
    }
    auto* const config = reinterpret_cast<hwtstamp_config*>(of->ifr_data);
    if (request == SIOCSHWTSTAMP) {
      if (network_.mode_error != 0) return network_.mode_error;
      mode = {config->tx_type, config->rx_filter};
      return 0;
    }
    if (request == SIOCGHWTSTAMP) {
      *config = {0, mode.transmit_type, mode.receive_filter};
      return 0;
    }
    return EOPNOTSUPP;
  }

  // There is one hardware clock at a time in these tests, so no file tells which one is meant.
  int read_clock(void* argument) {
    auto* const request = static_cast<ptp_sys_offset_extended*>(argument);
    if (network_.clocks_.empty() || !network_.clocks_.begin()->second) return ENODEV;
    int32_t clock;
    std::memcpy(&clock, reinterpret_cast<char*>(request) + 4, sizeof clock);
    if (clock != 0 && network_.reference == Reference::kRealtimeAlone) return EINVAL;
    const bool raw = clock == CLOCK_MONOTONIC_RAW && network_.reference == Reference::kMonotonicRaw;
    for (uint32_t i = 0; i < request->n_samples; ++i) {
      const dataplane::SystemClockReading machine = network_.undisturbed();
      const int64_t reference = raw ? machine.raw_ns : network_.disturbed(machine).realtime_ns;
      request->ts[i][0] = request->ts[i][2] = clock_time(reference);
      request->ts[i][1] = clock_time(machine.realtime_ns + *network_.clocks_.begin()->second);
    }
    return 0;
  }

  FakeNetwork& network_;
};

FakeNetwork::FakeNetwork() : event_fd_(event_fd()), driver_(new Driver(*this)) {}
FakeNetwork::~FakeNetwork() = default;

FakeInterface& FakeNetwork::add(const std::string& name, int phc_index) {
  const std::lock_guard lock(mutex_);
  auto interface = std::make_shared<FakeInterface>(name, next_index_++);
  interface->phc_index_ = phc_index;
  interfaces_[name] = interface;
  tell(interface->index_, name);
  return *interface;
}

void FakeNetwork::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const int index = interfaces_.at(name)->index_;
  interfaces_.erase(name);
  modes_.erase(name);
  tell(index, name);
}

void FakeNetwork::rename(const std::string& name, const std::string& new_name) {
  const std::lock_guard lock(mutex_);
  auto node = interfaces_.extract(name);
  node.key() = new_name;
  const int index = node.mapped()->index_;
  interfaces_.insert(std::move(node));
  tell(index, new_name);
}

void FakeNetwork::set_link(const std::string& name, bool up) {
  const std::lock_guard lock(mutex_);
  FakeInterface& interface = *interfaces_.at(name);
  {
    const std::lock_guard inner(interface.mutex_);
    interface.running_ = up;
  }
  tell(interface.index_, name);
}

// Called under the lock.
void FakeNetwork::tell(int index, const std::string& name) {
  events_.emplace_back(index, name);
  raise(event_fd_.get());
}

std::shared_ptr<FakeInterface> FakeNetwork::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = interfaces_.find(name);
  return found == interfaces_.end() ? nullptr : found->second;
}

FakeInterface& FakeNetwork::at(const std::string& name) {
  const auto found = find(name);
  if (!found) throw std::out_of_range("no interface " + name);
  return *found;
}

void FakeNetwork::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FakeNetwork::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void FakeNetwork::wait_held() {
  std::unique_lock lock(mutex_);
  CHECK(changed_.wait_for(lock, kPatience, [&] { return waiting_ != 0; }));
}

uint32_t FakeNetwork::probes() const {
  const std::lock_guard lock(mutex_);
  return probes_;
}

void FakeNetwork::change_mode(const std::string& name, io::HardwareTimestampConfig mode) {
  const std::lock_guard lock(mutex_);
  modes_[name] = mode;
}

std::optional<io::HardwareTimestampConfig> FakeNetwork::mode(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = modes_.find(name);
  return found == modes_.end() ? std::nullopt : std::optional(found->second);
}

void FakeNetwork::set_clock(int phc_index, std::optional<int64_t> ahead_ns) {
  const std::lock_guard lock(mutex_);
  clocks_[phc_index] = ahead_ns;
}

std::variant<std::unique_ptr<io::InterfaceEvents>, io::Error> FakeNetwork::watch_interfaces() {
  return std::unique_ptr<io::InterfaceEvents>(new Events(*this));
}

std::variant<io::FileDescriptor, io::Error> FakeNetwork::claim(const std::string&) {
  return event_fd();
}

io::InterfaceProbe FakeNetwork::probe(const std::string& name) {
  {
    std::unique_lock lock(mutex_);
    ++probes_;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    --waiting_;
  }
  io::InterfaceProbe probe;
  probe.name = name;
  const auto interface = find(name);
  if (!interface) return probe;
  const std::lock_guard lock(interface->mutex_);
  probe.exists = probe.ethernet = probe.up = true;
  probe.index = interface->index_;
  probe.running = interface->running_;
  probe.mac = "02:00:00:00:00:" + std::to_string(interface->index_);
  probe.phc_index = interface->phc_index_;
  if (probe.phc_index < 0) return probe;
  probe.current = mode(name);
  probe.capabilities =
      SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  probe.transmit_types = 1u << HWTSTAMP_TX_ON;
  probe.receive_filters = 1u << HWTSTAMP_FILTER_ALL;
  return probe;
}

std::variant<std::unique_ptr<io::FrameReceiver>, io::Error> FakeNetwork::open_receiver(
    const io::InterfaceProbe& probe, io::TimestampingMode) {
  const auto interface = find(probe.name);
  if (!interface) return io::Error{io::kErrNoInterface, probe.name + ": gone"};
  return FakeInterface::receiver(interface);
}

std::variant<std::unique_ptr<io::FrameSender>, io::Error> FakeNetwork::open_sender(
    const io::InterfaceProbe& probe, io::TimestampingMode, int) {
  const auto interface = find(probe.name);
  if (!interface) return io::Error{io::kErrNoInterface, probe.name + ": gone"};
  return FakeInterface::sender(interface);
}

std::variant<io::HardwareClock, io::Error> FakeNetwork::open_clock(int phc_index) {
  return io::HardwareClock(io::FileDescriptor(), phc_index, *driver_);
}

io::DriverCalls& FakeNetwork::driver() { return *driver_; }

// This and the next are called under the lock.
dataplane::SystemClockReading FakeNetwork::undisturbed() const {
  dataplane::SystemClockReading reading = io::read_system_clock(0);
  for (int64_t* const shown : {&reading.realtime_ns, &reading.monotonic_ns, &reading.raw_ns}) {
    *shown += passed_ns_;
  }
  return reading;
}

dataplane::SystemClockReading FakeNetwork::disturbed(dataplane::SystemClockReading reading) const {
  const auto since = static_cast<double>(reading.raw_ns - slewed_at_);
  const int64_t slewed = slewed_ns_ + std::llround(since * slew_rate_);
  reading.realtime_ns += slewed + stepped_ns_;
  reading.monotonic_ns += slewed;
  return reading;
}

dataplane::SystemClockReading FakeNetwork::read_system_clock(int64_t) {
  const std::lock_guard lock(mutex_);
  ++system_clock_readings_;
  return disturbed(undisturbed());
}

dataplane::SystemClockReading FakeNetwork::system_clock() const {
  const std::lock_guard lock(mutex_);
  return disturbed(undisturbed());
}

uint32_t FakeNetwork::system_clock_readings() const {
  const std::lock_guard lock(mutex_);
  return system_clock_readings_;
}

void FakeNetwork::pass(int64_t ns) {
  const std::lock_guard lock(mutex_);
  passed_ns_ += ns;
}

std::variant<io::FileDescriptor, io::Error> FakeNetwork::watch_system_clock() {
  const std::lock_guard lock(mutex_);
  io::FileDescriptor fd = event_fd();
  system_clock_set_ = io::FileDescriptor(::dup(fd.get()));
  return fd;
}

void FakeNetwork::step_system_clock(int64_t ns) {
  step_system_clock_quietly(ns);
  const std::lock_guard lock(mutex_);
  raise(system_clock_set_.get());
}

void FakeNetwork::step_system_clock_quietly(int64_t ns) {
  const std::lock_guard lock(mutex_);
  stepped_ns_ += ns;
}

void FakeNetwork::slew_system_clock(double rate_change) {
  const std::lock_guard lock(mutex_);
  const int64_t now = undisturbed().raw_ns;
  slewed_ns_ += std::llround(static_cast<double>(now - slewed_at_) * slew_rate_);
  slewed_at_ = now;
  slew_rate_ += rate_change;
}

}  // namespace ptpswitch::test
