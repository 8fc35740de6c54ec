// The sending side of a port: frames out, transmit time stamps back. A socket of its own, because
// the kernel tells whoever watches a socket of each time stamp between taking it and handing the
// frame on: time that no correction covers. So this side is watched only while a time stamp is
// late. One for event and general messages: what the kernel touches of it after a time stamp is in
// the caches the sooner for each frame. One thread uses it, nothing in it blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "addon/dataplane/effects.h"
#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/packet_socket.h"

namespace ptpswitch::io {

class TransmitSocket {
 public:
  static std::variant<TransmitSocket, Error> open(const std::string& interface, int interface_index,
                                                  TimestampingMode mode);

  // Where time stamps come back.
  int fd() const { return socket_.get(); }

  struct Sent {
    uint32_t frames;  // so many of the first
    int error;        // why the next was not, an errno; 0 when all were
  };
  // Sends frames in their order, until one fails. With a number, its transmit time stamp will carry
  // that number, or, where the kernel does not let the sender choose (before Linux 6.13), the
  // kernel's own count.
  Sent send(std::span<const dataplane::OutgoingFrame> frames);

  struct TransmitTimestamp {
    uint32_t number;
    int64_t timestamp_ns;
    std::optional<uint64_t> signature;  // of the frame; none when the sender chose the number
  };
  // Reads up to kTimestampBatch time stamps into `out`; how many there were.
  static constexpr uint32_t kTimestampBatch = 32;
  uint32_t read_transmit_timestamps(TransmitTimestamp* out);

 private:
  TransmitSocket(FileDescriptor socket, TimestampingMode mode)
      : socket_(std::move(socket)), mode_(mode) {}

  bool apply_timestamping();
  // How many of the first it has sent; -1 with errno: none.
  int send_batch(std::span<const dataplane::OutgoingFrame> frames);

  FileDescriptor socket_;
  TimestampingMode mode_;
  bool choose_numbers_ = true;
};

}  // namespace ptpswitch::io
