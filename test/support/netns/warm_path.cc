// Keeps the way through veth warm on every processor that the process may run on: a thread on each
// sends frames with transmit and receive time stamps over a cable of its own, takes both, and never
// lets its processor halt, but gives way to whatever else wants to run. From the other places named
// it sends Sync and Follow_Up of clocks that nobody follows, so that what lies behind forwards them
// between those it is there for. The first line of output is "ready". Ends when standard input
// does.
//
// usage: warm-path NEAR FAR [NEAR FAR]... [NAMESPACE:INTERFACE]...
//        as many cables as processors, at least

#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

// Often enough for the caches to keep what a frame needs, seldom enough to leave half the time.
constexpr int64_t kIntervalNs = 20'000;
constexpr uint16_t kEtherType = 0x88B5;  // for local experiments
constexpr size_t kFrameSize = 86;        // of a Sync over UDP/IPv4, and of many others nearly

// From one place after another.
constexpr int64_t kPairIntervalNs = 250'000;
constexpr uint16_t kPtpEtherType = 0x88F7;
constexpr uint8_t kPtpMulticast[ETH_ALEN] = {0x01, 0x1B, 0x19, 0x00, 0x00, 0x00};
constexpr uint8_t kOtherDomain = 24;
constexpr size_t kPtpMessageSize = 44;  // of a Sync, and of a Follow_Up
constexpr size_t kPtpFrameSize = ETH_HLEN + kPtpMessageSize;

std::atomic<bool> ended = false;

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

int64_t Now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

// For frames of one kind, or to send only: 0.
int OpenPort(const char* interface_name, uint16_t ether_type) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) Fail("packet socket");
  const int on = 1;
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) {
    Fail("PACKET_IGNORE_OUTGOING");
  }
  const int stamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                     SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
                     SOF_TIMESTAMPING_OPT_TSONLY;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps) < 0) {
    Fail("SO_TIMESTAMPING");
  }
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ether_type);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface_name));
  if (address.sll_ifindex == 0) Fail(interface_name);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) Fail("bind");
  return fd;
}

// A socket belongs for ever to the namespace it was made in.
int OpenPlace(const std::string& place) {
  const size_t colon = place.find(':');
  const int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  const int there = open(("/run/netns/" + place.substr(0, colon)).c_str(), O_RDONLY | O_CLOEXEC);
  if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0) Fail(place.c_str());
  constexpr uint16_t kReceivesNothing = 0;
  const int fd = OpenPort(place.substr(colon + 1).c_str(), kReceivesNothing);
  if (setns(home, CLONE_NEWNET) < 0) Fail("return to own namespace");
  close(there);
  close(home);
  return fd;
}

void Take(int fd, int flags) {
  uint8_t frame[kFrameSize];
  alignas(cmsghdr) uint8_t control[256];
  iovec vector = {.iov_base = frame, .iov_len = sizeof frame};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  do {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  } while (recvmsg(fd, &message, flags | MSG_DONTWAIT) >= 0);
}

// The clocks whose messages a thread sends: one at each place. They never announce themselves.
class OtherClocks {
 public:
  OtherClocks(uint8_t thread, std::vector<int> places) : places_(std::move(places)) {
    memcpy(frame_, kPtpMulticast, ETH_ALEN);
    const uint8_t address[ETH_ALEN] = {0x02, 0x00, 0x00, 0x00, 0x77, thread};
    memcpy(frame_ + ETH_ALEN, address, ETH_ALEN);
    frame_[2 * ETH_ALEN] = kPtpEtherType >> 8;
    frame_[2 * ETH_ALEN + 1] = kPtpEtherType & 0xFF;
    message()[1] = 2;  // versionPTP
    message()[3] = kPtpMessageSize;
    message()[4] = kOtherDomain;
    message()[20] = 0x02;  // clockIdentity: locally administered
    message()[21] = thread;
    message()[29] = 1;     // portNumber
    message()[33] = 0x7F;  // logMessageInterval: not said
  }

  void SendPairIfDue(int64_t now) {
    if (places_.empty() || now < next_) return;
    next_ = now + kPairIntervalNs;
    const size_t place = sent_ % places_.size();
    const auto sequence_id = static_cast<uint16_t>(sent_ / places_.size());
    ++sent_;
    message()[27] = static_cast<uint8_t>(place);
    message()[30] = static_cast<uint8_t>(sequence_id >> 8);
    message()[31] = static_cast<uint8_t>(sequence_id);
    Send(places_[place], 0x0, 0x02);  // Sync, twoStepFlag
    Send(places_[place], 0x8, 0x00);  // Follow_Up
  }

 private:
  uint8_t* message() { return frame_ + ETH_HLEN; }

  // Both have a controlField of old that is a quarter of their type.
  void Send(int fd, uint8_t type, uint8_t flags) {
    message()[0] = type;
    message()[6] = flags;
    message()[32] = type / 4;
    if (send(fd, frame_, sizeof frame_, 0) > 0) Take(fd, MSG_ERRQUEUE);
  }

  const std::vector<int> places_;
  uint8_t frame_[kPtpFrameSize] = {};
  uint64_t sent_ = 0;
  int64_t next_ = 0;
};

void KeepWarm(int cpu, int near, int far, OtherClocks others) {
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(cpu, &own);
  if (sched_setaffinity(0, sizeof own, &own) < 0) Fail("sched_setaffinity");
  const sched_param parameters = {};
  if (sched_setscheduler(0, SCHED_IDLE, &parameters) < 0) Fail("SCHED_IDLE");

  uint8_t frame[kFrameSize] = {};
  memset(frame, 0xFF, ETH_ALEN);
  frame[2 * ETH_ALEN] = kEtherType >> 8;
  frame[2 * ETH_ALEN + 1] = kEtherType & 0xFF;
  for (int64_t next = Now(); !ended; next = Now() + kIntervalNs) {
    // A frame that does not get through costs nobody anything.
    if (send(near, frame, sizeof frame, 0) > 0) {
      Take(near, MSG_ERRQUEUE);
      Take(far, 0);
    }
    others.SendPairIfDue(Now());
    while (Now() < next) {
    }
  }
}

// Where the scheduler groups threads by session, the group has one weight, whatever its threads
// have: in the session of the tests, whose priority is raised (scheduling.ts), these threads would be
// preferred to the kernel's own, which the tests wait for. So they get a session of their own with
// the lowest priority. (This does not undo control groups of processors: a machine that has them
// divides its time by them.)
void LeaveSession() {
  if (setsid() < 0) Fail("setsid");
  FILE* const group = fopen("/proc/self/autogroup", "w");
  if (group == nullptr) return;  // no such groups here
  fputs("19", group);
  fclose(group);
}

}  // namespace

int main(int argc, char** argv) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) < 0) Fail("sched_getaffinity");
  int arguments = 1;
  while (arguments < argc && strchr(argv[arguments], ':') == nullptr) ++arguments;
  const std::vector<const char*> ends(argv + 1, argv + arguments);
  const std::vector<const char*> places(argv + arguments, argv + argc);
  if (ends.size() < static_cast<size_t>(2 * CPU_COUNT(&processors))) {
    fputs("usage: warm-path NEAR FAR [NEAR FAR]... [NAMESPACE:INTERFACE]...\n", stderr);
    return 2;
  }
  LeaveSession();
  std::vector<std::thread> threads;
  for (int cpu = 0, cable = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &processors)) continue;
    std::vector<int> sockets;
    for (const char* place : places) sockets.push_back(OpenPlace(place));
    const int near = OpenPort(ends[2 * cable], kEtherType);
    const int far = OpenPort(ends[2 * cable + 1], kEtherType);
    OtherClocks others(static_cast<uint8_t>(cable), std::move(sockets));
    threads.emplace_back(KeepWarm, cpu, near, far, std::move(others));
    ++cable;
  }
  puts("ready");
  fflush(stdout);
  char ignored[256];
  while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
  }
  ended = true;
  for (std::thread& thread : threads) thread.join();
}
