// The one way from here into the network drivers and their clocks, so that tests can answer in
// their place.
#pragma once

#include <time.h>

#include <string>

struct timex;

namespace ptpswitch::io {

class DriverCalls {
 public:
  virtual ~DriverCalls() = default;
  // As ioctl(2): 0, or -1 and errno.
  virtual int ioctl(int fd, unsigned long request, void* argument) = 0;
  // As set_timestamping_by_netlink: 0 or an errno.
  virtual int set_timestamping_by_netlink(const std::string& interface, int transmit_type,
                                          int receive_filter) = 0;
  // As clock_adjtime(2): not negative, or -1 and errno.
  virtual int adjust_clock(clockid_t clock, timex* request) = 0;
};

// The kernel's.
DriverCalls& driver_calls();

}  // namespace ptpswitch::io
