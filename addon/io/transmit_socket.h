// The sending side of a port: frames out, transmit time stamps back. It has a socket of its own,
// because the kernel wakes whoever watches a socket between taking a time stamp and handing the
// frame on, and no correction covers that time. So this socket is watched only while a time stamp
// is late (docs/decisions/0004). Event and general messages share it, so that what the kernel
// touches of it after taking a time stamp is more often in the caches.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/packet_socket.h"
#include "addon/io/port_sockets.h"

namespace ptpswitch::io {

class TransmitSocket final : public FrameSender {
 public:
  // `priority`: SO_PRIORITY of what it sends.
  static std::variant<std::unique_ptr<FrameSender>, Error> open(const std::string& interface,
                                                                int interface_index,
                                                                TimestampingMode mode,
                                                                int priority);

  int fd() const override { return socket_.get(); }
  Sent send(std::span<const dataplane::OutgoingFrame> frames) override;
  uint32_t read_transmit_timestamps(std::span<TransmitTimestamp> out) override;
  int take_error() override { return take_socket_error(fd()); }

 private:
  TransmitSocket(FileDescriptor socket, TimestampingMode mode)
      : socket_(std::move(socket)), mode_(mode) {}

  bool apply_timestamping();
  // Returns how many were sent, or -1 with errno when none was.
  int send_batch(std::span<const dataplane::OutgoingFrame> frames);

  FileDescriptor socket_;
  TimestampingMode mode_;
  bool choose_numbers_ = true;
};

}  // namespace ptpswitch::io
