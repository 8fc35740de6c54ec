// The network of the end-to-end tests: a master behind port 0 and a slave behind port 2 of a 4-port
// switch, which knows where both are; every egress port has a residence of its own.
#pragma once

#include "addon/test/encapsulations.h"
#include "addon/test/forwarder_harness.h"

namespace ptpswitch::test {

inline const Host kMaster{1};
inline const Host kSlave{2};
inline constexpr uint32_t kMasterPort = 0;
inline constexpr uint32_t kSlavePort = 2;

// ns, different at every port.
constexpr int64_t residence(uint32_t port) { return 10'000 + 1'111 * static_cast<int64_t>(port); }

class Network {
 public:
  explicit Network(const Encapsulation& encapsulation,
                   const Limits& limits = ForwarderHarness::small_limits(),
                   Numbering numbering = Numbering::kChosenBySender)
      : harness(4, limits, numbering), encapsulation_(encapsulation) {
    harness.receive(kMasterPort, from_master(MessageType::kSignaling).build());
    harness.receive(kSlavePort, from_slave(MessageType::kSignaling).build());
    harness.clear_sent();
  }

  PacketBuilder from_master(MessageType type) const {
    return encapsulation_.message(type, kMaster, kSlave);
  }
  PacketBuilder from_slave(MessageType type) const {
    return encapsulation_.message(type, kSlave, kMaster);
  }

  // Where a message that came in by `ingress` for the host behind `destination` leaves.
  std::vector<uint32_t> egress_ports(uint32_t ingress, uint32_t destination) const {
    if (encapsulation_.unicast) return {destination};
    std::vector<uint32_t> ports;
    for (uint32_t port = 0; port < harness.ports(); ++port) {
      if (port != ingress) ports.push_back(port);
    }
    return ports;
  }
  std::vector<uint32_t> from_master_ports() const { return egress_ports(kMasterPort, kSlavePort); }
  std::vector<uint32_t> from_slave_ports() const { return egress_ports(kSlavePort, kMasterPort); }

  // Delivers each time stamp that waits, after residence(port).
  void stamp_all(int64_t received_at = kT0) {
    for (uint32_t port = 0; port < harness.ports(); ++port) {
      while (harness.stamps_waiting(port) != 0) harness.stamp(port, received_at + residence(port));
    }
  }

  // Sends a Sync and its Follow_Up from the master, whose time stamps are left to the test.
  void send_pair(uint16_t sequence, std::optional<int64_t> received_at = kT0) {
    harness.receive(kMasterPort, from_master(MessageType::kSync).sequence(sequence).build(),
                    received_at);
    harness.clear_sent();
    harness.receive(kMasterPort, from_master(MessageType::kFollowUp).sequence(sequence).build());
  }
  Bytes corrected_follow_up(uint16_t sequence, int64_t scaled_ns) const {
    return from_master(MessageType::kFollowUp).sequence(sequence).correction(scaled_ns).build();
  }

  // Since the last look exactly `frame` left by each of `ports`, and nothing by any other.
  void check_sent(const std::vector<uint32_t>& ports, const Bytes& frame) {
    check_sent(ports, [&](uint32_t) { return frame; });
  }
  template <typename FrameOf>
  void check_sent(const std::vector<uint32_t>& ports, FrameOf frame_of)
    requires std::is_invocable_v<FrameOf, uint32_t>
  {
    for (uint32_t port = 0; port < harness.ports(); ++port) {
      CAPTURE(port);
      const bool expected = std::find(ports.begin(), ports.end(), port) != ports.end();
      CHECK(harness.sent(port) == (expected ? Frames{frame_of(port)} : Frames{}));
    }
  }
  void check_nothing_sent() { check_sent({}, Bytes{}); }

  ForwarderHarness harness;

 private:
  Encapsulation encapsulation_;
};

inline Encapsulation plain(Transport transport = Transport::kL2, bool unicast = false) {
  return {"", unicast, [transport](PacketBuilder& builder) { builder.over(transport); }};
}

}  // namespace ptpswitch::test
