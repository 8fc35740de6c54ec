// The sockets of an interface that a test holds.
#include <utility>

#include "addon/test/engine/event_fd.h"
#include "addon/test/engine/fake_network.h"

namespace ptpswitch::test {

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
  bool has_frame() const override {
    const std::lock_guard lock(interface_->mutex_);
    if (interface_->incoming_.empty()) lower(fd());
    return !interface_->incoming_.empty();
  }
  ReceivedFrame receive() override {
    const std::lock_guard lock(interface_->mutex_);
    current_ = std::move(interface_->incoming_.front());
    interface_->incoming_.pop_front();
    exact_.emplace(current_.frame);
    return {exact_->data(), exact_->length(), current_.timestamp_ns, current_.checksum_pending,
            current_.truncated};
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
  uint32_t read_transmit_timestamps(std::span<TransmitTimestamp> out) override {
    const std::lock_guard lock(interface_->mutex_);
    lower(fd());
    uint32_t count = 0;
    while (count < out.size() && !interface_->stamps_.empty()) {
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

std::unique_ptr<io::FrameReceiver> FakeInterface::receiver(std::shared_ptr<FakeInterface> of) {
  return std::make_unique<Receiver>(std::move(of));
}

std::unique_ptr<io::FrameSender> FakeInterface::sender(std::shared_ptr<FakeInterface> of) {
  return std::make_unique<Sender>(std::move(of));
}

}  // namespace ptpswitch::test
