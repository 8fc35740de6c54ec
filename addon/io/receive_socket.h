// The receiving side of a port: PTP frames through a ring that the kernel shares with this process,
// so that taking a frame is no system call. One thread uses it, nothing in it blocks.
#pragma once

#include <linux/if_packet.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/packet_socket.h"

namespace ptpswitch::io {

class ReceiveSocket {
 public:
  // Opens a promiscuous socket on the interface.
  static std::variant<ReceiveSocket, Error> open(const std::string& interface, int interface_index,
                                                 TimestampingMode mode);
  ReceiveSocket(ReceiveSocket&&) noexcept;
  ReceiveSocket& operator=(ReceiveSocket&&) = delete;
  ~ReceiveSocket();

  int fd() const { return fd_.get(); }

  struct ReceivedFrame {
    uint8_t* data;  // the whole frame, VLAN tags in place; valid until release()
    uint16_t length;
    std::optional<int64_t> timestamp_ns;  // none when the kernel has only the other kind
    bool checksum_pending;
    bool truncated;
  };
  // The next received frame, if there is one. Give it back with release() before the next call.
  std::optional<ReceivedFrame> receive();
  void release();

  // Frames that the ring had no room for, since the last call.
  uint32_t take_ring_drops();

 private:
  ReceiveSocket(FileDescriptor fd, TimestampingMode mode) : fd_(std::move(fd)), mode_(mode) {}

  tpacket2_hdr* current_slot() const;

  FileDescriptor fd_;
  TimestampingMode mode_;
  uint8_t* ring_ = nullptr;
  uint32_t next_slot_ = 0;
};

}  // namespace ptpswitch::io
