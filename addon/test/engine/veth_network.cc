#include "addon/test/engine/veth_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "addon/test/engine/eventually.h"

namespace ptpswitch::test {
namespace {

constexpr uint16_t kAnyProtocol = 0x0003;  // ETH_P_ALL

// The first cable moves this program into a namespace of its own.
void have_own_namespace() {
  static const bool own = ::unshare(CLONE_NEWNET) == 0;
  REQUIRE_MESSAGE(own, "no network namespace of its own: run as root");
}

std::string engine_end(uint32_t cable) { return "p" + std::to_string(cable); }
std::string test_end(uint32_t cable) { return "t" + std::to_string(cable); }

}  // namespace

void run(const std::string& command) {
  const int status = std::system(command.c_str());
  REQUIRE_MESSAGE(status == 0, command);
}

CableEnd::CableEnd(const std::string& interface)
    : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
  constexpr int kOn = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &kOn, sizeof kOn);
  ::setsockopt(socket_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &kOn, sizeof kOn);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(kAnyProtocol);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

void CableEnd::send(const Bytes& frame) {
  [[maybe_unused]] const ssize_t sent = ::send(socket_.get(), frame.data(), frame.size(), 0);
}

std::optional<CableEnd::Received> CableEnd::receive(int timeout_ms) {
  pollfd source{socket_.get(), POLLIN, 0};
  for (;;) {
    if (::poll(&source, 1, timeout_ms) <= 0) return std::nullopt;
    uint8_t data[2048];
    alignas(cmsghdr) uint8_t control[256];
    iovec vector{data, sizeof data};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (length < 0) continue;  // ENETDOWN is told once
    const bool is_ptp = length > 14 && data[12] == 0x88 && data[13] == 0xF7;
    if (!is_ptp) continue;  // IPv6 of the kernel's own
    Received received{{data, data + length}, 0};
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_type != SCM_TIMESTAMPNS) continue;
      timespec stamp;
      std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
      received.timestamp_ns = stamp.tv_sec * 1'000'000'000LL + stamp.tv_nsec;
    }
    return received;
  }
}

VethNetwork::VethNetwork(uint32_t cables) : cables_(cables) {
  have_own_namespace();
  for (uint32_t cable = 0; cable < cables; ++cable) add(cable);
}

VethNetwork::~VethNetwork() {
  for (uint32_t cable = 0; cable < cables_; ++cable) {
    const std::string command = "ip link del " + test_end(cable) + " 2>/dev/null";
    [[maybe_unused]] const int status = std::system(command.c_str());  // a test may have removed it
  }
}

void VethNetwork::add(uint32_t cable) {
  run("ip link add " + engine_end(cable) + " type veth peer name " + test_end(cable));
  for (const std::string& end : {engine_end(cable), test_end(cable)}) {
    run("ip link set " + end + " up");
  }
}

void VethNetwork::remove(uint32_t cable) { run("ip link del " + test_end(cable)); }

OtherNamespace::OtherNamespace() : own_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  // A program of its own, because a copy of this one would keep the engine's sockets open.
  char* const arguments[] = {const_cast<char*>("unshare"), const_cast<char*>("--net"),
                             const_cast<char*>("sleep"), const_cast<char*>("600"), nullptr};
  REQUIRE(::posix_spawnp(&child_, arguments[0], nullptr, nullptr, arguments, environ) == 0);
  const std::string path = "/proc/" + std::to_string(child_) + "/ns/net";
  REQUIRE(eventually([&] {
    other_ = io::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat own{}, other{};
    return ::fstat(own_.get(), &own) == 0 && ::fstat(other_.get(), &other) == 0 &&
           own.st_ino != other.st_ino;
  }));
}

OtherNamespace::~OtherNamespace() {
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void OtherNamespace::take(const std::string& interface) {
  run("ip link set " + interface + " netns " + std::to_string(child_));
}

void OtherNamespace::give_back(const std::string& interface) {
  REQUIRE(::setns(other_.get(), CLONE_NEWNET) == 0);
  // By the file, because for the moment this process is elsewhere itself.
  const std::string own = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(own_.get());
  const std::string command = "ip link set " + interface + " netns " + own;
  const int status = std::system(command.c_str());
  REQUIRE(::setns(own_.get(), CLONE_NEWNET) == 0);
  REQUIRE(status == 0);
  run("ip link set " + interface + " up");
}

}  // namespace ptpswitch::test
