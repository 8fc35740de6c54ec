#include "addon/io/timestamping_choice.h"

#include <algorithm>

namespace ptpswitch::io {

TimestampingRequest settle(TimestampingRequest request, const std::vector<InterfaceProbe>& ports) {
  if (request != TimestampingRequest::kAuto) return request;
  const auto hardware = std::count_if(ports.begin(), ports.end(), [](const InterfaceProbe& port) {
    return port.hardware_obstacle().empty();
  });
  const bool alone = hardware == 1 && ports.size() > 1;
  return alone ? TimestampingRequest::kSoftware : TimestampingRequest::kMixed;
}

}  // namespace ptpswitch::io
