// An eventfd as a lamp: whoever polls it sees whether it is raised.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "addon/io/file_descriptor.h"

namespace ptpswitch::test {

inline io::FileDescriptor event_fd() { return io::FileDescriptor(::eventfd(0, EFD_NONBLOCK)); }

inline void raise(int fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

inline void lower(int fd) {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = ::read(fd, &count, sizeof count);
}

}  // namespace ptpswitch::test
