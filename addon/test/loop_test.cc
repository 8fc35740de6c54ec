// The loop guard: true loops are found, whatever the switch changes in what goes round, and the
// right port is isolated.
#include <deque>

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::BridgePolicy;
using ptpswitch::dataplane::kLoopIsolation;
using ptpswitch::dataplane::kMillisecond;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::kVlanIds;
using ptpswitch::dataplane::Notice;
using ptpswitch::dataplane::NoticeKind;
using ptpswitch::dataplane::Policy;

namespace {

const Host kStation{1};
constexpr uint32_t kStationPort = 0;
constexpr uint32_t kListenerPort = 3;
// More than any test leads to where messages do not go round for ever.
constexpr uint32_t kStorm = 200;

Policy guarded(const BridgePolicy& bridge = {}) {
  Policy policy;
  policy.rules = {ForwarderHarness::transparent_everywhere()};
  policy.loop_guard = true;
  policy.bridge = bridge;
  return policy;
}

// A switch of four ports, of which 1 and 2 are connected with each other.
class Looped {
 public:
  explicit Looped(const BridgePolicy& bridge = {}, const Limits& limits = Limits{})
      : harness(4, limits) {
    harness.forwarder.program(guarded(bridge));
    harness.on_send = [this](uint32_t port, const Bytes& frame) {
      if (port == 1 || port == 2) on_the_way_.push_back({port == 1 ? 2u : 1u, frame});
    };
  }

  // A station sends a message, and everything that it leads to happens.
  void send(uint32_t port, const Bytes& frame) {
    on_the_way_.push_back({port, frame});
    uint32_t received = 0;
    while (!on_the_way_.empty()) {
      REQUIRE(++received < kStorm);
      const auto [ingress, next] = on_the_way_.front();
      on_the_way_.pop_front();
      harness.receive(ingress, next);
      harness.stamp_all(kT0 + 1'000);
    }
  }

  std::vector<uint32_t> isolated() const {
    std::vector<uint32_t> ports;
    for (const Notice& notice : harness.notices) {
      if (notice.kind == NoticeKind::kLoop) ports.push_back(notice.port);
    }
    return ports;
  }

  ForwarderHarness harness;

 private:
  struct Frame {
    uint32_t port;
    Bytes frame;
  };
  std::deque<Frame> on_the_way_;
};

using Vary = std::function<void(PacketBuilder&)>;

PacketBuilder message(MessageType type, uint16_t sequence, const Vary& vary) {
  PacketBuilder builder(type);
  builder.from(kStation).source(kStation.identity()).sequence(sequence);
  vary(builder);
  return builder;
}

// A station sends a Sync and what belongs to it once a second, for three seconds. One of the ports
// that are connected is isolated, and the listener hears each message once.
void check_loop_is_found(const Vary& vary, bool two_step, const BridgePolicy& bridge = {}) {
  Looped network(bridge);
  for (uint16_t second = 0; second < 3; ++second) {
    network.send(kStationPort,
                 message(MessageType::kSync, second, vary).two_step(two_step).build());
    if (two_step) {
      network.send(kStationPort, message(MessageType::kFollowUp, second, vary).build());
    }
    network.harness.advance(kSecond);
    CHECK(network.harness.sent(kListenerPort).size() == 2);
  }
  const auto isolated = network.isolated();
  REQUIRE(isolated.size() == 1);
  CHECK((isolated[0] == 1 || isolated[0] == 2));
  CHECK(network.harness.total(Counter::kLoopsFound) == 1);
  CHECK(network.harness.count(isolated[0], Counter::kLoopsFound) == 1);
}

}  // namespace

TEST_CASE("a cable between two ports: found with one Sync a second, however it is carried") {
  const std::pair<const char*, Vary> forms[] = {
      {"L2", [](PacketBuilder&) {}},
      {"UDPv4", [](PacketBuilder& b) { b.over(Transport::kUdp4); }},
      {"UDPv6", [](PacketBuilder& b) { b.over(Transport::kUdp6); }},
      {"VLAN", [](PacketBuilder& b) { b.tag(17); }},
      {"two tags", [](PacketBuilder& b) { b.tag(18, 3, 0x88A8).tag(17); }},
      {"bytes after the message",
       [](PacketBuilder& b) {
         b.trailing({1, 2, 3}).pad_to(90);
       }},
      {"sdoId 0x100 with TLV", [](PacketBuilder& b) { b.sdo_id(0x100).tlv(3, Bytes(28)); }},
  };
  for (const auto& [name, vary] : forms) {
    for (const bool two_step : {true, false}) {
      CAPTURE(name);
      CAPTURE(two_step);
      check_loop_is_found(vary, two_step);
    }
  }
}

TEST_CASE(
    "a cable between two ports: found where a bridge tags what comes in and untags what leaves") {
  BridgePolicy bridge;
  bridge.vlans.resize(kVlanIds);
  bridge.vlans[10] = {0b1111, 0b0110};
  bridge.pvid = {10, 10, 10, 10};
  for (const bool two_step : {true, false}) {
    for (const bool tagged : {true, false}) {
      const auto vary = [&](PacketBuilder& b) {
        if (tagged) b.tag(10);
      };
      check_loop_is_found(vary, two_step, bridge);
    }
  }
}

TEST_CASE("what lies behind the message is not part of it: padding and checksum may be others") {
  ForwarderHarness harness;
  harness.forwarder.program(guarded());
  const auto announce = PacketBuilder(MessageType::kAnnounce).over(Transport::kUdp4);
  harness.receive(0, announce.copy().build());
  harness.receive(1, announce.copy().padding({1, 2, 3}).build());
  harness.receive(2, announce.copy().udp_checksum(UdpChecksum::kZero).build());
  CHECK(harness.count(1, Counter::kDropRepeated) == 1);
  CHECK(harness.count(2, Counter::kDropRepeated) == 1);
}

TEST_CASE("the content of a message is part of it") {
  const Vary others[] = {
      [](PacketBuilder& b) { b.timestamp(5, 6); }, [](PacketBuilder& b) { b.tlv(0x2004, {1, 2}); },
      [](PacketBuilder& b) { b.flags(0x0108); },   [](PacketBuilder& b) { b.tag(9); },
      [](PacketBuilder& b) { b.domain(9); },       [](PacketBuilder& b) { b.log_interval(3); },
  };
  for (const Vary& other : others) {
    ForwarderHarness harness;
    harness.forwarder.program(guarded());
    PacketBuilder sync(MessageType::kSync);
    harness.receive(0, sync.build());
    other(sync);
    harness.receive(1, sync.build());
    CHECK(harness.total(Counter::kDropRepeated) == 0);
  }
}

TEST_CASE("a segment behind two ports: one is isolated, and what is on the segment stays heard") {
  Looped network;
  const Host behind{5};
  uint32_t heard = 0;
  for (uint16_t i = 0; i < 30; ++i) {
    if (i == 2) heard = 0;
    // It floods what the station says to both of its uplinks, one of them first.
    const Bytes sync = PacketBuilder(MessageType::kSync)
                           .two_step(true)
                           .from(behind)
                           .source(behind.identity())
                           .sequence(i)
                           .build();
    network.send(i % 3 == 0 ? 2 : 1, sync);
    network.send(i % 3 == 0 ? 1 : 2, sync);
    heard += static_cast<uint32_t>(network.harness.sent(kListenerPort).size());
    network.harness.advance(100 * kMillisecond);
  }
  CHECK(network.isolated() == std::vector<uint32_t>{1});
  CHECK(heard == 28);
}

TEST_CASE("a message that comes round to the port that it came in by does not go on for ever") {
  Looped network;
  // It leaves by port 2, and the segment brings it back to port 1, again and again.
  const Bytes announce = PacketBuilder(MessageType::kAnnounce).from(kStation).build();
  network.send(1, announce);
  CHECK(network.harness.sent(kListenerPort).size() == ptpswitch::dataplane::kLoopPasses);
  CHECK(network.harness.total(Counter::kDropRepeatedAtSamePort) == 1);
  // Who sends the same for ever is heard.
  for (int i = 0; i < 20; ++i) {
    network.harness.advance(125 * kMillisecond);
    network.harness.receive(kStationPort,
                            PacketBuilder(MessageType::kAnnounce).sequence(9).build());
    CHECK(network.harness.sent(kListenerPort).size() == 1);
  }
}

TEST_CASE("both ports are told, and again when the port is tried again, also without traffic") {
  ForwarderHarness harness;
  harness.forwarder.program(guarded());
  for (uint16_t i = 0; i < 2; ++i) {
    const Bytes announce = PacketBuilder(MessageType::kAnnounce).sequence(i).build();
    harness.receive(0, announce);
    harness.receive(2, announce);
  }
  REQUIRE(harness.notices.size() == 1);
  CHECK(harness.notices[0].kind == NoticeKind::kLoop);
  CHECK(harness.notices[0].port == 2);
  CHECK(harness.notices[0].other_port == 0);
  REQUIRE(harness.forwarder.next_deadline() == harness.now + kLoopIsolation);
  harness.advance(kLoopIsolation - 1);
  CHECK(harness.notices.size() == 1);
  harness.advance(1);
  REQUIRE(harness.notices.size() == 2);
  CHECK(harness.notices[1].kind == NoticeKind::kIsolationOver);
  CHECK(harness.notices[1].port == 2);
  CHECK_FALSE(harness.forwarder.next_deadline());
}

TEST_CASE("a flood at one port hides no loop elsewhere") {
  Looped network;
  network.harness.keep_sent = false;
  uint32_t identity = 0;
  const auto flood = [&](uint32_t messages) {
    for (uint32_t i = 0; i < messages; ++i) {
      ++identity;
      network.harness.receive(
          kListenerPort,
          PacketBuilder(MessageType::kAnnounce)
              .source_mac({2, 9, 0, static_cast<uint8_t>(identity >> 16),
                           static_cast<uint8_t>(identity >> 8), static_cast<uint8_t>(identity)})
              .source({identity, 1})
              .build());
    }
  };
  network.harness.on_send = nullptr;
  const auto announce = [](uint16_t sequence) {
    return PacketBuilder(MessageType::kAnnounce).from(kStation).sequence(sequence).build();
  };
  for (uint16_t i = 0; i < 2; ++i) {
    network.harness.receive(kStationPort, announce(i));
    flood(2 * Limits{}.loop_fingerprints);
    network.harness.advance(10 * kMillisecond);
    network.harness.receive(2, announce(i));
  }
  CHECK(network.isolated() == std::vector<uint32_t>{2});
}
