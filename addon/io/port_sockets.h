// The two sides of a port as the engine uses them: frames and receive time stamps in, frames out,
// transmit time stamps back. In service they are packet sockets (receive_socket.h,
// transmit_socket.h); a test answers in their place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "addon/dataplane/effects.h"

namespace ptpswitch::io {

// One thread uses it, nothing in it blocks.
class FrameReceiver {
 public:
  virtual ~FrameReceiver() = default;

  // Readable while a frame waits, in error while take_error() has something to say.
  virtual int fd() const = 0;

  struct ReceivedFrame {
    uint8_t* data;  // the whole frame, VLAN tags in place; valid until release()
    uint16_t length;
    std::optional<int64_t> timestamp_ns;  // none when the kernel has only the other kind
    bool checksum_pending;
    bool truncated;
  };
  virtual bool has_frame() const = 0;
  // The next received frame, when there is one. Give it back with release() before the next call.
  virtual ReceivedFrame receive() = 0;
  virtual void release() = 0;

  // Frames that there was no room for, since the last call.
  virtual uint32_t take_ring_drops() = 0;
  // Clears and returns a pending error (ENETDOWN after the link went down), 0 without one.
  virtual int take_error() = 0;
};

// One thread uses it, nothing in it blocks.
class FrameSender {
 public:
  virtual ~FrameSender() = default;

  // Readable or in error while a transmit time stamp waits.
  virtual int fd() const = 0;

  struct Sent {
    uint32_t frames;  // how many were sent
    int error;        // errno of the next one; 0 when all were sent
  };
  // Sends frames in their order, until one fails. The transmit time stamp of a frame with a number
  // will carry that number, or, where the kernel does not let the sender choose (before Linux
  // 6.13), the kernel's own count.
  virtual Sent send(std::span<const dataplane::OutgoingFrame> frames) = 0;

  struct TransmitTimestamp {
    uint32_t number;
    int64_t timestamp_ns;
    std::optional<uint64_t> signature;  // of the frame; none when the sender chose the number
  };
  // Fills `out`, at most kTimestampBatch, as far as there are time stamps. Returns how many there
  // were.
  static constexpr uint32_t kTimestampBatch = 32;
  virtual uint32_t read_transmit_timestamps(std::span<TransmitTimestamp> out) = 0;
  // As FrameReceiver::take_error.
  virtual int take_error() = 0;
};

}  // namespace ptpswitch::io
