// Keeps the way through veth warm on every processor that the process may run on: a thread on each
// sends frames with transmit and receive time stamps over a cable of its own, takes both, and never
// lets its processor halt, but gives way to whatever else wants to run. The first line of output
// is "ready". Ends when standard input does.
//
// usage: warm-path NEAR FAR [NEAR FAR]...     as many cables as processors, at least

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
#include <thread>
#include <vector>

namespace {

// Often enough for the caches to keep what a frame needs, seldom enough to leave half the time.
constexpr int64_t kIntervalNs = 20'000;
constexpr uint16_t kEtherType = 0x88B5;  // for local experiments
constexpr size_t kFrameSize = 86;        // of a Sync over UDP/IPv4, and of many others nearly

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

int OpenPort(const char* interface_name) {
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
  address.sll_protocol = htons(kEtherType);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface_name));
  if (address.sll_ifindex == 0) Fail(interface_name);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) Fail("bind");
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

void KeepWarm(int cpu, int near, int far) {
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
    while (Now() < next) {
    }
  }
}

// Where the scheduler groups threads by session, the group has the group's weight, whatever its
// threads are: in the session of tests that take precedence over all else, these would take it over
// the kernel's own threads, which the tests wait for. So they are a session of their own, the
// least. (Control groups of processors are beyond that: a machine that has them shares itself out
// by them.)
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
  if (argc < 1 + 2 * CPU_COUNT(&processors)) {
    fputs("usage: warm-path NEAR FAR [NEAR FAR]...\n", stderr);
    return 2;
  }
  LeaveSession();
  std::vector<std::thread> threads;
  for (int cpu = 0, cable = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &processors)) continue;
    char** ends = argv + 1 + 2 * cable++;
    threads.emplace_back(KeepWarm, cpu, OpenPort(ends[0]), OpenPort(ends[1]));
  }
  puts("ready");
  fflush(stdout);
  char ignored[256];
  while (read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
  }
  ended = true;
  for (std::thread& thread : threads) thread.join();
}
