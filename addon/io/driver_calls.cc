#include "addon/io/driver_calls.h"

#include <sys/ioctl.h>

namespace ptpswitch::io {
namespace {

class KernelCalls final : public DriverCalls {
 public:
  int ioctl(int fd, unsigned long request, void* argument) override {
    return ::ioctl(fd, request, argument);
  }
};

}  // namespace

DriverCalls& driver_calls() {
  static KernelCalls calls;  // without state
  return calls;
}

}  // namespace ptpswitch::io
