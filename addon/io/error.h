// What went wrong between us and the kernel, ready for the user: a stable code and one sentence
// with the remedy.
#pragma once

#include <string>

namespace ptpswitch::io {

struct Error {
  const char* code;  // "ERR_PERMISSION", "ERR_NO_INTERFACE", ...: see docs/error-codes.md
  std::string message;
};

inline constexpr const char* kErrPermission = "ERR_PERMISSION";
inline constexpr const char* kErrNoInterface = "ERR_NO_INTERFACE";
inline constexpr const char* kErrNotEthernet = "ERR_NOT_ETHERNET";
inline constexpr const char* kErrTimestamping = "ERR_TIMESTAMPING";
inline constexpr const char* kErrPortTaken = "ERR_PORT_TAKEN";
inline constexpr const char* kErrOutOfRange = "ERR_OUT_OF_RANGE";
inline constexpr const char* kErrSystem = "ERR_SYSTEM";

// "doing: strerror (errno number)".
std::string describe_errno(const std::string& doing, int error);

}  // namespace ptpswitch::io
