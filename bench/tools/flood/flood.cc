// Floods an interface with PTP frames that nobody asked for, and tells at the end how many reached
// the other end of the cable, as one line of JSON. It ends by itself: after so many milliseconds or
// frames, or at SIGTERM. The first line of output is "ready". What it sends follows from the seed.
//
// usage: ptp-flood --interface NAME --kind follow-up|delay-req|announce|random|v1
//                  [--rate FRAMES_PER_SECOND, 0 for the most] [--milliseconds N] [--frames N]
//                  [--identities N] [--seed N] [--cpu N]

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

namespace {

enum class Kind { kFollowUp, kDelayReq, kAnnounce, kRandom, kVersion1 };

struct Options {
  std::string interface_name;
  Kind kind = Kind::kFollowUp;
  uint32_t rate = 0;
  uint32_t milliseconds = 1'000;
  uint64_t frames = 100'000'000;
  uint32_t identities = 1'000'000;
  uint64_t seed = 1;
  int cpu = -1;
};

constexpr int kLowestPriority = 19;
constexpr size_t kBatch = 64;
constexpr size_t kMaxFrame = 192;
constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
// A flooder that was held up does not make up for it: what is more than this late is left out.
constexpr int64_t kToleranceNs = 5'000'000;
// So many at once where the rate leaves time to sleep: more would be a burst, fewer a busy
// processor.
constexpr int64_t kBurstIntervalNs = 250'000;

constexpr uint8_t kPtpMulticast[ETH_ALEN] = {0x01, 0x1B, 0x19, 0x00, 0x00, 0x00};
constexpr uint8_t kLinkLocalMulticast[ETH_ALEN] = {0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E};
constexpr uint8_t kIpv4Multicast[ETH_ALEN] = {0x01, 0x00, 0x5E, 0x00, 0x01, 0x81};
constexpr uint16_t kEtherTypePtp = 0x88F7;
constexpr uint8_t kDomain = 24;                    // that of the load between the other ports
constexpr uint32_t kSourceAddress = 0xC000020B;    // 192.0.2.11
constexpr uint32_t kPtpGroupAddress = 0xE0000181;  // 224.0.1.129
constexpr uint16_t kEventPort = 319;
constexpr uint16_t kGeneralPort = 320;
constexpr size_t kIpv4Header = 20;
constexpr size_t kUdpHeader = 8;
constexpr size_t kMessageSize = 44;
constexpr size_t kAnnounceSize = 64;
constexpr size_t kVersion1Size = 124;  // of a Sync and of a Delay_Req of IEEE 1588-2002
// Between the shortest message and what an Announce with some TLVs comes to.
constexpr size_t kMostRandomOctets = 110;

static_assert(kMaxFrame >=
              ETH_HLEN + kIpv4Header + kUdpHeader + std::max(kVersion1Size, kMostRandomOctets));

volatile sig_atomic_t told_to_end = 0;

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

// The finalizer of splitmix64: numbers that follow one another become numbers that have nothing in
// common.
uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

void Put16(uint8_t* at, uint32_t value) {
  const uint16_t big_endian = htons(static_cast<uint16_t>(value));
  memcpy(at, &big_endian, sizeof big_endian);
}

void Put32(uint8_t* at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, sizeof value);
}

uint16_t Ipv4HeaderChecksum(const uint8_t* header) {
  uint32_t sum = 0;
  for (size_t i = 0; i < kIpv4Header; i += 2) sum += header[i] << 8 | header[i + 1];
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

struct Frame {
  uint8_t octets[kMaxFrame];
  size_t size;
};

// Headers up to the PTP message; returns where that begins.
uint8_t* PutHeaders(Frame* frame, bool udp, uint16_t port, size_t message_size) {
  uint8_t* at = frame->octets;
  memcpy(at, udp ? kIpv4Multicast : kPtpMulticast, ETH_ALEN);
  Put16(at + 2 * ETH_ALEN, udp ? ETH_P_IP : kEtherTypePtp);
  at += ETH_HLEN;
  frame->size = ETH_HLEN + message_size + (udp ? kIpv4Header + kUdpHeader : 0);
  if (!udp) return at;
  memset(at, 0, kIpv4Header);
  at[0] = 0x45;
  Put16(at + 2, static_cast<uint32_t>(kIpv4Header + kUdpHeader + message_size));
  at[8] = 1;  // time to live
  at[9] = IPPROTO_UDP;
  Put32(at + 12, kSourceAddress);
  Put32(at + 16, kPtpGroupAddress);
  Put16(at + 10, Ipv4HeaderChecksum(at));
  at += kIpv4Header;
  Put16(at, port);
  Put16(at + 2, port);
  Put16(at + 4, static_cast<uint32_t>(kUdpHeader + message_size));
  Put16(at + 6, 0);  // no checksum
  return at + kUdpHeader;
}

// The sender of frame `number`: a station and clock of its own for each identity.
void PutStation(Frame* frame, uint64_t identity) {
  uint8_t* mac = frame->octets + ETH_ALEN;
  mac[0] = 0x02;
  mac[1] = 0xF1;
  Put32(mac + 2, static_cast<uint32_t>(identity));
}

void BuildVersion2(const Options& options, uint64_t number, Frame* frame) {
  const uint64_t identity = Mix(options.seed + number % options.identities);
  const bool announce = options.kind == Kind::kAnnounce;
  const size_t size = announce ? kAnnounceSize : kMessageSize;
  uint8_t* ptp = PutHeaders(frame, false, 0, size);
  PutStation(frame, identity);
  memset(ptp, 0, size);
  switch (options.kind) {
    case Kind::kDelayReq:
      ptp[0] = 0x1;
      ptp[32] = 1;
      break;
    case Kind::kAnnounce:
      ptp[0] = 0xB;
      ptp[32] = 5;
      break;
    default:
      ptp[0] = 0x8;
      ptp[32] = 2;
  }
  ptp[1] = 0x02;
  Put16(ptp + 2, static_cast<uint32_t>(size));
  ptp[4] = kDomain;
  memcpy(ptp + 20, &identity, sizeof identity);
  Put16(ptp + 28, 1);
  Put16(ptp + 30, static_cast<uint32_t>(number / options.identities));
  ptp[33] = 0x7F;
  if (!announce) return;
  ptp[47] = 200;  // grandmasterPriority1: worse than anybody's
  ptp[48] = 248;  // clockClass
  ptp[49] = 0xFE;
  Put16(ptp + 50, 0xFFFF);
  ptp[52] = 200;
  memcpy(ptp + 53, &identity, sizeof identity);
  ptp[63] = 0xA0;
}

void BuildVersion1(const Options& options, uint64_t number, Frame* frame) {
  const uint64_t identity = Mix(options.seed + number % options.identities);
  uint8_t* ptp = PutHeaders(frame, true, kEventPort, kVersion1Size);
  PutStation(frame, identity);
  memset(ptp, 0, kVersion1Size);
  ptp[1] = 1;  // versionPTP
  ptp[3] = 1;  // versionNetwork
  memcpy(ptp + 4, "_DFLT", 5);
  ptp[20] = 1;  // messageType: event
  ptp[21] = 1;  // sourceCommunicationTechnology
  memcpy(ptp + 22, &identity, 6);
  Put16(ptp + 28, 1);
  Put16(ptp + 30, static_cast<uint32_t>(number / options.identities));
}

// Random octets where a PTP message belongs, at each of PTP's addresses in turn.
void BuildRandom(const Options& options, uint64_t number, Frame* frame) {
  uint64_t state = Mix(options.seed ^ Mix(number));
  const size_t size = 1 + state % kMostRandomOctets;
  const uint64_t where = number % 4;
  uint8_t* at = PutHeaders(frame, where >= 2, where == 2 ? kEventPort : kGeneralPort, size);
  if (where == 1) memcpy(frame->octets, kLinkLocalMulticast, ETH_ALEN);
  PutStation(frame, state);
  for (size_t i = 0; i < size; ++i) {
    if (i % 8 == 0) state = Mix(state);
    at[i] = static_cast<uint8_t>(state >> (8 * (i % 8)));
  }
}

void Build(const Options& options, uint64_t number, Frame* frame) {
  switch (options.kind) {
    case Kind::kRandom:
      return BuildRandom(options, number, frame);
    case Kind::kVersion1:
      return BuildVersion1(options, number, frame);
    default:
      return BuildVersion2(options, number, frame);
  }
}

int64_t MonotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}

void SleepUntil(int64_t ns) {
  const timespec time = {.tv_sec = ns / kNanosecondsPerSecond,
                         .tv_nsec = ns % kNanosecondsPerSecond};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

int OpenPort(const std::string& interface_name) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);  // protocol 0: to send only
  if (fd < 0) Fail("packet socket");
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface_name.c_str()));
  if (address.sll_ifindex == 0) Fail(interface_name.c_str());
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) Fail("bind");
  return fd;
}

class Flooder {
 public:
  explicit Flooder(const Options& options)
      : options_(options), fd_(OpenPort(options.interface_name)) {
    for (size_t i = 0; i < kBatch; ++i) {
      vectors_[i] = {.iov_base = frames_[i].octets, .iov_len = 0};
      messages_[i] = {};
      messages_[i].msg_hdr.msg_iov = &vectors_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void Run() {
    const uint64_t delivered_before = DeliveredByInterface();
    const int64_t start = MonotonicNs();
    const int64_t end = start + int64_t{options_.milliseconds} * 1'000'000;
    int64_t now = start;
    double due = static_cast<double>(start);
    const double interval = options_.rate == 0 ? 0 : 1e9 / options_.rate;
    while (now < end && sent_ < options_.frames && told_to_end == 0) {
      size_t count = kBatch;
      if (options_.rate != 0) {
        const double late = static_cast<double>(now) - due;
        if (late < 0) {
          SleepUntil(now + kBurstIntervalNs);
          now = MonotonicNs();
          continue;
        }
        if (late > kToleranceNs) due = static_cast<double>(now);
        count = std::min(kBatch, static_cast<size_t>(late / interval) + 1);
        due += interval * static_cast<double>(count);
      }
      Send(std::min<size_t>(count, options_.frames - sent_));
      now = MonotonicNs();
    }
    const double seconds = static_cast<double>(now - start) / 1e9;
    const uint64_t delivered = DeliveredByInterface() - delivered_before;
    printf("{\"seed\":%llu,\"sent\":%llu,\"delivered\":%llu,\"perSecond\":%.0f}\n",
           static_cast<unsigned long long>(options_.seed), static_cast<unsigned long long>(sent_),
           static_cast<unsigned long long>(delivered), static_cast<double>(delivered) / seconds);
  }

 private:
  void Send(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      Build(options_, sent_ + i, &frames_[i]);
      vectors_[i].iov_len = frames_[i].size;
    }
    size_t done = 0;
    while (done < count) {
      const int result =
          sendmmsg(fd_, &messages_[done], static_cast<unsigned>(count - done), MSG_DONTWAIT);
      if (result < 0) {
        if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) continue;
        Fail("sendmmsg");
      }
      done += static_cast<size_t>(result);
    }
    sent_ += count;
  }

  // What the other end of the cable had no room for is not in it.
  uint64_t DeliveredByInterface() const {
    std::ifstream file("/sys/class/net/" + options_.interface_name + "/statistics/tx_packets");
    uint64_t packets = 0;
    if (!(file >> packets)) Fail("tx_packets");
    return packets;
  }

  const Options options_;
  const int fd_;
  uint64_t sent_ = 0;
  std::array<Frame, kBatch> frames_;
  std::array<iovec, kBatch> vectors_;
  std::array<mmsghdr, kBatch> messages_;
};

[[noreturn]] void Usage(std::string_view problem) {
  fprintf(stderr, "ptp-flood: %.*s: see the head of flood.cc\n", static_cast<int>(problem.size()),
          problem.data());
  exit(2);
}

Kind KindNamed(std::string_view name) {
  if (name == "follow-up") return Kind::kFollowUp;
  if (name == "delay-req") return Kind::kDelayReq;
  if (name == "announce") return Kind::kAnnounce;
  if (name == "random") return Kind::kRandom;
  if (name == "v1") return Kind::kVersion1;
  Usage(name);
}

uint64_t Number(const char* text) {
  char* end = nullptr;
  const uint64_t value = strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0') Usage(text);
  return value;
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) Usage(name);
    const char* value = argv[i + 1];
    if (name == "--interface") {
      options.interface_name = value;
    } else if (name == "--kind") {
      options.kind = KindNamed(value);
    } else if (name == "--rate") {
      options.rate = static_cast<uint32_t>(Number(value));
    } else if (name == "--milliseconds") {
      options.milliseconds = static_cast<uint32_t>(Number(value));
    } else if (name == "--frames") {
      options.frames = Number(value);
    } else if (name == "--identities") {
      options.identities = static_cast<uint32_t>(Number(value));
    } else if (name == "--seed") {
      options.seed = Number(value);
    } else if (name == "--cpu") {
      options.cpu = static_cast<int>(Number(value));
    } else {
      Usage(name);
    }
  }
  if (options.interface_name.empty() || options.identities == 0) Usage("--interface");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  if (options.cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(options.cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) Fail("pin to processor");
  }
  prctl(PR_SET_TIMERSLACK, 1);
  // While it sleeps between its bursts, the load generator beside it may have the processor; when
  // it sends as much as it can, whatever else is to run there goes first: the load generator, and
  // the kernel's own work for what both of them send.
  if (options.rate != 0) {
    const sched_param lowest = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_FIFO, &lowest) < 0) Fail("SCHED_FIFO");
  } else if (setpriority(PRIO_PROCESS, 0, kLowestPriority) < 0) {
    Fail("setpriority");
  }
  signal(SIGTERM, [](int) { told_to_end = 1; });
  Flooder flooder(options);
  puts("ready");
  fflush(stdout);
  flooder.Run();
}
