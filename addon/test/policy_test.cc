// The policy: the first rule that matches of (sdoId, domainNumber), by ingress port.
#include "addon/dataplane/policy.h"

#include "addon/test/forwarder_harness.h"

using namespace ptpswitch::dataplane;
using ptpswitch::wire::Transport;

namespace {

PolicyRule rule(std::optional<uint16_t> sdo_id, std::optional<uint8_t> domain, Action action) {
  PolicyRule result{.sdo_id = sdo_id, .domain_number = domain};
  result.action.fill(action);
  return result;
}

MessageKey key(uint16_t sdo_id, uint8_t domain, Transport transport = Transport::kL2,
               uint16_t vlan_id = 0) {
  return {sdo_id, domain, transport, vlan_id};
}

}  // namespace

TEST_CASE("an empty table has no opinion") {
  Policy policy;
  CHECK_FALSE(policy.action(key(0, 0), 0));
}

TEST_CASE("a rule without sdoId or domainNumber matches any") {
  Policy policy;
  policy.rules = {rule(std::nullopt, std::nullopt, Action::kDrop)};
  CHECK(policy.action(key(0, 0), 0) == Action::kDrop);
  CHECK(policy.action(key(0xFFF, 255), kMaxPorts - 1) == Action::kDrop);
}

TEST_CASE("the first rule that matches decides") {
  Policy policy;
  policy.rules = {rule(0x100, std::nullopt, Action::kDrop),
                  rule(std::nullopt, 24, Action::kTerminate),
                  rule(0, 0, Action::kEndToEndTransparent)};
  CHECK(policy.action(key(0x100, 24), 0) == Action::kDrop);
  CHECK(policy.action(key(0x101, 24), 0) == Action::kTerminate);
  CHECK(policy.action(key(0, 24), 0) == Action::kTerminate);
  CHECK(policy.action(key(0, 0), 0) == Action::kEndToEndTransparent);
  CHECK_FALSE(policy.action(key(0, 1), 0));
  CHECK_FALSE(policy.action(key(1, 0), 0));
}

TEST_CASE("a domain can be ended on one port and be transparent on another") {
  Policy policy;
  PolicyRule mixed = rule(std::nullopt, 5, Action::kEndToEndTransparent);
  mixed.action[2] = Action::kTerminate;
  policy.rules = {mixed};
  CHECK(policy.action(key(0, 5), 1) == Action::kEndToEndTransparent);
  CHECK(policy.action(key(0, 5), 2) == Action::kTerminate);
}

TEST_CASE("a rule may be for one transport and VLAN, and leave ports to the rules after it") {
  Policy policy;
  PolicyRule clock = rule(0, 0, Action::kTerminate);
  clock.transport = Transport::kL2;
  clock.vlan_id = 10;
  clock.action[1] = Action::kDrop;
  clock.action[2] = std::nullopt;
  policy.rules = {clock, rule(std::nullopt, std::nullopt, Action::kEndToEndTransparent)};
  CHECK(policy.action(key(0, 0, Transport::kL2, 10), 0) == Action::kTerminate);
  CHECK(policy.action(key(0, 0, Transport::kL2, 10), 1) == Action::kDrop);
  CHECK(policy.action(key(0, 0, Transport::kL2, 10), 2) == Action::kEndToEndTransparent);
  CHECK(policy.action(key(0, 0, Transport::kL2, 20), 0) == Action::kEndToEndTransparent);
  CHECK(policy.action(key(0, 0, Transport::kL2, 0), 0) == Action::kEndToEndTransparent);
  CHECK(policy.action(key(0, 0, Transport::kUdp4, 10), 0) == Action::kEndToEndTransparent);
  CHECK(policy.action(key(0x100, 0, Transport::kL2, 10), 0) == Action::kEndToEndTransparent);
  policy.rules.pop_back();
  CHECK_FALSE(policy.action(key(0, 0, Transport::kL2, 10), 2));
}

TEST_CASE(
    "a new policy hands the one before back, whose memory is freed where there is time for it") {
  ptpswitch::test::ForwarderHarness harness;
  Policy before;
  before.rules = {rule(0x100, 7, Action::kDrop)};
  harness.forwarder.program(before);
  const Policy returned = harness.forwarder.program({});
  REQUIRE(returned.rules.size() == 1);
  CHECK(returned.action(key(0x100, 7), 0) == Action::kDrop);
}
