// Follows the interfaces of this network namespace through rtnetlink: that one came, went, or
// changed its link.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"

namespace ptpswitch::io {

class LinkMonitor {
 public:
  static std::variant<LinkMonitor, Error> open();

  int fd() const { return fd_.get(); }

  // Reads what has arrived and calls `changed` for each interface that something happened to, with
  // its index and the name that it has now; with an empty name when messages were lost and every
  // interface must be looked at. After a rename the index alone is the one that was known.
  void read(const std::function<void(int index, const std::string& name)>& changed);

 private:
  explicit LinkMonitor(FileDescriptor fd) : fd_(std::move(fd)) {}

  FileDescriptor fd_;
};

}  // namespace ptpswitch::io
