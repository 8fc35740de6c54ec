// Fuzz target: the forwarder, by a script of frames, time stamps, policies, clocks and time (see
// script.h). Nothing crashes, nothing leaves that is not PTP, every correction is the true
// residence, and nothing waits for ever.
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "addon/fuzz/fuzz_world.h"
#include "addon/fuzz/message_templates.h"
#include "addon/fuzz/requirement.h"
#include "addon/fuzz/script.h"

namespace ptpswitch::fuzz {
namespace {

using dataplane::Action;

// What the last run said of all its scripts.
struct Statistics {
  uint64_t scripts = 0;
  uint64_t frames = 0;

  ~Statistics() {
    if (scripts == 0) return;
    std::fprintf(stderr, "scripts: %" PRIu64 " mean frames: %.1f\n", scripts,
                 static_cast<double>(frames) / static_cast<double>(scripts));
  }
} statistics;

dataplane::PolicyRule rule_of(std::optional<uint8_t> domain, uint8_t action) {
  constexpr Action kActions[] = {Action::kEndToEndTransparent, Action::kPeerToPeerTransparent,
                                 Action::kTerminate, Action::kDrop};
  dataplane::PolicyRule rule{};
  rule.domain_number = domain;
  rule.action.fill(kActions[action & 3]);
  return rule;
}

dataplane::Policy policy_of(uint8_t rules, uint8_t bridge) {
  dataplane::Policy policy;
  policy.rules = {rule_of(1, rules >> 2), rule_of(std::nullopt, rules)};
  // One port may end what the others pass.
  if (rules & 0x80) policy.rules[1].action[2] = Action::kTerminate;
  if (rules & 0x10) {
    for (auto& of_port : policy.link_delay) of_port.fill(kLinkDelay);
  }
  policy.loop_guard = (rules & 0x20) != 0;
  if (rules & 0x40) policy.managed_clock = 0x0200'00FF'FE00'0001;
  if (bridge & 0x01) policy.bridge.forwarding = 0b011;
  if (bridge & 0x02) policy.bridge.wants_udp4 = 0b001;
  if (bridge & 0x04) policy.bridge.wants_udp6.fill(0b010);
  policy.bridge.topology_changes = bridge >> 3 & 1;
  if (bridge & 0x10) {
    policy.bridge.vlans.resize(dataplane::kVlanIds);
    policy.bridge.vlans[17] = {0b111, 0b100};
    policy.bridge.vlans[5] = {0b011, 0b010};
    policy.bridge.pvid[0] = (bridge & 0x20) != 0 ? 17 : 5;
    policy.bridge.pvid[1] = (bridge & 0x40) != 0 ? 17 : 5;
    policy.bridge.pvid[2] = (bridge & 0x80) != 0 ? 17 : 0;
  }
  return policy;
}

class Interpreter {
 public:
  explicit Interpreter(ScriptReader& script) : script_(script), world_(options(script.octet())) {
    world_.program(policy_of(0, 0));
  }

  void run() {
    while (script_.more() && world_.frames() < kMaxMessages) step(script_.octet());
    world_.finish();
    ++statistics.scripts;
    statistics.frames += world_.frames();
  }

 private:
  static World::Options options(uint8_t octet) {
    return {.kernel_counts = (octet & kKernelCounts) != 0,
            .driver_appends = (octet & kDriverAppends) != 0,
            .bursts = (octet & kBursts) != 0};
  }

  void step(uint8_t octet) {
    const uint32_t argument = octet >> 4;
    const uint32_t port = (argument & 3) % kPorts;
    const bool flag = (argument & 8) != 0;
    switch (static_cast<Operation>(octet & 0x0F)) {
      case Operation::kMessage:
        read_message(script_, frame_);
        return receive(port, argument);
      case Operation::kRawFrame: {
        size_t length;
        const uint8_t wanted = script_.octet();
        const uint8_t* octets = script_.octets(wanted, length);
        frame_.assign(octets, octets + length);
        return receive(port, argument);
      }
      case Operation::kRepeat:
        return world_.repeat(port);
      case Operation::kDamage:
        damage_.push_back({script_.octet(), script_.octet()});
        return;
      case Operation::kStamp:
        return stamp(port, kDelaysNs[argument >> 2 & 3], script_.octet());
      case Operation::kLoseStamp:
        if (world_.stamps_waiting(port) != 0) world_.lose_stamp(port, 0);
        return;
      case Operation::kStampAll:
        for (uint32_t each = 0; each < kPorts; ++each) {
          while (world_.stamps_waiting(each) != 0) {
            world_.stamp(each, 0, kDelaysNs[argument & 7]);
          }
        }
        return;
      case Operation::kAdvance:
        return world_.advance(kDelaysNs[argument & 7]);
      case Operation::kLink:
        return world_.set_link(port, flag);
      case Operation::kNewSocket:
        return world_.new_socket(port);
      case Operation::kFailSends:
        return world_.fail_sends(port, script_.octet() & 3, flag);
      case Operation::kProgram: {
        world_.set_records_full(flag);
        const uint8_t rules = script_.octet();
        return world_.program(policy_of(rules, script_.octet()));
      }
      case Operation::kSetClock: {
        const int64_t by = kDelaysNs[script_.octet() & 7];
        return world_.set_clock(port, flag ? -by : by);
      }
      case Operation::kLoseClock:
        return world_.relate_clock(port, flag);
      case Operation::kConfigure:
        return world_.configure_registers(port, script_.octet() & 3);
      case Operation::kSubmit:
        read_message(script_, frame_);
        return world_.submit(port, frame_.data(), frame_.size(), flag);
    }
  }

  void receive(uint32_t port, uint32_t argument) {
    for (const auto& [position, value] : damage_) {
      if (!frame_.empty()) frame_[position % frame_.size()] = value;
    }
    damage_.clear();
    // At most what a frame can wait for before the engine takes it.
    constexpr int64_t kAgesNs[] = {1, 20'000, 49'000'000};
    const uint32_t age = argument >> 2;
    world_.receive(port, frame_.data(), frame_.size(), kAgesNs[age % 3], age != 3);
  }

  void stamp(uint32_t port, int64_t delay, uint32_t position) {
    const size_t waiting = world_.stamps_waiting(port);
    if (waiting != 0) world_.stamp(port, position % waiting, delay);
  }

  ScriptReader& script_;
  World world_;
  std::vector<uint8_t> frame_;
  std::vector<std::array<uint8_t, 2>> damage_;
};

}  // namespace
}  // namespace ptpswitch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ptpswitch::fuzz::ScriptReader script(data, size);
  ptpswitch::fuzz::Interpreter(script).run();
  return 0;
}
