// The one way from here into the network drivers, so that tests can answer in their place.
#pragma once

namespace ptpswitch::io {

class DriverCalls {
 public:
  virtual ~DriverCalls() = default;
  // As ioctl(2): 0, or -1 and errno.
  virtual int ioctl(int fd, unsigned long request, void* argument) = 0;
};

// The kernel's.
DriverCalls& driver_calls();

}  // namespace ptpswitch::io
