#include "packet_port.h"

#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace bench {
namespace {

// 8 MiB a port: 0.1 s of the highest rate the rig is asked for.
constexpr size_t kSlotSize = 256;
constexpr size_t kSlots = 32768;
constexpr size_t kBlockSize = 1 << 16;
constexpr size_t kRingSize = kSlotSize * kSlots;

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

template <typename T>
void SetOption(int fd, int level, int option, const T& value, const char* name) {
  if (setsockopt(fd, level, option, &value, sizeof value) < 0) Fail(name);
}

}  // namespace

void Fail(const std::string& what) {
  perror(what.c_str());
  exit(1);
}

PacketPort::PacketPort(const std::string& place) {
  const size_t colon = place.find(':');
  if (colon == std::string::npos) {
    errno = EINVAL;
    Fail(place + ": not NAMESPACE:INTERFACE");
  }
  Open(place.substr(0, colon), place.substr(colon + 1));
  PrepareBatch();
}

PacketPort::~PacketPort() {
  munmap(ring_, kRingSize);
  close(fd_);
}

void PacketPort::Open(const std::string& network_namespace, const std::string& interface_name) {
  // A socket belongs for ever to the namespace it was made in; the thread itself returns home.
  const int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  const std::string path = "/run/netns/" + network_namespace;
  const int there = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0) Fail(path);

  fd_ = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) Fail("packet socket");
  const unsigned index = if_nametoindex(interface_name.c_str());
  if (index == 0) Fail(network_namespace + ":" + interface_name);
  if (setns(home, CLONE_NEWNET) < 0) Fail("return to own namespace");
  close(there);
  close(home);

  SetOption(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
  // The ring takes its time stamps from the frame; this switches the kernel's stamping of frames
  // on.
  const uint32_t stamping = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                            SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
  SetOption(fd_, SOL_SOCKET, SO_TIMESTAMPING, stamping, "SO_TIMESTAMPING");
  SetOption(fd_, SOL_PACKET, PACKET_TIMESTAMP, int{SOF_TIMESTAMPING_SOFTWARE}, "PACKET_TIMESTAMP");
  MapRing();

  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(index);
  if (bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) Fail("bind");
}

void PacketPort::MapRing() {
  SetOption(fd_, SOL_PACKET, PACKET_VERSION, int{TPACKET_V2}, "PACKET_VERSION");
  const tpacket_req request = {.tp_block_size = kBlockSize,
                               .tp_block_nr = kRingSize / kBlockSize,
                               .tp_frame_size = kSlotSize,
                               .tp_frame_nr = kSlots};
  SetOption(fd_, SOL_PACKET, PACKET_RX_RING, request, "PACKET_RX_RING");
  void* memory = mmap(nullptr, kRingSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (memory == MAP_FAILED) Fail("map receive ring");
  ring_ = static_cast<uint8_t*>(memory);
}

void PacketPort::PrepareBatch() {
  const uint32_t request = SOF_TIMESTAMPING_TX_SOFTWARE;
  for (size_t i = 0; i < kBatch; ++i) {
    vectors_[i] = {.iov_base = frames_[i].bytes, .iov_len = 0};
    messages_[i] = {};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].data();
    header.msg_controllen = kControlSize;
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SO_TIMESTAMPING;
    control->cmsg_len = CMSG_LEN(sizeof request);
    memcpy(CMSG_DATA(control), &request, sizeof request);
  }
}

Frame* PacketPort::NextFrame() {
  if (queued_ == kBatch) Flush();
  return &frames_[queued_];
}

void PacketPort::Queue() { QueueWithControl(0); }

void PacketPort::QueueTimestamped(uint32_t tag) {
  tags_by_number_.push_back(tag);
  QueueWithControl(kControlSize);
}

void PacketPort::QueueWithControl(size_t control_size) {
  vectors_[queued_].iov_len = frames_[queued_].size;
  messages_[queued_].msg_hdr.msg_controllen = control_size;
  ++queued_;
}

void PacketPort::Flush() {
  size_t sent = 0;
  while (sent < queued_) {
    const int count =
        sendmmsg(fd_, &messages_[sent], static_cast<unsigned>(queued_ - sent), MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) continue;
      Fail("sendmmsg");
    }
    sent += static_cast<size_t>(count);
  }
  queued_ = 0;
}

void PacketPort::Receive(const Receiver& receiver) {
  for (;;) {
    uint8_t* slot = ring_ + ring_position_ * kSlotSize;
    auto* header = reinterpret_cast<tpacket2_hdr*>(slot);
    std::atomic_ref<uint32_t> status(header->tp_status);
    const uint32_t flags = status.load(std::memory_order_acquire);
    if ((flags & TP_STATUS_USER) == 0) return;
    // In the first instants the kernel does not stamp yet.
    const bool stamped = (flags & TP_STATUS_TS_SOFTWARE) != 0;
    receiver({slot + header->tp_mac, header->tp_snaplen},
             stamped ? header->tp_sec * kNanosecondsPerSecond + header->tp_nsec : 0);
    status.store(TP_STATUS_KERNEL, std::memory_order_release);
    ring_position_ = (ring_position_ + 1) % kSlots;
  }
}

void PacketPort::ReadTransmitTimestamps(const TransmitListener& listener) {
  for (;;) {
    alignas(cmsghdr) uint8_t control[256];
    msghdr message = {};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd_, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
    const timespec* stamp = nullptr;
    const sock_extended_err* error = nullptr;
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
      if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_TIMESTAMPING) {
        stamp = reinterpret_cast<const timespec*>(CMSG_DATA(item));
      } else if (item->cmsg_level == SOL_PACKET && item->cmsg_type == PACKET_TX_TIMESTAMP) {
        error = reinterpret_cast<const sock_extended_err*>(CMSG_DATA(item));
      }
    }
    if (!stamp || !error || error->ee_data >= tags_by_number_.size()) continue;
    listener(tags_by_number_[error->ee_data],
             stamp->tv_sec * kNanosecondsPerSecond + stamp->tv_nsec);
  }
}

uint32_t PacketPort::TakeRingDrops() {
  tpacket_stats statistics = {};
  socklen_t size = sizeof statistics;
  if (getsockopt(fd_, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) < 0) {
    Fail("PACKET_STATISTICS");
  }
  return statistics.tp_drops;
}

}  // namespace bench
