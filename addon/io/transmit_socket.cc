#include "addon/io/transmit_socket.h"

#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "addon/dataplane/limits.h"
#include "addon/dataplane/transmit_ledger.h"

// Newer than the headers of the oldest system this builds on.
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81  // Linux 6.13
#endif

namespace ptpswitch::io {
namespace {

// Time stamps that wait count against the receive buffer, each at worst with a copy of its frame;
// frames that wait to leave count against the send buffer.
constexpr int kBufferBytes = 8 << 20;
constexpr size_t kReturnedFrameBytes = 128;
// Frames that are sent in one system call.
constexpr uint32_t kSendBatch = dataplane::kTransmitBatchFrames;

// A control message of one word with a frame. For a longer one the kernel would allocate memory.
struct Control {
  alignas(cmsghdr) uint8_t data[CMSG_SPACE(sizeof(uint32_t))];
};

void put_control(int type, uint32_t value, Control* control, msghdr* message) {
  message->msg_control = control->data;
  message->msg_controllen = sizeof control->data;
  cmsghdr* const header = CMSG_FIRSTHDR(message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
}

int64_t to_ns(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

}  // namespace

std::variant<std::unique_ptr<FrameSender>, Error> TransmitSocket::open(const std::string& interface,
                                                                       int interface_index,
                                                                       TimestampingMode mode,
                                                                       int priority) {
  auto opened = open_packet_socket(interface);
  if (auto* error = std::get_if<Error>(&opened)) return *error;
  std::unique_ptr<TransmitSocket> socket(
      new TransmitSocket(std::move(std::get<FileDescriptor>(opened)), mode));
  raise_buffer(socket->fd(), SO_RCVBUFFORCE, SO_RCVBUF, kBufferBytes);
  raise_buffer(socket->fd(), SO_SNDBUFFORCE, SO_SNDBUF, kBufferBytes);
  // PTP goes ahead of bulk traffic in every queueing discipline that has bands. Without the
  // capability for it, it goes where everything goes.
  set_option(socket->fd(), SOL_SOCKET, SO_PRIORITY, priority);
  if (!socket->apply_timestamping()) return socket_error(interface, "SO_TIMESTAMPING");
  constexpr uint16_t kReceivesNothing = 0;
  if (!bind_packet_socket(socket->fd(), interface_index, kReceivesNothing)) {
    return socket_error(interface, "bind");
  }
  return socket;
}

bool TransmitSocket::apply_timestamping() {
  uint32_t flags = SOF_TIMESTAMPING_OPT_ID;
  flags |= mode_ == TimestampingMode::kHardware
               ? SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE
               : SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  // A number that was chosen here identifies its frame, so the kernel need not return a copy of
  // that.
  if (choose_numbers_) flags |= SOF_TIMESTAMPING_OPT_TSONLY;
  return set_option(fd(), SOL_SOCKET, SO_TIMESTAMPING, flags);
}

TransmitSocket::Sent TransmitSocket::send(std::span<const dataplane::OutgoingFrame> frames) {
  uint32_t sent = 0;
  while (sent < frames.size()) {
    const int count = send_batch(frames.subspan(sent));
    if (count < 0) return {sent, errno};
    sent += static_cast<uint32_t>(count);
  }
  return {sent, 0};
}

int TransmitSocket::send_batch(std::span<const dataplane::OutgoingFrame> frames) {
  const auto count = static_cast<uint32_t>(std::min<size_t>(frames.size(), kSendBatch));
  Control control[kSendBatch];
  iovec data[kSendBatch];
  mmsghdr messages[kSendBatch];
  for (uint32_t i = 0; i < count; ++i) {
    data[i] = {const_cast<uint8_t*>(frames[i].data), frames[i].length};
    messages[i] = {};
    msghdr& message = messages[i].msg_hdr;
    message.msg_iov = &data[i];
    message.msg_iovlen = 1;
    if (!frames[i].number) {
      constexpr uint32_t kNoTimestamp = 0;
      // This is the constant by its old name, which means the same. Where a 32-bit system has a
      // time_t of 64 bits, older kernels know no other in a control message.
      put_control(SO_TIMESTAMPING_OLD, kNoTimestamp, &control[i], &message);
    } else if (choose_numbers_) {
      put_control(SCM_TS_OPT_ID, *frames[i].number, &control[i], &message);
    }
  }
  const int sent = ::sendmmsg(fd(), messages, count, MSG_DONTWAIT);
  if (sent < 0 && errno == EINVAL && frames[0].number && choose_numbers_) {
    // The kernel does not know SCM_TS_OPT_ID, and has refused the message before counting it.
    choose_numbers_ = false;
    if (apply_timestamping()) return send_batch(frames);
  }
  return sent;
}

uint32_t TransmitSocket::read_transmit_timestamps(std::span<TransmitTimestamp> out) {
  const auto wanted = static_cast<uint32_t>(std::min<size_t>(out.size(), kTimestampBatch));
  struct Buffers {
    uint8_t frame[kReturnedFrameBytes];
    alignas(cmsghdr) uint8_t control[256];
  };
  Buffers buffers[kTimestampBatch];
  iovec data[kTimestampBatch];
  mmsghdr messages[kTimestampBatch];
  for (uint32_t i = 0; i < wanted; ++i) {
    data[i] = {buffers[i].frame, sizeof buffers[i].frame};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &data[i];
    messages[i].msg_hdr.msg_iovlen = choose_numbers_ ? 0 : 1;  // the number identifies the frame
    messages[i].msg_hdr.msg_control = buffers[i].control;
    messages[i].msg_hdr.msg_controllen = sizeof buffers[i].control;
  }
  const int received = ::recvmmsg(fd(), messages, wanted, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
  uint32_t count = 0;
  for (int i = 0; i < received; ++i) {
    std::optional<int64_t> timestamp_ns;
    std::optional<uint32_t> number;
    msghdr& message = messages[i].msg_hdr;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPING) {
        // [0] software, [2] raw hardware; one kind is asked for, only that kind is read.
        timespec stamps[3];
        std::memcpy(stamps, CMSG_DATA(header), sizeof stamps);
        const timespec& stamp = stamps[mode_ == TimestampingMode::kHardware ? 2 : 0];
        if (stamp.tv_sec != 0 || stamp.tv_nsec != 0) timestamp_ns = to_ns(stamp);
      } else if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_TX_TIMESTAMP) {
        sock_extended_err error;
        std::memcpy(&error, CMSG_DATA(header), sizeof error);
        if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) number = error.ee_data;
      }
    }
    if (!timestamp_ns || !number) continue;
    out[count] = {*number, *timestamp_ns, std::nullopt};
    if (!choose_numbers_) {
      out[count].signature = dataplane::frame_signature(buffers[i].frame, messages[i].msg_len);
    }
    ++count;
  }
  return count;
}

}  // namespace ptpswitch::io
