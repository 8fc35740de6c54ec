#include "addon/io/receive_socket.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/net_tstamp.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "addon/io/ptp_filter.h"
#include "addon/wire/byte_order.h"

// Newer than the headers of the oldest system this builds on.
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23  // Linux 4.20
#endif

namespace ptpswitch::io {
namespace {

// Ring of 2,048 slots: 20 ms of 100,000 frames/s, longer than the scheduler keeps the thread
// waiting.
constexpr uint32_t kSlotSize = 2048;
constexpr uint32_t kSlots = 2048;
constexpr uint32_t kBlockSize = 1 << 16;
constexpr size_t kRingSize = static_cast<size_t>(kSlotSize) * kSlots;
// Room before each frame for the VLAN tag that the kernel took off.
constexpr uint32_t kVlanTagLength = 4;
constexpr uint32_t kReservedHeadroom = 8;

}  // namespace

std::variant<std::unique_ptr<FrameReceiver>, Error> ReceiveSocket::open(
    const std::string& interface, int interface_index, TimestampingMode mode) {
  auto opened = open_packet_socket(interface);
  if (auto* error = std::get_if<Error>(&opened)) return *error;
  std::unique_ptr<ReceiveSocket> socket(
      new ReceiveSocket(std::move(std::get<FileDescriptor>(opened)), mode));
  const int fd = socket->fd();

  const bool hardware = mode == TimestampingMode::kHardware;
  const int timestamping = hardware ? SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE
                                    : SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  const int ring_timestamps = hardware ? SOF_TIMESTAMPING_RAW_HARDWARE : SOF_TIMESTAMPING_SOFTWARE;
  std::vector<sock_filter> filter = ptp_filter();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  tpacket_req ring{};
  ring.tp_block_size = kBlockSize;
  ring.tp_block_nr = kRingSize / kBlockSize;
  ring.tp_frame_size = kSlotSize;
  ring.tp_frame_nr = kSlots;
  packet_mreq promiscuous{};
  promiscuous.mr_ifindex = interface_index;
  promiscuous.mr_type = PACKET_MR_PROMISC;

  auto failed = [&](const char* what) { return socket_error(interface, what); };
  if (!set_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, program)) return failed("SO_ATTACH_FILTER");
  if (!set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, timestamping)) return failed("SO_TIMESTAMPING");
  if (!set_option(fd, SOL_PACKET, PACKET_VERSION, int{TPACKET_V2})) return failed("TPACKET_V2");
  if (!set_option(fd, SOL_PACKET, PACKET_RESERVE, kReservedHeadroom)) {
    return failed("PACKET_RESERVE");
  }
  if (!set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)) {
    return failed("PACKET_IGNORE_OUTGOING");
  }
  if (!set_option(fd, SOL_PACKET, PACKET_TIMESTAMP, ring_timestamps)) {
    return failed("PACKET_TIMESTAMP");
  }
  if (!set_option(fd, SOL_PACKET, PACKET_RX_RING, ring)) return failed("PACKET_RX_RING");
  void* mapped = ::mmap(nullptr, kRingSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return failed("mapping the receive ring");
  socket->ring_ = static_cast<uint8_t*>(mapped);
  if (!set_option(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous)) {
    return failed("promiscuous mode");
  }
  // Last, so that nothing is received before everything is in place. It is for all protocols,
  // because the bridge takes the frames of its ports before they reach sockets for a narrower one.
  if (!bind_packet_socket(fd, interface_index, ETH_P_ALL)) return failed("bind");
  take_socket_error(fd);  // ENETDOWN: the interface is down now and works once it is up
  return socket;
}

ReceiveSocket::~ReceiveSocket() {
  if (ring_ != nullptr) ::munmap(ring_, kRingSize);
}

tpacket2_hdr* ReceiveSocket::current_slot() const {
  return reinterpret_cast<tpacket2_hdr*>(ring_ + static_cast<size_t>(next_slot_) * kSlotSize);
}

uint32_t ReceiveSocket::status() const {
  return std::atomic_ref<uint32_t>(current_slot()->tp_status).load(std::memory_order_acquire);
}

FrameReceiver::ReceivedFrame ReceiveSocket::receive() {
  tpacket2_hdr* const slot = current_slot();
  const uint32_t slot_status = status();
  ReceivedFrame frame;
  frame.data = reinterpret_cast<uint8_t*>(slot) + slot->tp_mac;
  frame.length = static_cast<uint16_t>(slot->tp_snaplen);
  frame.truncated = slot->tp_snaplen < slot->tp_len;
  frame.checksum_pending = (slot_status & TP_STATUS_CSUMNOTREADY) != 0;
  const uint32_t right_kind = mode_ == TimestampingMode::kHardware
                                  ? static_cast<uint32_t>(TP_STATUS_TS_RAW_HARDWARE)
                                  : static_cast<uint32_t>(TP_STATUS_TS_SOFTWARE);
  if (slot_status & right_kind) {
    frame.timestamp_ns = slot->tp_sec * 1'000'000'000LL + slot->tp_nsec;
  }
  if (slot_status & TP_STATUS_VLAN_VALID) {
    // The tag goes back between the addresses and the EtherType.
    const uint16_t tpid =
        (slot_status & TP_STATUS_VLAN_TPID_VALID) ? slot->tp_vlan_tpid : uint16_t{ETH_P_8021Q};
    std::memmove(frame.data - kVlanTagLength, frame.data, 12);
    frame.data -= kVlanTagLength;
    frame.length += kVlanTagLength;
    wire::write16(frame.data + 12, tpid);
    wire::write16(frame.data + 14, slot->tp_vlan_tci);
  }
  return frame;
}

void ReceiveSocket::release() {
  std::atomic_ref<uint32_t>(current_slot()->tp_status)
      .store(TP_STATUS_KERNEL, std::memory_order_release);
  next_slot_ = (next_slot_ + 1) % kSlots;
}

uint32_t ReceiveSocket::take_ring_drops() {
  tpacket_stats stats{};
  socklen_t size = sizeof stats;
  if (::getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0) return 0;
  return stats.tp_drops;
}

}  // namespace ptpswitch::io
