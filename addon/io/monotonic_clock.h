// The clock by which ages and deadlines are measured.
#pragma once

#include <time.h>

#include <cstdint>

namespace ptpswitch::io {

inline int64_t monotonic_ns() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace ptpswitch::io
