// Sends Syncs with their Follow_Ups from one place and tells of every pair that arrives at the
// other places what its correction is to be compared with: the kernel's time stamps of one and the
// same clock. Before each Sync go two messages as long as a frame may be, so that a queue that is
// slow enough holds the Sync back. It bears interfaces that go down, vanish, come back or are
// others. It also listens at the ports of what is between source and sinks, where the kernel's time
// stamps tell how long a message was on a cable and how long it was in between.
//
// Lines of output, with times in nanoseconds since BASE (of CLOCK_REALTIME), each pair's in this
// order:
//   ready BASE
//   sent INDEX TIME                                     by the time stamp of the Sync
//   came INDEX MESSAGE TIME                             in by the port of the source
//   left SINK INDEX MESSAGE TIME                        by the port of that sink
//   got SINK INDEX SYNC_TIME FOLLOW_UP_TIME CORRECTION  of both messages together, in any order
// MESSAGE is sync or follow-up. A sender's time stamp is a moment before `came`, and `left` is a
// moment before the transmit time stamp.
//
// usage: pair-watch PAIRS_PER_SECOND SOURCE SINK... -- PORT_OF_SOURCE PORT_OF_SINK...
// Each place is NAMESPACE:INTERFACE. Ends when standard input does.

#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
// How soon it is noticed that an interface has come back.
constexpr int64_t kLookIntervalNs = 5'000'000;
constexpr uint16_t kEtherTypePtp = 0x88F7;
constexpr uint8_t kPtpMulticast[ETH_ALEN] = {0x01, 0x1B, 0x19, 0x00, 0x00, 0x00};
constexpr uint8_t kSourceMac[ETH_ALEN] = {0x02, 0x00, 0x00, 0x00, 0x50, 0x0A};
constexpr uint8_t kDomain = 24;
constexpr size_t kMessageSize = 44;
constexpr size_t kFillerSize = ETH_DATA_LEN;
constexpr int kFillers = 2;
constexpr uint16_t kPadTlv = 0x8008;
// Of pairs under way; more than any queue holds.
constexpr size_t kRemembered = 4096;

enum MessageType : uint8_t { kSync = 0x0, kFollowUp = 0x8, kSignaling = 0xC };

// Which frames a place hears.
enum class Hears { kIncoming, kOutgoing };

[[noreturn]] void Fail(const std::string& what) {
  perror(what.c_str());
  exit(1);
}

int64_t Now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

void Put16(uint8_t* at, size_t value) {
  const uint16_t big_endian = htons(static_cast<uint16_t>(value));
  memcpy(at, &big_endian, sizeof big_endian);
}

void Put32(uint8_t* at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, sizeof value);
}

uint32_t Get32(const uint8_t* at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return ntohl(value);
}

// One message of pair `index`, which travels in the time stamp field; 0 octets beyond what is set.
std::vector<uint8_t> Build(MessageType type, uint32_t run_tag, uint32_t index, int part = 0) {
  const size_t size = type == kSignaling ? kFillerSize : kMessageSize;
  std::vector<uint8_t> frame(ETH_HLEN + size);
  memcpy(frame.data(), kPtpMulticast, ETH_ALEN);
  memcpy(frame.data() + ETH_ALEN, kSourceMac, ETH_ALEN);
  Put16(frame.data() + 2 * ETH_ALEN, kEtherTypePtp);
  uint8_t* ptp = frame.data() + ETH_HLEN;
  ptp[0] = type;
  ptp[1] = 0x02;  // versionPTP
  Put16(ptp + 2, size);
  ptp[4] = kDomain;
  if (type == kSync) ptp[6] = 0x02;  // twoStepFlag
  ptp[20] = 0x02;
  Put32(ptp + 24, run_tag);
  Put16(ptp + 28, 1);
  Put16(ptp + 30, type == kSignaling ? index * kFillers + static_cast<uint32_t>(part) : index);
  ptp[32] = type == kSync ? 0 : type == kFollowUp ? 2 : 5;
  ptp[33] = 0x7F;
  if (type == kSignaling) {
    memset(ptp + 34, 0xFF, 10);  // targetPortIdentity: all
    Put16(ptp + kMessageSize, kPadTlv);
    Put16(ptp + kMessageSize + 2, kFillerSize - kMessageSize - 4);
  } else {
    Put32(ptp + 36, index);
  }
  return frame;
}

// A packet socket on an interface of some namespace, for as long as that is there.
class Place {
 public:
  explicit Place(const std::string& name, Hears hears = Hears::kIncoming)
      : name_(name), hears_(hears) {
    const size_t colon = name.find(':');
    if (colon == std::string::npos) Fail(name + ": not NAMESPACE:INTERFACE");
    interface_ = name.substr(colon + 1);
    const std::string path = "/run/netns/" + name.substr(0, colon);
    namespace_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (namespace_ < 0) Fail(path);
    Look();
  }

  int fd() const { return fd_; }

  // Opens the interface if it is another one than before, or is back.
  void Look() {
    const int index = IndexNow();
    if (index == index_) return;
    Close();
    if (index != 0) Open(index);
  }

  bool Send(const std::vector<uint8_t>& frame) {
    return fd_ >= 0 && send(fd_, frame.data(), frame.size(), MSG_DONTWAIT) >= 0;
  }

  // Asks for the transmit time stamp, which comes back with `tag`.
  bool SendTimestamped(const std::vector<uint8_t>& frame, uint32_t tag) {
    if (fd_ < 0) return false;
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(uint32_t))];
    iovec vector = {.iov_base = const_cast<uint8_t*>(frame.data()), .iov_len = frame.size()};
    msghdr message = {};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SO_TIMESTAMPING;
    item->cmsg_len = CMSG_LEN(sizeof(uint32_t));
    const uint32_t request = SOF_TIMESTAMPING_TX_SOFTWARE;
    memcpy(CMSG_DATA(item), &request, sizeof request);
    if (sendmsg(fd_, &message, MSG_DONTWAIT) < 0) {
      // Nobody knows whether the kernel has given this frame a number: a new socket counts from 0.
      Close();
      return false;
    }
    sent_.push_back(tag);
    return true;
  }

  template <typename Listener>
  void ReadTransmitTimestamps(Listener listener) {
    while (fd_ >= 0) {
      alignas(cmsghdr) uint8_t control[256];
      msghdr message = {};
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      if (recvmsg(fd_, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
      std::optional<uint32_t> number;
      for (cmsghdr* item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level != SOL_PACKET || item->cmsg_type != PACKET_TX_TIMESTAMP) continue;
        sock_extended_err error;
        memcpy(&error, CMSG_DATA(item), sizeof error);
        number = error.ee_data;
      }
      const int64_t time = TimestampOf(&message);
      if (number && *number < sent_.size() && time != 0) listener(sent_[*number], time);
    }
  }

  template <typename Listener>
  void Receive(Listener listener) {
    while (fd_ >= 0) {
      uint8_t frame[ETH_FRAME_LEN];
      alignas(cmsghdr) uint8_t control[256];
      iovec vector = {.iov_base = frame, .iov_len = sizeof frame};
      sockaddr_ll address = {};
      msghdr message = {};
      message.msg_name = &address;
      message.msg_namelen = sizeof address;
      message.msg_iov = &vector;
      message.msg_iovlen = 1;
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      const ssize_t size = recvmsg(fd_, &message, MSG_DONTWAIT);
      if (size < 0) return;  // nothing more; or down, and the next frame comes when it is up
      const bool outgoing = address.sll_pkttype == PACKET_OUTGOING;
      if (outgoing != (hears_ == Hears::kOutgoing)) continue;
      if (size >= static_cast<ssize_t>(ETH_HLEN + kMessageSize)) {
        listener(frame, TimestampOf(&message));
      }
    }
  }

 private:
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    index_ = 0;
    sent_.clear();
  }

  static int64_t TimestampOf(msghdr* message) {
    for (cmsghdr* item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
      if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SO_TIMESTAMPING) continue;
      timespec time;
      memcpy(&time, CMSG_DATA(item), sizeof time);
      return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
    }
    return 0;
  }

  int IndexNow() {
    if (probe_ < 0) probe_ = SocketThere(SOCK_DGRAM, AF_INET);
    ifreq request = {};
    strncpy(request.ifr_name, interface_.c_str(), IFNAMSIZ - 1);
    return ioctl(probe_, SIOCGIFINDEX, &request) < 0 ? 0 : request.ifr_ifindex;
  }

  // A socket belongs for ever to the namespace it was made in; the thread itself returns home.
  int SocketThere(int type, int family) {
    const int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0 || setns(namespace_, CLONE_NEWNET) < 0) Fail(name_);
    const int fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) Fail("socket");
    if (setns(home, CLONE_NEWNET) < 0) Fail("return to own namespace");
    close(home);
    return fd;
  }

  void Open(int index) {
    fd_ = SocketThere(SOCK_RAW, AF_PACKET);
    const int incoming_only = hears_ == Hears::kIncoming ? 1 : 0;
    const uint32_t stamping = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                              SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    if (setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &incoming_only, sizeof incoming_only) <
            0 ||
        setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPING, &stamping, sizeof stamping) < 0) {
      Fail("socket options");
    }
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    // The kernel shows outgoing frames only to sockets for all protocols.
    address.sll_protocol = htons(hears_ == Hears::kIncoming ? kEtherTypePtp : ETH_P_ALL);
    address.sll_ifindex = index;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
      close(fd_);  // it has just gone again
      fd_ = -1;
      return;
    }
    index_ = index;
  }

  const std::string name_;
  const Hears hears_;
  std::string interface_;
  int namespace_ = -1;
  int probe_ = -1;
  int fd_ = -1;
  int index_ = 0;               // of the interface that is open; 0 for none
  std::vector<uint32_t> sent_;  // the kernel numbers frames with a time stamp request from 0
};

// What has arrived of a pair at a sink. A Follow_Up may overtake its Sync on the cable: the kernel
// hands each of them on by the processor that it was sent by.
struct Halves {
  struct Message {
    int64_t time = 0;  // 0: not here yet
    int64_t correction = 0;
  };
  uint32_t index = UINT32_MAX;
  Message sync;
  Message follow_up;
};

struct Sink {
  std::unique_ptr<Place> place;
  std::unique_ptr<Place> port;
  std::vector<Halves> pairs{kRemembered};
};

__attribute__((format(printf, 2, 3))) void AddLine(std::string& lines, const char* format, ...) {
  char line[128];
  va_list values;
  va_start(values, format);
  const int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  lines.append(line, static_cast<size_t>(length));
}

class Watch {
 public:
  // `ports` are those of source and sinks, in the order of `places`.
  Watch(int pairs_per_second, const std::vector<std::string>& places,
        const std::vector<std::string>& ports)
      : interval_ns_(kNanosecondsPerSecond / std::max(1, pairs_per_second)),
        run_tag_(static_cast<uint32_t>(getpid())),
        base_(Now(CLOCK_REALTIME)),
        source_(places[0]),
        source_port_(ports[0]) {
    for (size_t i = 1; i < places.size(); ++i) {
      sinks_.push_back({.place = std::make_unique<Place>(places[i]),
                        .port = std::make_unique<Place>(ports[i], Hears::kOutgoing)});
    }
  }

  void Run() {
    printf("ready %" PRId64 "\n", base_);
    int64_t next_pair = Now(CLOCK_MONOTONIC);
    int64_t next_look = next_pair;
    for (;;) {
      const int64_t now = Now(CLOCK_MONOTONIC);
      if (now >= next_look) {
        next_look = now + kLookIntervalNs;
        source_.Look();
        source_port_.Look();
        for (Sink& sink : sinks_) {
          sink.place->Look();
          sink.port->Look();
        }
      }
      if (now >= next_pair) {
        next_pair = std::max(next_pair + interval_ns_, now);
        SendPair();
      }
      fflush(stdout);
      if (!Wait(std::min(next_pair, next_look) - now)) return;
      Collect();
    }
  }

 private:
  void SendPair() {
    const uint32_t index = next_++;
    for (int part = 0; part < kFillers; ++part) {
      source_.Send(Build(kSignaling, run_tag_, index, part));
    }
    if (!source_.SendTimestamped(Build(kSync, run_tag_, index), index)) return;
    source_.Send(Build(kFollowUp, run_tag_, index));
  }

  // False when standard input has ended.
  bool Wait(int64_t ns) {
    std::vector<pollfd> events = {{STDIN_FILENO, POLLIN, 0}, {source_.fd(), POLLIN, 0}};
    for (const Sink& sink : sinks_) events.push_back({sink.place->fd(), POLLIN, 0});
    const timespec timeout = {.tv_sec = 0, .tv_nsec = std::clamp<int64_t>(ns, 0, 999'999'999)};
    if (ppoll(events.data(), events.size(), &timeout, nullptr) < 0) Fail("ppoll");
    if (events[0].revents == 0) return true;
    char discarded[64];
    return read(STDIN_FILENO, discarded, sizeof discarded) > 0;
  }

  // What happens to a message later is read first and told last, so that what happens meanwhile
  // cannot change the order.
  void Collect() {
    std::string arrivals;
    for (size_t i = 0; i < sinks_.size(); ++i) {
      sinks_[i].place->Receive(
          [&](const uint8_t* frame, int64_t time) { Take(i, frame, time, arrivals); });
    }
    std::string departures;
    for (size_t i = 0; i < sinks_.size(); ++i) {
      sinks_[i].port->Receive([&](const uint8_t* frame, int64_t time) {
        const auto message = MessageOf(frame);
        if (!message) return;
        AddLine(departures, "left %zu %u %s %" PRId64 "\n", i, message->index, message->Name(),
                time - base_);
      });
    }
    std::string receptions;
    source_port_.Receive([&](const uint8_t* frame, int64_t time) {
      const auto message = MessageOf(frame);
      if (!message) return;
      AddLine(receptions, "came %u %s %" PRId64 "\n", message->index, message->Name(), time - base_);
    });
    source_.ReadTransmitTimestamps([this](uint32_t index, int64_t time) {
      printf("sent %u %" PRId64 "\n", index, time - base_);
    });
    source_.Receive([](const uint8_t*, int64_t) {});  // takes the errors of the socket as well
    for (const std::string* lines : {&receptions, &departures, &arrivals}) {
      fputs(lines->c_str(), stdout);
    }
  }

  struct Message {
    uint8_t type;
    uint32_t index;
    int64_t correction;

    const char* Name() const { return type == kSync ? "sync" : "follow-up"; }
  };

  // None of what is not a Sync or Follow_Up of this program.
  std::optional<Message> MessageOf(const uint8_t* frame) const {
    const uint8_t* ptp = frame + ETH_HLEN;
    const uint8_t type = ptp[0] & 0x0F;
    if ((frame[2 * ETH_ALEN] << 8 | frame[2 * ETH_ALEN + 1]) != kEtherTypePtp) return std::nullopt;
    if (Get32(ptp + 24) != run_tag_ || (type != kSync && type != kFollowUp)) return std::nullopt;
    const auto correction = static_cast<int64_t>(uint64_t{Get32(ptp + 8)} << 32 | Get32(ptp + 12));
    return Message{type, Get32(ptp + 36), correction >> 16};
  }

  void Take(size_t number, const uint8_t* frame, int64_t time, std::string& lines) {
    const auto message = MessageOf(frame);
    if (!message) return;
    Halves& pair = sinks_[number].pairs[message->index % kRemembered];
    if (pair.index != message->index) {
      pair = Halves();
      pair.index = message->index;
    }
    Halves::Message& half = message->type == kSync ? pair.sync : pair.follow_up;
    half = {.time = time, .correction = message->correction};
    if (pair.sync.time == 0 || pair.follow_up.time == 0) return;
    AddLine(lines, "got %zu %u %" PRId64 " %" PRId64 " %" PRId64 "\n", number, message->index,
            pair.sync.time - base_, pair.follow_up.time - base_,
            pair.sync.correction + pair.follow_up.correction);
  }

  const int64_t interval_ns_;
  const uint32_t run_tag_;
  const int64_t base_;
  Place source_;
  Place source_port_;
  std::vector<Sink> sinks_;
  uint32_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> places(argv + std::min(argc, 2), argv + argc);
  const auto separator = std::find(places.begin(), places.end(), "--");
  const std::vector<std::string> ports(
      separator == places.end() ? separator : std::next(separator), places.end());
  places.erase(separator, places.end());
  if (places.size() < 2 || ports.size() != places.size()) {
    fputs("usage: pair-watch PAIRS_PER_SECOND SOURCE SINK... -- PORT_OF_SOURCE PORT_OF_SINK...\n",
          stderr);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1);
  Watch(atoi(argv[1]), places, ports).Run();
}
