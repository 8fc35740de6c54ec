// Follows the interfaces of this network namespace through rtnetlink: that one came, went, or
// changed its link.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "addon/io/error.h"
#include "addon/io/file_descriptor.h"
#include "addon/io/network.h"

namespace ptpswitch::io {

class LinkMonitor final : public InterfaceEvents {
 public:
  static std::variant<std::unique_ptr<InterfaceEvents>, Error> open();

  int fd() const override { return fd_.get(); }
  void read(const std::function<void(int index, const std::string& name)>& changed) override;

 private:
  explicit LinkMonitor(FileDescriptor fd) : fd_(std::move(fd)) {}

  FileDescriptor fd_;
};

}  // namespace ptpswitch::io
