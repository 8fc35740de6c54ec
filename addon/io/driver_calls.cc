#include "addon/io/driver_calls.h"

#include <sys/ioctl.h>
#include <sys/timex.h>

#include "addon/io/timestamping_netlink.h"

namespace ptpswitch::io {
namespace {

class KernelCalls final : public DriverCalls {
 public:
  int ioctl(int fd, unsigned long request, void* argument) override {
    return ::ioctl(fd, request, argument);
  }
  int set_timestamping_by_netlink(const std::string& interface, int transmit_type,
                                  int receive_filter) override {
    return io::set_timestamping_by_netlink(interface, transmit_type, receive_filter);
  }
  int adjust_clock(clockid_t clock, timex* request) override {
    return ::clock_adjtime(clock, request);
  }
};

}  // namespace

DriverCalls& driver_calls() {
  static KernelCalls calls;  // it has no state, so all may share it
  return calls;
}

}  // namespace ptpswitch::io
