// A packet socket on an interface of some network namespace: a receive ring with the kernel's time
// stamps, sending in batches, and transmit time stamps for those frames that ask for one.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "frames.h"

namespace bench {

// Prints the reason with errno and ends the program: a benchmark has nothing to recover.
[[noreturn]] void Fail(const std::string& what);

class PacketPort {
 public:
  // Time stamps are nanoseconds of CLOCK_REALTIME, which all namespaces share; 0 if there is none.
  using Receiver = std::function<void(std::span<const uint8_t> frame, int64_t received_ns)>;
  using TransmitListener = std::function<void(uint32_t tag, int64_t sent_ns)>;

  // `place` is NAMESPACE:INTERFACE.
  explicit PacketPort(const std::string& place);
  ~PacketPort();
  PacketPort(const PacketPort&) = delete;
  PacketPort& operator=(const PacketPort&) = delete;

  // The next free slot of the batch. Sends the batch first if it is full.
  Frame* NextFrame();
  // Puts the slot that NextFrame returned into the batch.
  void Queue();
  // The same, and asks for its transmit time stamp, which comes back with `tag`.
  void QueueTimestamped(uint32_t tag);
  // Sends the batch.
  void Flush();

  // Hands over every frame in the ring.
  void Receive(const Receiver& receiver);
  // Hands over every transmit time stamp that has come back.
  void ReadTransmitTimestamps(const TransmitListener& listener);

  // Frames that found the receive ring full since the last call: losses of the rig, not of the
  // subject.
  uint32_t TakeRingDrops();

 private:
  static constexpr size_t kBatch = 64;
  static constexpr size_t kControlSize = CMSG_SPACE(sizeof(uint32_t));

  void Open(const std::string& network_namespace, const std::string& interface_name);
  void MapRing();
  void PrepareBatch();
  void QueueWithControl(size_t control_size);

  int fd_ = -1;
  uint8_t* ring_ = nullptr;
  size_t ring_position_ = 0;

  std::array<Frame, kBatch> frames_;
  std::array<iovec, kBatch> vectors_;
  std::array<mmsghdr, kBatch> messages_;
  alignas(cmsghdr) std::array<std::array<uint8_t, kControlSize>, kBatch> controls_;
  size_t queued_ = 0;

  // The kernel numbers the frames with a time stamp request from 0 (SOF_TIMESTAMPING_OPT_ID).
  std::vector<uint32_t> tags_by_number_;
};

}  // namespace bench
