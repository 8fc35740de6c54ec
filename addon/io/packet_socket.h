// What the receiving and the sending packet socket of a port have in common.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

enum class TimestampingMode : uint8_t { kSoftware, kHardware };

// A packet socket that receives nothing yet; needs CAP_NET_RAW.
std::variant<FileDescriptor, Error> open_packet_socket(const std::string& interface);

// Binds to the interface; `protocol` as in packet(7), 0 receives nothing. False: see errno.
bool bind_packet_socket(int fd, int interface_index, uint16_t protocol);

// False: see errno.
template <typename Value>
bool set_option(int fd, int level, int option, const Value& value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// Sets a socket buffer to `bytes`, beyond the system's limit where that is allowed, else up to it.
void raise_buffer(int fd, int force_option, int option, int bytes);

// Clears and returns a pending error (ENETDOWN after the link went down), 0 without one. Until then
// epoll reports it.
int take_socket_error(int fd);

// The error for a socket option or call that failed with errno.
Error socket_error(const std::string& interface, const std::string& what);

}  // namespace ptpswitch::io
