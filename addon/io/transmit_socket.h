// The sending side of a port: frames out, transmit time stamps back. It has a socket of its own,
// because the kernel wakes whoever watches a socket between taking a time stamp and handing the
// frame on, and no correction covers that time. So this socket is watched only while a time stamp
// is late (docs/decisions/0004). Event and general messages share it, so that what the kernel
// touches of it after taking a time stamp is more often in the caches. One thread uses it, nothing
// in it blocks.
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
    uint32_t frames;  // how many were sent
    int error;        // errno of the next one; 0 when all were sent
  };
  // Sends frames in their order, until one fails. The transmit time stamp of a frame with a number
  // will carry that number, or, where the kernel does not let the sender choose (before Linux
  // 6.13), the
  // kernel's own count.
  Sent send(std::span<const dataplane::OutgoingFrame> frames);

  struct TransmitTimestamp {
    uint32_t number;
    int64_t timestamp_ns;
    std::optional<uint64_t> signature;  // of the frame; none when the sender chose the number
  };
  // Reads up to kTimestampBatch time stamps into `out`, and returns how many there were.
  static constexpr uint32_t kTimestampBatch = 32;
  uint32_t read_transmit_timestamps(TransmitTimestamp* out);

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
