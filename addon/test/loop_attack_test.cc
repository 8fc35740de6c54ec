// What looks like a loop and is none: forgers, replays, doubles, stations of one identity. Messages
// may be lost to them, but the port of whoever has been there stays open.
#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;
using ptpswitch::dataplane::kLoopIsolation;
using ptpswitch::dataplane::kMillisecond;
using ptpswitch::dataplane::kSecond;
using ptpswitch::dataplane::NoticeKind;
using ptpswitch::dataplane::Policy;

namespace {

constexpr uint32_t kForgerPort = 1;

class Guarded {
 public:
  Guarded() {
    Policy policy;
    policy.rules = {ForwarderHarness::transparent_everywhere()};
    policy.loop_guard = true;
    harness.forwarder.program(policy);
  }

  uint64_t isolations(uint32_t port) const { return harness.count(port, Counter::kLoopsFound); }

  ForwarderHarness harness{4, Limits{}};
};

PacketBuilder sync(uint16_t sequence) {
  return PacketBuilder(MessageType::kSync)
      .two_step(true)
      .from(kMaster)
      .source(kMaster.identity())
      .sequence(sequence);
}

// With the trailer of IEC 62439-3; `lan`: A0h or B0h.
Bytes redundant(Bytes frame, uint8_t lan, uint16_t sequence) {
  frame.resize(60);
  const Bytes trailer = {
      static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence), lan, 0x34, 0x88, 0xFB};
  frame.insert(frame.end(), trailer.begin(), trailer.end());
  return frame;
}

}  // namespace

TEST_CASE("a forger that sends the grandmaster's next messages before it shuts its own port") {
  Guarded network;
  auto& harness = network.harness;
  uint16_t sequence = 0;
  uint32_t heard = 0;
  for (int64_t at = 0; at < 45 * kSecond; at += 125 * kMillisecond) {
    const bool forged = at > kSecond && at % (11 * kSecond) < 250 * kMillisecond;
    if (forged) {
      harness.receive(kForgerPort, sync(sequence).build());
      harness.advance(5 * kMillisecond);
    }
    harness.receive(kMasterPort, sync(sequence++).build());
    heard += static_cast<uint32_t>(harness.sent(kSlavePort).size());
    harness.clear_sent();
    harness.stamp_all(kT0 + 1'000);
    harness.advance(125 * kMillisecond - (forged ? 5 * kMillisecond : 0));
  }
  CHECK(network.isolations(kMasterPort) == 0);
  CHECK(network.isolations(kForgerPort) == 4);
  CHECK(heard == 360);
}

TEST_CASE("a forger that repeats what the grandmaster has sent shuts its own port") {
  Guarded network;
  auto& harness = network.harness;
  for (uint16_t i = 0; i < 40; ++i) {
    harness.receive(kMasterPort, sync(i).build());
    harness.advance(5 * kMillisecond);
    harness.receive(kForgerPort, sync(i).build());
    harness.advance(100 * kMillisecond);
  }
  CHECK(network.isolations(kMasterPort) == 0);
  CHECK(network.isolations(kForgerPort) == 1);
}

TEST_CASE("who has been there keeps the port, though a flood of stations comes by the forger's") {
  Guarded network;
  auto& harness = network.harness;
  harness.keep_sent = false;
  harness.receive(kMasterPort, sync(0).build());
  for (uint32_t i = 0; i < 3 * Limits{}.loop_sources; ++i) {
    harness.receive(kForgerPort, PacketBuilder(MessageType::kAnnounce)
                                     .source_mac({2, 9, 0, 0, static_cast<uint8_t>(i >> 8),
                                                  static_cast<uint8_t>(i)})
                                     .sequence(static_cast<uint16_t>(i))
                                     .build());
  }
  for (uint16_t i = 1; i < 3; ++i) {
    harness.advance(kMillisecond);
    harness.receive(kForgerPort, sync(i).build());
    harness.receive(kMasterPort, sync(i).build());
  }
  CHECK(network.isolations(kMasterPort) == 0);
  CHECK(network.isolations(kForgerPort) == 1);
}

TEST_CASE("a station that has moved is believed at its new port once it has aged at the old one") {
  Guarded network;
  auto& harness = network.harness;
  harness.receive(2, sync(0).build());
  harness.advance(Limits{}.address_ageing);
  harness.receive(kMasterPort, sync(1).build());
  harness.advance(kSecond);
  harness.receive(2, sync(2).build());
  harness.receive(kMasterPort, sync(2).build());
  harness.receive(2, sync(3).build());
  harness.receive(kMasterPort, sync(3).build());
  CHECK(network.isolations(2) == 1);
  CHECK(network.isolations(kMasterPort) == 0);
}

TEST_CASE("IEC 62439-3: a frame that was sent to both LANs is a double, by whichever comes first") {
  Guarded network;
  auto& harness = network.harness;
  for (uint16_t i = 0; i < 20; ++i) {
    const uint32_t first = i % 2;
    harness.receive(first, redundant(sync(i).build(), first == 0 ? 0xA0 : 0xB0, i));
    CHECK(harness.clear_sent() == 3);
    harness.advance(kMillisecond);
    harness.receive(1 - first, redundant(sync(i).build(), first == 0 ? 0xB0 : 0xA0, i));
    CHECK(harness.clear_sent() == 0);
    harness.advance(124 * kMillisecond);
  }
  CHECK(harness.total(Counter::kDropRepeated) == 20);
  CHECK(harness.total(Counter::kLoopsFound) == 0);
}

TEST_CASE("IEC 62439-3: what comes in twice of one LAN has gone round a loop") {
  Guarded network;
  auto& harness = network.harness;
  for (uint16_t i = 0; i < 2; ++i) {
    harness.receive(kMasterPort, redundant(sync(i).build(), 0xA0, i));
    harness.receive(3, redundant(sync(i).build(), 0xA0, i));
  }
  CHECK(network.isolations(3) == 1);
}

TEST_CASE("NTP over PTP has no identity and no sequenceId: two clients are two") {
  Guarded network;
  auto& harness = network.harness;
  const auto request = [](uint8_t host) {
    Bytes frame = {0x02, 0,    0,    0,    0,    1,    0x02, 0,   0, 0, 0, host, 0x88, 0xF7,  //
                   0x01, 0x02, 0x00, 0x2C, 0x7B, 0x00, 0x04, 0x00};
    frame.resize(14 + 32);
    frame.push_back(0x01);  // controlField
    frame.resize(14 + 44);
    return frame;
  };
  for (int i = 0; i < 80; ++i) {
    harness.receive(1, request(2));
    CHECK(harness.clear_sent() == 3);
    harness.advance(3 * kMillisecond);
    harness.receive(2, request(3));
    CHECK(harness.clear_sent() == 3);
    harness.advance(kSecond);
  }
  CHECK(harness.total(Counter::kDropRepeated) == 0);
  CHECK(harness.total(Counter::kLoopsFound) == 0);
}

TEST_CASE("two stations of one identity may lose a message to each other, and never their ports") {
  for (const Transport transport : {Transport::kL2, Transport::kUdp4, Transport::kUdp6}) {
    Guarded network;
    auto& harness = network.harness;
    for (uint16_t i = 0; i < 40; ++i) {
      for (const uint32_t port : {1u, 2u}) {
        const Host host{static_cast<uint8_t>(20 + port)};
        harness.receive(port, PacketBuilder(MessageType::kDelayReq)
                                  .over(transport)
                                  .from(host)
                                  .source(kSlave.identity())
                                  .sequence(i)
                                  .build());
      }
      harness.stamp_all(kT0 + 1'000);
      harness.advance(50 * kMillisecond);
    }
    CHECK(harness.total(Counter::kLoopsFound) == 0);
  }
}

TEST_CASE("a device in a loop that puts its own address on what it passes: nothing goes round") {
  Guarded network;
  auto& harness = network.harness;
  harness.receive(kMasterPort, sync(1).build());
  CHECK(harness.clear_sent() == 3);
  harness.receive(2, sync(1).source_mac({2, 0, 0, 0, 0, 99}).build());
  CHECK(harness.clear_sent() == 0);
  CHECK(harness.count(2, Counter::kDropRepeated) == 1);
}
