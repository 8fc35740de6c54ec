// Real interfaces for the engine: cables (veth pairs) in a network namespace of this program alone,
// which vanishes with it. The engine has one end of each, the test the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addon/io/file_descriptor.h"
#include "addon/test/packet_builder.h"

namespace ptpswitch::test {

// Runs a command of iproute2 and fails the test when it fails.
void run(const std::string& command);

// The test's end of a cable.
class CableEnd {
 public:
  explicit CableEnd(const std::string& interface);

  // It is lost while the link is down.
  void send(const Bytes& frame);
  struct Received {
    Bytes frame;
    int64_t timestamp_ns;  // CLOCK_REALTIME, by the kernel
  };
  // Waits for the next frame; none when nothing comes.
  std::optional<Received> receive(int timeout_ms = 10'000);

 private:
  io::FileDescriptor socket_;
};

class VethNetwork {
 public:
  // Cables 0 to `cables` - 1: the engine's end is p0, the test's t0, and so on.
  explicit VethNetwork(uint32_t cables);
  ~VethNetwork();
  VethNetwork(const VethNetwork&) = delete;
  VethNetwork& operator=(const VethNetwork&) = delete;

  void add(uint32_t cable);
  void remove(uint32_t cable);

 private:
  uint32_t cables_;
};

// Another network namespace, to move an interface into.
class OtherNamespace {
 public:
  OtherNamespace();
  ~OtherNamespace();
  OtherNamespace(const OtherNamespace&) = delete;
  OtherNamespace& operator=(const OtherNamespace&) = delete;

  void take(const std::string& interface);
  void give_back(const std::string& interface);

 private:
  pid_t child_;
  io::FileDescriptor own_;    // the namespace of the test
  io::FileDescriptor other_;  // and the other one
};

}  // namespace ptpswitch::test
