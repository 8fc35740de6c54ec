// One port's packet socket: receives PTP frames through a memory-mapped ring, sends frames, returns
// transmit time stamps. One thread uses it, nothing in it blocks.
#pragma once

#include <linux/if_packet.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

enum class TimestampingMode : uint8_t { kSoftware, kHardware };

class PortSocket {
 public:
  // Opens a promiscuous socket on the interface; needs CAP_NET_RAW.
  static std::variant<PortSocket, Error> open(const std::string& interface, int interface_index,
                                              TimestampingMode mode);
  PortSocket(PortSocket&&) noexcept;
  PortSocket& operator=(PortSocket&&) = delete;
  ~PortSocket();

  int fd() const { return fd_.get(); }

  struct ReceivedFrame {
    uint8_t* data;  // the whole frame, VLAN tags in place; valid until release()
    uint16_t length;
    std::optional<int64_t> timestamp_ns;  // of the port's kind; none of the other kind
    bool checksum_pending;
    bool truncated;
  };
  // The next received frame, if there is one. Give it back with release() before the next call.
  std::optional<ReceivedFrame> receive();
  void release();

  // Sends a frame; with `number` its transmit time stamp will carry that number, or, where the
  // kernel does not let the sender choose (before Linux 6.13), the kernel's own count. 0, or the
  // errno.
  int send(const uint8_t* frame, uint16_t length, std::optional<uint32_t> number);

  struct TransmitTimestamp {
    uint32_t number;
    int64_t timestamp_ns;
    std::optional<uint64_t> signature;  // of the frame; none when the sender chose the number
  };
  // Reads up to `capacity` time stamps into `out`; how many there were.
  static constexpr uint32_t kTimestampBatch = 32;
  uint32_t read_transmit_timestamps(TransmitTimestamp* out);

  // Clears and returns a pending error of the socket (ENETDOWN after the link went down), 0 without
  // one.
  int take_error();
  // Frames that the ring had no room for, since the last call.
  uint32_t take_ring_drops();

 private:
  PortSocket(FileDescriptor fd, TimestampingMode mode) : fd_(std::move(fd)), mode_(mode) {}

  bool apply_timestamping();
  tpacket2_hdr* current_slot() const;

  FileDescriptor fd_;
  TimestampingMode mode_;
  bool choose_numbers_ = true;
  uint8_t* ring_ = nullptr;
  uint32_t next_slot_ = 0;
};

}  // namespace ptpswitch::io
