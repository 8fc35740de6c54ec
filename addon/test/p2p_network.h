// What the peer-to-peer tests share: policies with and without measured links, and what becomes of
// a Sync and its Follow_Up.
#pragma once

#include "addon/test/e2e_network.h"

namespace ptpswitch::test {

using dataplane::Action;
using dataplane::Policy;
using dataplane::PolicyRule;

inline constexpr uint32_t kPorts = 4;
inline constexpr Transport kTransports[] = {Transport::kL2, Transport::kUdp4, Transport::kUdp6};

// Different at every port and transport, and no whole number of ns.
inline constexpr int64_t link_delay(uint32_t port, Transport transport) {
  return scaled(2'000 + 137 * static_cast<int64_t>(port) + 31 * static_cast<int64_t>(transport)) +
         0x8001;
}

inline std::optional<int64_t>& delay_of(Policy& policy, uint32_t port, Transport transport) {
  return policy.link_delay[port][static_cast<size_t>(transport)];
}

// Peer-to-peer everywhere, no link measured.
inline Policy unmeasured() {
  PolicyRule rule{};
  rule.action.fill(Action::kPeerToPeerTransparent);
  Policy policy;
  policy.rules = {rule};
  return policy;
}

inline Policy measured() {
  Policy policy = unmeasured();
  for (uint32_t port = 0; port < kPorts; ++port) {
    for (const Transport transport : kTransports) {
      delay_of(policy, port, transport) = link_delay(port, transport);
    }
  }
  return policy;
}

inline Policy measured_but(uint32_t port, Transport transport) {
  Policy policy = measured();
  delay_of(policy, port, transport).reset();
  return policy;
}

inline Policy measured_only(uint32_t port, Transport transport) {
  Policy policy = unmeasured();
  delay_of(policy, port, transport) = link_delay(port, transport);
  return policy;
}

inline Transport transport_of(const Encapsulation& encapsulation) {
  if (encapsulation.name.starts_with("UDPv4")) return Transport::kUdp4;
  if (encapsulation.name.starts_with("UDPv6")) return Transport::kUdp6;
  return Transport::kL2;
}

// The Follow_Up that a two-step clock writes for a one-step Sync: no TLVs, nothing trailing.
inline PacketBuilder generated_follow_up(const Network& network) {
  return network.from_master(MessageType::kFollowUp)
      .two_step(false)
      .without_tlvs()
      .trailing({})
      .padding({})
      .pad_to(60)
      .type_specific(0);
}

// A Sync and its Follow_Up, two-step or one-step, through `network`: each leaves by every port it
// should, the Follow_Up with `added` beyond the residence there.
inline void check_sync_flows(Network& network, bool two_step, int64_t added) {
  auto& harness = network.harness;
  const int64_t upstream = two_step ? 3 - scaled(70) : 0;
  const auto sync = network.from_master(MessageType::kSync).correction(scaled(5));
  const auto follow_up = two_step ? network.from_master(MessageType::kFollowUp).correction(upstream)
                                  : generated_follow_up(network);
  harness.receive(kMasterPort, sync.copy().two_step(two_step).build(), kT0);
  network.check_sent(network.from_master_ports(), sync.copy().two_step(true).build());
  network.stamp_all();
  if (two_step) {
    network.check_nothing_sent();
    harness.receive(kMasterPort, follow_up.build());
  }
  network.check_sent(network.from_master_ports(), [&](uint32_t port) {
    return follow_up.copy().correction(upstream + scaled(residence(port)) + added).build();
  });
}

// Nothing left, nothing waits to leave, nothing went up.
inline void check_stopped(Network& network) {
  network.check_nothing_sent();
  for (uint32_t port = 0; port < kPorts; ++port) CHECK(network.harness.stamps_waiting(port) == 0);
  CHECK(network.harness.punted.empty());
}

}  // namespace ptpswitch::test
