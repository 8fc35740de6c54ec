// The receiving side of a port: PTP frames through a ring that the kernel shares with this process,
// so that taking a frame is no system call.
#pragma once

#include <linux/if_packet.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/packet_socket.h"
#include "addon/io/port_sockets.h"

namespace ptpswitch::io {

class ReceiveSocket final : public FrameReceiver {
 public:
  // Opens a promiscuous socket on the interface.
  static std::variant<std::unique_ptr<FrameReceiver>, Error> open(const std::string& interface,
                                                                  int interface_index,
                                                                  TimestampingMode mode);
  ReceiveSocket(const ReceiveSocket&) = delete;
  ReceiveSocket& operator=(const ReceiveSocket&) = delete;
  ~ReceiveSocket() override;

  int fd() const override { return fd_.get(); }
  bool has_frame() const override { return (status() & TP_STATUS_USER) != 0; }
  ReceivedFrame receive() override;
  void release() override;
  uint32_t take_ring_drops() override;
  int take_error() override { return take_socket_error(fd_.get()); }

 private:
  ReceiveSocket(FileDescriptor fd, TimestampingMode mode) : fd_(std::move(fd)), mode_(mode) {}

  tpacket2_hdr* current_slot() const;
  uint32_t status() const;  // of the current slot

  FileDescriptor fd_;
  TimestampingMode mode_;
  uint8_t* ring_ = nullptr;
  uint32_t next_slot_ = 0;
};

}  // namespace ptpswitch::io
