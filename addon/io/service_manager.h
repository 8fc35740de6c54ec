// Tells the service manager that started this process how it is (sd_notify(3)): a datagram to its
// socket, which Node's own sockets cannot send.
#pragma once

#include <optional>
#include <string>

#include "addon/io/error.h"

namespace ptpswitch::io {

// `address` as in NOTIFY_SOCKET: an absolute path, or @ and a name of the abstract namespace.
// `message` is lines of NAME=VALUE. Never waits.
std::optional<Error> notify_service_manager(const std::string& address, const std::string& message);

}  // namespace ptpswitch::io
