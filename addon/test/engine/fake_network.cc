#include "addon/test/engine/fake_network.h"

#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/timex.h>
#include <time.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ptpswitch::test {
namespace {

io::FileDescriptor event_fd() { return io::FileDescriptor(::eventfd(0, EFD_NONBLOCK)); }

void raise(int fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

void lower(int fd) {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = ::read(fd, &count, sizeof count);
}

ptp_clock_time clock_time(int64_t ns) {
  return {.sec = ns / 1'000'000'000,
          .nsec = static_cast<uint32_t>(ns % 1'000'000'000),
          .reserved = 0};
}

}  // namespace

int64_t realtime_ns() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// ---------------------------------------------------------------------------------------------------------------------
// The sockets of an interface

class FakeInterface::Receiver final : public io::FrameReceiver {
 public:
  explicit Receiver(std::shared_ptr<FakeInterface> interface) : interface_(std::move(interface)) {
    const std::lock_guard lock(interface_->mutex_);
    ++interface_->open_sockets_;
    interface_->incoming_.clear();
    interface_->changed_.notify_all();
  }
  ~Receiver() override {
    const std::lock_guard lock(interface_->mutex_);
    --interface_->open_sockets_;
    interface_->changed_.notify_all();
  }
  int fd() const override { return interface_->readable_.get(); }
  std::optional<ReceivedFrame> receive() override {
    const std::lock_guard lock(interface_->mutex_);
    lower(fd());
    if (interface_->incoming_.empty()) return std::nullopt;
    current_ = std::move(interface_->incoming_.front());
    interface_->incoming_.pop_front();
    if (!interface_->incoming_.empty()) raise(fd());
    exact_.emplace(current_.frame);
    return ReceivedFrame{exact_->data(), exact_->length(), current_.timestamp_ns,
                         current_.checksum_pending, current_.truncated};
  }
  void release() override { exact_.reset(); }
  uint32_t take_ring_drops() override {
    const std::lock_guard lock(interface_->mutex_);
    return std::exchange(interface_->ring_drops_, 0);
  }
  int take_error() override { return 0; }

 private:
  std::shared_ptr<FakeInterface> interface_;
  Incoming current_;
  std::optional<ExactFrame> exact_;
};

class FakeInterface::Sender final : public io::FrameSender {
 public:
  explicit Sender(std::shared_ptr<FakeInterface> interface) : interface_(std::move(interface)) {
    const std::lock_guard lock(interface_->mutex_);
    ++interface_->open_sockets_;
    interface_->stamps_.clear();
  }
  ~Sender() override {
    const std::lock_guard lock(interface_->mutex_);
    --interface_->open_sockets_;
    interface_->changed_.notify_all();
  }
  int fd() const override { return interface_->stamped_.get(); }
  Sent send(std::span<const dataplane::OutgoingFrame> frames) override {
    const std::lock_guard lock(interface_->mutex_);
    uint32_t sent = 0;
    for (const auto& frame : frames) {
      if (interface_->sends_to_fail_ != 0) {
        --interface_->sends_to_fail_;
        return {sent, interface_->send_error_};
      }
      interface_->sent_.push_back({{frame.data, frame.data + frame.length}, frame.number});
      ++sent;
    }
    interface_->changed_.notify_all();
    return {sent, 0};
  }
  uint32_t read_transmit_timestamps(TransmitTimestamp* out) override {
    const std::lock_guard lock(interface_->mutex_);
    lower(fd());
    uint32_t count = 0;
    while (count < kTimestampBatch && !interface_->stamps_.empty()) {
      out[count++] = interface_->stamps_.front();
      interface_->stamps_.pop_front();
    }
    return count;
  }
  int take_error() override { return 0; }

 private:
  std::shared_ptr<FakeInterface> interface_;
};

FakeInterface::FakeInterface(std::string name, int index)
    : name_(std::move(name)), index_(index), readable_(event_fd()), stamped_(event_fd()) {}

void FakeInterface::put(Incoming incoming) {
  const std::lock_guard lock(mutex_);
  if (open_sockets_ == 0) return;
  incoming_.push_back(std::move(incoming));
  raise(readable_.get());
}

std::vector<FakeInterface::Outgoing> FakeInterface::wait_sent(size_t count) {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] { return sent_.size() >= count; });
  CHECK_MESSAGE(came, name_, ": ", sent_.size(), " frames of ", count);
  return std::exchange(sent_, {});
}

std::vector<FakeInterface::Outgoing> FakeInterface::take_sent() {
  const std::lock_guard lock(mutex_);
  return std::exchange(sent_, {});
}

void FakeInterface::stamp(uint32_t number, int64_t timestamp_ns,
                          std::optional<uint64_t> signature) {
  const std::lock_guard lock(mutex_);
  stamps_.push_back({number, timestamp_ns, signature});
  raise(stamped_.get());
}

void FakeInterface::stamp_silently(uint32_t number, int64_t timestamp_ns) {
  const std::lock_guard lock(mutex_);
  stamps_.push_back({number, timestamp_ns, std::nullopt});
}

void FakeInterface::fail_sends(uint32_t count, int error) {
  const std::lock_guard lock(mutex_);
  sends_to_fail_ = count;
  send_error_ = error;
}

void FakeInterface::drop(uint32_t frames) {
  const std::lock_guard lock(mutex_);
  ring_drops_ += frames;
}

bool FakeInterface::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_sockets_ != 0;
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
    for (uint32_t i = 0; i < request->n_samples; ++i) {
      const int64_t now = realtime_ns();
      request->ts[i][0] = request->ts[i][2] = clock_time(now);
      request->ts[i][1] = clock_time(now + *network_.clocks_.begin()->second);
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
  return std::unique_ptr<io::FrameReceiver>(new FakeInterface::Receiver(interface));
}

std::variant<std::unique_ptr<io::FrameSender>, io::Error> FakeNetwork::open_sender(
    const io::InterfaceProbe& probe, io::TimestampingMode, int) {
  const auto interface = find(probe.name);
  if (!interface) return io::Error{io::kErrNoInterface, probe.name + ": gone"};
  return std::unique_ptr<io::FrameSender>(new FakeInterface::Sender(interface));
}

std::variant<io::HardwareClock, io::Error> FakeNetwork::open_clock(int phc_index) {
  return io::HardwareClock(io::FileDescriptor(), phc_index, *driver_);
}

io::DriverCalls& FakeNetwork::driver() { return *driver_; }

}  // namespace ptpswitch::test
