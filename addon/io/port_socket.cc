#include "addon/io/port_socket.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "addon/dataplane/transmit_ledger.h"
#include "addon/io/ptp_filter.h"
#include "addon/wire/byte_order.h"

// Newer than the headers of the oldest system this builds on.
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81  // Linux 6.13
#endif
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23  // Linux 4.20
#endif

namespace ptpswitch::io {
namespace {

// Ring of 2,048 slots: 20 ms of 100,000 frames/s, longer than the scheduler keeps anyone waiting.
constexpr uint32_t kSlotSize = 2048;
constexpr uint32_t kSlots = 2048;
constexpr uint32_t kBlockSize = 1 << 16;
constexpr size_t kRingSize = static_cast<size_t>(kSlotSize) * kSlots;
// Room before each frame for the VLAN tag that the kernel took off.
constexpr uint32_t kVlanTagLength = 4;
constexpr uint32_t kReservedHeadroom = 8;
// Time stamps queue against the receive buffer, each with a copy of its frame at worst.
constexpr int kBufferBytes = 8 << 20;
constexpr size_t kReturnedFrameBytes = 128;

std::string on(const std::string& what, const std::string& interface, int error) {
  return interface + ": " + describe_errno(what, error);
}

void raise_buffer(int fd, int force_option, int option) {
  const int size = kBufferBytes;
  if (::setsockopt(fd, SOL_SOCKET, force_option, &size, sizeof size) != 0) {
    ::setsockopt(fd, SOL_SOCKET, option, &size, sizeof size);  // as far as the system allows
  }
}

int64_t to_ns(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

}  // namespace

std::variant<PortSocket, Error> PortSocket::open(const std::string& interface, int interface_index,
                                                 TimestampingMode mode) {
  FileDescriptor fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) {
    if (errno == EPERM) {
      return Error{kErrPermission, interface +
                                       ": no permission to open a packet socket: run as root or "
                                       "give the program CAP_NET_RAW and CAP_NET_ADMIN"};
    }
    return Error{kErrSystem, on("opening a packet socket", interface, errno)};
  }
  PortSocket port(std::move(fd), mode);
  const int s = port.fd();
  auto set = [s](int level, int option, const auto& value) {
    return ::setsockopt(s, level, option, &value, sizeof value) == 0;
  };
  auto failed = [&](const char* what) {
    return Error{kErrSystem,
                 on(std::string("setting up the packet socket, ") + what, interface, errno)};
  };

  std::vector<sock_filter> filter = ptp_filter();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (!set(SOL_SOCKET, SO_ATTACH_FILTER, program)) return failed("SO_ATTACH_FILTER");
  if (!set(SOL_PACKET, PACKET_VERSION, int{TPACKET_V2})) return failed("TPACKET_V2");
  if (!set(SOL_PACKET, PACKET_RESERVE, kReservedHeadroom)) return failed("PACKET_RESERVE");
  if (!set(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)) return failed("PACKET_IGNORE_OUTGOING");
  // SO_RCVBUF bounds the queue of transmit time stamps, SO_SNDBUF the frames under way.
  raise_buffer(s, SO_RCVBUFFORCE, SO_RCVBUF);
  raise_buffer(s, SO_SNDBUFFORCE, SO_SNDBUF);

  if (!port.apply_timestamping()) return failed("SO_TIMESTAMPING");
  const int ring_timestamps = mode == TimestampingMode::kHardware ? SOF_TIMESTAMPING_RAW_HARDWARE
                                                                  : SOF_TIMESTAMPING_SOFTWARE;
  if (!set(SOL_PACKET, PACKET_TIMESTAMP, ring_timestamps)) return failed("PACKET_TIMESTAMP");

  tpacket_req request{};
  request.tp_block_size = kBlockSize;
  request.tp_block_nr = kRingSize / kBlockSize;
  request.tp_frame_size = kSlotSize;
  request.tp_frame_nr = kSlots;
  if (!set(SOL_PACKET, PACKET_RX_RING, request)) return failed("PACKET_RX_RING");
  void* ring = ::mmap(nullptr, kRingSize, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
  if (ring == MAP_FAILED) return failed("mapping the receive ring");
  port.ring_ = static_cast<uint8_t*>(ring);

  packet_mreq membership{};
  membership.mr_ifindex = interface_index;
  membership.mr_type = PACKET_MR_PROMISC;
  if (!set(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership)) return failed("promiscuous mode");

  // Last, so that nothing is received before everything is in place.
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);  // a bridge port hides its frames from narrower ones
  address.sll_ifindex = interface_index;
  if (::bind(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Error{kErrSystem, on("binding to the interface", interface, errno)};
  }
  port.take_error();  // ENETDOWN: the interface is down now and works once it is up
  return port;
}

PortSocket::PortSocket(PortSocket&& other) noexcept
    : fd_(std::move(other.fd_)),
      mode_(other.mode_),
      choose_numbers_(other.choose_numbers_),
      ring_(std::exchange(other.ring_, nullptr)),
      next_slot_(other.next_slot_) {}

PortSocket::~PortSocket() {
  if (ring_ != nullptr) ::munmap(ring_, kRingSize);
}

bool PortSocket::apply_timestamping() {
  uint32_t flags = SOF_TIMESTAMPING_OPT_ID;
  if (mode_ == TimestampingMode::kHardware) {
    flags |= SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  } else {
    flags |= SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  }
  // A number of our own choosing needs no frame to prove it.
  if (choose_numbers_) flags |= SOF_TIMESTAMPING_OPT_TSONLY;
  return ::setsockopt(fd_.get(), SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

tpacket2_hdr* PortSocket::current_slot() const {
  return reinterpret_cast<tpacket2_hdr*>(ring_ + static_cast<size_t>(next_slot_) * kSlotSize);
}

std::optional<PortSocket::ReceivedFrame> PortSocket::receive() {
  tpacket2_hdr* const slot = current_slot();
  const uint32_t status =
      std::atomic_ref<uint32_t>(slot->tp_status).load(std::memory_order_acquire);
  if ((status & TP_STATUS_USER) == 0) return std::nullopt;

  ReceivedFrame frame;
  frame.data = reinterpret_cast<uint8_t*>(slot) + slot->tp_mac;
  frame.length = static_cast<uint16_t>(slot->tp_snaplen);
  frame.truncated = slot->tp_snaplen < slot->tp_len;
  frame.checksum_pending = (status & TP_STATUS_CSUMNOTREADY) != 0;
  const uint32_t right_kind = mode_ == TimestampingMode::kHardware
                                  ? static_cast<uint32_t>(TP_STATUS_TS_RAW_HARDWARE)
                                  : static_cast<uint32_t>(TP_STATUS_TS_SOFTWARE);
  if (status & right_kind) {
    frame.timestamp_ns = slot->tp_sec * 1'000'000'000LL + slot->tp_nsec;
  }
  if (status & TP_STATUS_VLAN_VALID) {
    // The tag goes back between the addresses and the EtherType.
    const uint16_t tpid =
        (status & TP_STATUS_VLAN_TPID_VALID) ? slot->tp_vlan_tpid : uint16_t{ETH_P_8021Q};
    std::memmove(frame.data - kVlanTagLength, frame.data, 12);
    frame.data -= kVlanTagLength;
    frame.length += kVlanTagLength;
    wire::write16(frame.data + 12, tpid);
    wire::write16(frame.data + 14, slot->tp_vlan_tci);
  }
  return frame;
}

void PortSocket::release() {
  std::atomic_ref<uint32_t>(current_slot()->tp_status)
      .store(TP_STATUS_KERNEL, std::memory_order_release);
  next_slot_ = (next_slot_ + 1) % kSlots;
}

int PortSocket::send(const uint8_t* frame, uint16_t length, std::optional<uint32_t> number) {
  iovec data{const_cast<uint8_t*>(frame), length};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  alignas(cmsghdr) uint8_t control[2 * CMSG_SPACE(sizeof(uint32_t))] = {};
  if (number) {
    auto put = [&](cmsghdr* header, int type, uint32_t value) {
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = type;
      header->cmsg_len = CMSG_LEN(sizeof value);
      std::memcpy(CMSG_DATA(header), &value, sizeof value);
    };
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    put(header, SO_TIMESTAMPING,
        mode_ == TimestampingMode::kHardware ? SOF_TIMESTAMPING_TX_HARDWARE
                                             : SOF_TIMESTAMPING_TX_SOFTWARE);
    if (choose_numbers_) {
      put(CMSG_NXTHDR(&message, header), SCM_TS_OPT_ID, *number);
    } else {
      message.msg_controllen = CMSG_SPACE(sizeof(uint32_t));
    }
  }
  if (::sendmsg(fd_.get(), &message, MSG_DONTWAIT) >= 0) return 0;
  if (errno == EINVAL && number && choose_numbers_) {
    // The kernel is older than that option: it refuses the message before it counts.
    choose_numbers_ = false;
    if (apply_timestamping()) return send(frame, length, number);
  }
  return errno;
}

uint32_t PortSocket::read_transmit_timestamps(TransmitTimestamp* out) {
  struct Buffers {
    uint8_t frame[kReturnedFrameBytes];
    alignas(cmsghdr) uint8_t control[256];
  };
  Buffers buffers[kTimestampBatch];
  iovec data[kTimestampBatch];
  mmsghdr messages[kTimestampBatch];
  for (uint32_t i = 0; i < kTimestampBatch; ++i) {
    data[i] = {buffers[i].frame, sizeof buffers[i].frame};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &data[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_control = buffers[i].control;
    messages[i].msg_hdr.msg_controllen = sizeof buffers[i].control;
  }
  const int received =
      ::recvmmsg(fd_.get(), messages, kTimestampBatch, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
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

int PortSocket::take_error() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

uint32_t PortSocket::take_ring_drops() {
  tpacket_stats stats{};
  socklen_t size = sizeof stats;
  if (::getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0) return 0;
  return stats.tp_drops;
}

}  // namespace ptpswitch::io
