// Requests to the kernel about one interface by its name, all through one socket.
#pragma once

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "addon/io/driver_calls.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

class InterfaceRequests {
 public:
  InterfaceRequests(std::string name, DriverCalls& calls) : name_(std::move(name)), calls_(calls) {}

  bool ioctl(unsigned long what, ifreq& request) {
    request = for_interface();
    return calls_.ioctl(fd_.get(), what, &request) == 0;
  }
  // `answer` begins with a field for the number of its command. The kernel answers some commands
  // with a number that is not negative.
  template <typename Answer>
  bool ethtool(uint32_t command, Answer& answer) {
    answer.cmd = command;
    return ioctl_with_data(SIOCETHTOOL, answer);
  }
  template <typename Answer>
  bool ioctl_with_data(unsigned long what, Answer& answer) {
    ifreq request = for_interface();
    request.ifr_data = reinterpret_cast<char*>(&answer);
    return calls_.ioctl(fd_.get(), what, &request) >= 0;
  }

 private:
  ifreq for_interface() const {
    ifreq request{};
    std::strncpy(request.ifr_name, name_.c_str(), IFNAMSIZ - 1);
    return request;
  }

  std::string name_;
  DriverCalls& calls_;
  FileDescriptor fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

}  // namespace ptpswitch::io
