// 15.3: what a transparent clock does to management messages: all pass, byte for byte; requests for
// the clocks of this box, or for every clock, go up as well.
#include "addon/test/e2e_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;
using ptpswitch::dataplane::Action;
using ptpswitch::dataplane::Policy;
using ptpswitch::dataplane::PolicyRule;

namespace {

constexpr uint64_t kOwn = 0x0200'00FF'FE00'0099;
constexpr uint64_t kOther = 0x0200'00FF'FE00'0098;
constexpr uint64_t kEveryClock = UINT64_MAX;

enum class Asks : uint8_t { kGet = 0, kSet = 1, kResponse = 2, kCommand = 3, kAcknowledge = 4 };

// Of a managed box: `action` on every port.
Policy managed(Action action) {
  PolicyRule rule{};
  rule.action.fill(action);
  Policy policy;
  policy.rules = {rule};
  policy.managed_clock = kOwn;
  return policy;
}

// The upper nibble of the octet of actionField is reserved, and set here.
PacketBuilder management(const PacketBuilder& builder, uint64_t clock, Asks action) {
  Bytes message = builder.copy().requesting({clock, 0xFFFF}).build_message();
  message[46] = static_cast<uint8_t>(0xA0 | static_cast<uint8_t>(action));
  return builder.copy().raw_message(message);
}

bool is_request(Asks action) { return action != Asks::kResponse && action != Asks::kAcknowledge; }

}  // namespace

TEST_CASE("management requests for this box or for everybody are forwarded unchanged, and go up") {
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const Action clock : {Action::kEndToEndTransparent, Action::kPeerToPeerTransparent}) {
      for (const uint64_t target : {kOwn, kOther, kEveryClock}) {
        for (const Asks action :
             {Asks::kGet, Asks::kSet, Asks::kResponse, Asks::kCommand, Asks::kAcknowledge}) {
          CAPTURE(encapsulation.name);
          CAPTURE(target);
          CAPTURE(static_cast<int>(action));
          Network network(encapsulation);
          ForwarderHarness& harness = network.harness;
          harness.forwarder.program(managed(clock));
          const Bytes frame =
              management(network.from_master(MessageType::kManagement), target, action).build();
          harness.receive(kMasterPort, frame);
          network.check_sent(network.from_master_ports(), frame);
          const bool copied = target != kOther && is_request(action);
          REQUIRE(harness.punted.size() == (copied ? 1 : 0));
          if (copied) {
            CHECK(harness.punted[0].port == kMasterPort);
            CHECK(harness.punted[0].frame == frame);
            CHECK(!harness.punted[0].timestamp_ns);
          }
          CHECK(harness.total(Counter::kCopied) == (copied ? 1 : 0));
          CHECK(harness.count(kMasterPort, Counter::kTerminated) == 0);
        }
      }
    }
  }
}

TEST_CASE("where nobody answers, no management request goes up") {
  Network network(plain());
  const Bytes frame =
      management(network.from_master(MessageType::kManagement), kEveryClock, Asks::kGet).build();
  network.harness.receive(kMasterPort, frame);
  network.check_sent(network.from_master_ports(), frame);
  CHECK(network.harness.punted.empty());
}

TEST_CASE("a management request that finds no room above is forwarded all the same") {
  Network network(plain());
  network.harness.forwarder.program(managed(Action::kEndToEndTransparent));
  network.harness.records_full = true;
  const Bytes frame =
      management(network.from_master(MessageType::kManagement), kOwn, Asks::kGet).build();
  network.harness.receive(kMasterPort, frame);
  network.check_sent(network.from_master_ports(), frame);
  CHECK(network.harness.count(kMasterPort, Counter::kDropRecordsFull) == 1);
  CHECK(network.harness.total(Counter::kCopied) == 0);
}

TEST_CASE("a management message of a terminated domain goes up once, whoever it is for") {
  Network network(plain());
  network.harness.forwarder.program(managed(Action::kTerminate));
  const Bytes frame =
      management(network.from_master(MessageType::kManagement), kOther, Asks::kResponse).build();
  network.harness.receive(kMasterPort, frame);
  network.check_nothing_sent();
  CHECK(network.harness.punted.size() == 1);
  CHECK(network.harness.count(kMasterPort, Counter::kTerminated) == 1);
}
