#include "addon/io/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>

#include <cerrno>

namespace ptpswitch::io {

std::variant<FileDescriptor, Error> open_packet_socket(const std::string& interface) {
  FileDescriptor fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.valid()) return fd;
  if (errno == EPERM) {
    return Error{kErrPermission, interface +
                                     ": no permission to open a packet socket: run as root or "
                                     "give the program CAP_NET_RAW and CAP_NET_ADMIN"};
  }
  return socket_error(interface, "socket");
}

bool bind_packet_socket(int fd, int interface_index, uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = interface_index;
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void raise_buffer(int fd, int force_option, int option, int bytes) {
  if (!set_option(fd, SOL_SOCKET, force_option, bytes)) {
    set_option(fd, SOL_SOCKET, option, bytes);
  }
}

int take_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

Error socket_error(const std::string& interface, const std::string& what) {
  return {kErrSystem,
          interface + ": " + describe_errno("setting up a packet socket, " + what, errno)};
}

}  // namespace ptpswitch::io
