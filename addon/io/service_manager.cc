#include "addon/io/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

std::optional<Error> notify_service_manager(const std::string& address,
                                            const std::string& message) {
  const std::string doing = "telling the service manager at " + address;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const bool abstract = address.starts_with('@');
  if (!abstract && !address.starts_with('/')) {
    return Error{kErrSystem, doing + ": neither a path nor an abstract name"};
  }
  // A path ends in a zero octet, which an abstract name begins with.
  if (address.size() < 2 || address.size() >= sizeof name.sun_path) {
    return Error{kErrSystem, doing + ": no length for a socket's name"};
  }
  std::memcpy(name.sun_path, address.data(), address.size());
  if (abstract) name.sun_path[0] = '\0';

  const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return Error{kErrSystem, describe_errno(doing, errno)};
  const auto length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() + (abstract ? 0 : 1));
  const ssize_t sent = ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&name), length);
  if (sent < 0) return Error{kErrSystem, describe_errno(doing, errno)};
  return std::nullopt;
}

}  // namespace ptpswitch::io
