// Puts frames on an interface and tells what arrives there, as lines of hexadecimal digits: one
// frame a line, from standard input and to standard output. The first line of output is "ready".
// Frames leave and arrive whole, VLAN tags in place. Ends when standard input does.
//
// usage: frame-port INTERFACE

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr size_t kMaxFrameSize = 16384;  // jumbo frames included
constexpr size_t kTagOffset = 12;  // after both MAC addresses
constexpr size_t kTagSize = 4;

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

int OpenPort(const char* interface_name) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0) Fail("packet socket");
  const int on = 1;
  // The kernel takes the outermost tag off; with this it tells what the tag was.
  if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) < 0) Fail("PACKET_AUXDATA");
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) {
    Fail("PACKET_IGNORE_OUTGOING");
  }
  sockaddr_ll address = {};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface_name));
  if (address.sll_ifindex == 0) Fail(interface_name);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) Fail("bind");
  return fd;
}

void Print(const std::vector<uint8_t>& frame) {
  std::string line;
  for (const uint8_t octet : frame) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", octet);
    line += digits;
  }
  puts(line.c_str());
  fflush(stdout);
}

void Receive(int fd) {
  uint8_t buffer[kMaxFrameSize];
  alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(tpacket_auxdata))];
  iovec vector = {.iov_base = buffer, .iov_len = sizeof buffer};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(fd, &message, 0);
  if (size < 0) return;  // the link went down: the next frame comes when it is up again
  std::vector<uint8_t> frame(buffer, buffer + size);
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != SOL_PACKET || item->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata auxiliary;
    memcpy(&auxiliary, CMSG_DATA(item), sizeof auxiliary);
    if ((auxiliary.tp_status & TP_STATUS_VLAN_VALID) == 0) continue;
    const uint16_t tag[2] = {htons(auxiliary.tp_vlan_tpid), htons(auxiliary.tp_vlan_tci)};
    const auto* octets = reinterpret_cast<const uint8_t*>(tag);
    frame.insert(frame.begin() + kTagOffset, octets, octets + kTagSize);
  }
  Print(frame);
}

void Send(int fd, const std::string& digits) {
  std::vector<uint8_t> frame;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    frame.push_back(static_cast<uint8_t>(strtoul(digits.substr(i, 2).c_str(), nullptr, 16)));
  }
  // On a link that is down, a frame is lost as on any other.
  if (send(fd, frame.data(), frame.size(), 0) < 0) perror("send");
}

// Sends every whole line; keeps the rest. False at the end of the input.
bool SendLines(int fd, std::string* pending) {
  char buffer[4096];
  const ssize_t size = read(STDIN_FILENO, buffer, sizeof buffer);
  if (size <= 0) return false;
  pending->append(buffer, static_cast<size_t>(size));
  for (size_t end; (end = pending->find('\n')) != std::string::npos;) {
    Send(fd, pending->substr(0, end));
    pending->erase(0, end + 1);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fputs("usage: frame-port INTERFACE\n", stderr);
    return 2;
  }
  const int fd = OpenPort(argv[1]);
  puts("ready");
  fflush(stdout);
  std::string pending;
  pollfd events[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
  for (;;) {
    if (poll(events, 2, -1) < 0) Fail("poll");
    if (events[1].revents != 0) Receive(fd);
    if (events[0].revents != 0 && !SendLines(fd, &pending)) return 0;
  }
}
