// Kernels before 6.13 number the frames themselves and hand each back with its time stamp. What a
// driver has done to the frame by then costs no time stamp: it may have padded it, appended a check
// sequence (macb), or put a tag into it or behind it.
#include <functional>
#include <string>

#include "addon/test/e2e_network.h"

using namespace ptpswitch::test;

namespace {

struct Change {
  std::string name;
  std::function<void(Bytes&)> apply;
};

const Change kChanges[] = {
    {"none", [](Bytes&) {}},
    {"a frame check sequence behind",
     [](Bytes& frame) {
       frame.insert(frame.end(), {0xDE, 0xAD, 0xBE, 0xEF});
     }},
    {"padded to 64 octets", [](Bytes& frame) { frame.resize(std::max<size_t>(frame.size(), 64)); }},
    {"padded and a tail tag",
     [](Bytes& frame) {
       frame.resize(std::max<size_t>(frame.size(), 60));
       frame.push_back(0x02);
     }},
    {"a VLAN tag put in",
     [](Bytes& frame) {
       constexpr uint8_t kTag[] = {0x81, 0x00, 0x00, 0x05};
       frame.insert(frame.begin() + 12, std::begin(kTag), std::end(kTag));
     }},
};

enum class Failure { kNone, kNotCounted, kCounted };

}  // namespace

TEST_CASE(
    "a driver that changes the frames costs no time stamp, whether or not a send has failed") {
  for (const Change& change : kChanges) {
    for (const Failure failure : {Failure::kNone, Failure::kNotCounted, Failure::kCounted}) {
      for (const Encapsulation& encapsulation : encapsulations()) {
        CAPTURE(change.name);
        CAPTURE(static_cast<int>(failure));
        CAPTURE(encapsulation.name);
        Network network(encapsulation, ForwarderHarness::small_limits(),
                        Numbering::kCountedByKernel);
        auto& harness = network.harness;
        harness.driver = change.apply;
        if (failure != Failure::kNone) {
          harness.fail_sends(
              kSlavePort, 1,
              failure == Failure::kCounted ? FailedSend::kCounted : FailedSend::kNotCounted);
          harness.receive(kMasterPort, network.from_master(MessageType::kSync).sequence(1).build());
        }
        constexpr uint16_t kFirst = 2, kLast = 9;
        for (uint16_t sequence = kFirst; sequence <= kLast; ++sequence) {
          harness.receive(kMasterPort,
                          network.from_master(MessageType::kSync).sequence(sequence).build());
        }
        harness.clear_sent();
        for (uint16_t sequence = kFirst; sequence <= kLast; ++sequence) {
          harness.stamp(kSlavePort, kT0 + 100 * sequence);
        }
        for (uint16_t sequence = kFirst; sequence <= kLast; ++sequence) {
          const auto follow_up = network.from_master(MessageType::kFollowUp).sequence(sequence);
          harness.receive(kMasterPort, follow_up.build());
          CHECK(harness.sent(kSlavePort) ==
                Frames{follow_up.copy().correction(scaled(100 * sequence)).build()});
        }
        CHECK(harness.count(kSlavePort, Counter::kTransmitTimestampLate) == 0);
        CHECK(harness.count(kSlavePort, Counter::kTransmitTimestampResynchronised) ==
              (failure == Failure::kCounted ? 1 : 0));
      }
    }
  }
}

TEST_CASE("frames that differ in their VLAN alone keep their own time stamps after a failed send") {
  ForwarderHarness harness(4, ForwarderHarness::small_limits(), Numbering::kCountedByKernel);
  const auto message = [](MessageType type, uint16_t vlan) {
    return PacketBuilder(type).two_step(type == MessageType::kSync).tag(vlan);
  };
  harness.fail_sends(kSlavePort, 1, FailedSend::kCounted);
  for (const uint16_t vlan : {5, 10, 20}) {
    harness.receive(kMasterPort, message(MessageType::kSync, vlan).build());
  }
  harness.clear_sent();
  harness.stamp(kSlavePort, kT0 + 10);
  harness.stamp(kSlavePort, kT0 + 20);
  for (const uint16_t vlan : {10, 20}) {
    const auto follow_up = message(MessageType::kFollowUp, vlan);
    harness.receive(kMasterPort, follow_up.build());
    CHECK(harness.sent(kSlavePort) == Frames{follow_up.copy().correction(scaled(vlan)).build()});
  }
}
