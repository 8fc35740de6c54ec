#include "addon/io/error.h"

#include <cstring>

namespace ptpswitch::io {

std::string describe_errno(const std::string& doing, int error) {
  return doing + ": " + std::strerror(error) + " (errno " + std::to_string(error) + ")";
}

}  // namespace ptpswitch::io
