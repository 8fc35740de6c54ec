// The engine with its real sockets, on cables of this machine.
#include <cstdlib>

#include "addon/test/engine/engine_harness.h"
#include "addon/test/engine/messages.h"
#include "addon/test/engine/veth_network.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

// An engine on the cables of a VethNetwork.
struct RealEngine {
  explicit RealEngine(uint32_t ports) {
    io::EngineOptions options;
    for (uint32_t port = 0; port < ports; ++port) {
      options.ports.push_back(
          {.interface = "p" + std::to_string(port), .settings = {}, .former = {}});
    }
    auto opened = io::Engine::open(options, [] {});
    REQUIRE_MESSAGE(std::holds_alternative<std::unique_ptr<io::Engine>>(opened),
                    std::get<io::Error>(opened).message);
    engine = std::move(std::get<std::unique_ptr<io::Engine>>(opened));
    engine->program(policy_everywhere(dataplane::Action::kEndToEndTransparent));
    for (uint32_t port = 0; port < ports; ++port) CHECK(has_link(port, true));
  }

  bool has_link(uint32_t port, bool link) const {
    return eventually([&] { return engine->ports().at(port).link == link; });
  }
  uint64_t count(uint32_t port, Counter counter) const {
    const size_t at = port * dataplane::PortCounters::kStride + static_cast<size_t>(counter);
    return (*engine->counters())[at].load(std::memory_order_relaxed);
  }

  std::unique_ptr<io::Engine> engine;
};

// Whether a Sync and its Follow_Up cross; they are sent again until they do, because an interface
// that has just come up is not known by everybody yet.
bool crosses(CableEnd& from, CableEnd& to, uint16_t& sequence) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    ++sequence;
    from.send(sync(sequence));
    from.send(follow_up(sequence));
    const auto first = to.receive(20);
    const auto second = to.receive(20);
    if (first && second && sequence_of(second->frame) == sequence) {
      const int64_t correction = correction_ns(second->frame);
      return correction > 0 && correction < 1'000'000'000;
    }
    while (to.receive(0)) {
    }
  }
  return false;
}

}  // namespace

TEST_SUITE_BEGIN("veth");

TEST_CASE("64 Syncs in a burst, through a queue on the egress: every correction is right") {
  constexpr uint16_t kSyncs = 64;
  VethNetwork network(2);
  run("tc qdisc add dev p1 root tbf rate 1mbit burst 100 latency 2s");
  RealEngine switch_(2);
  CableEnd sender("t0");
  CableEnd receiver("t1");
  CableEnd ingress("p0");  // sees the receive time stamps that the engine sees
  for (uint16_t sequence = 0; sequence < kSyncs; ++sequence) sender.send(sync(sequence));
  for (uint16_t sequence = 0; sequence < kSyncs; ++sequence) sender.send(follow_up(sequence));
  std::vector<int64_t> taken(kSyncs);
  for (uint16_t sequence = 0; sequence < kSyncs; ++sequence) {
    const auto received = ingress.receive();
    REQUIRE(received);
    taken[sequence] = received->timestamp_ns;
  }
  std::vector<int64_t> arrived(kSyncs);
  std::vector<int64_t> corrections(kSyncs, -1);
  for (int frames = 0; frames < 2 * kSyncs; ++frames) {
    const auto received = receiver.receive();
    REQUIRE_MESSAGE(received, frames, " frames of ", 2 * kSyncs);
    const uint16_t sequence = sequence_of(received->frame);
    REQUIRE(sequence < kSyncs);
    if ((received->frame[14] & 0xF) == static_cast<uint8_t>(MessageType::kSync)) {
      arrived[sequence] = received->timestamp_ns;
    } else {
      corrections[sequence] = correction_ns(received->frame);
    }
  }
  int64_t longest = 0;
  for (uint16_t sequence = 0; sequence < kSyncs; ++sequence) {
    CAPTURE(sequence);
    const int64_t stay = arrived[sequence] - taken[sequence];
    longest = std::max(longest, stay);
    // The other end stamps a frame as soon as it has left, unless this machine is held up.
    CHECK(corrections[sequence] <= stay);
    CHECK(corrections[sequence] > stay - 1'000'000);
  }
  CHECK(longest > 15'000'000);  // the queue has held them up
  CHECK(switch_.count(1, Counter::kTransmitTimestampMissing) == 0);
}

TEST_CASE("an interface that is renamed, moved, deleted and made again forwards when it is back") {
  VethNetwork network(2);
  RealEngine switch_(2);
  CableEnd sender("t0");
  uint16_t sequence = 0;
  {
    CableEnd receiver("t1");
    CHECK(crosses(sender, receiver, sequence));
    run("ip link set p1 down; ip link set p1 name away; ip link set away up");
    CHECK(switch_.has_link(1, false));
    CHECK_FALSE(switch_.engine->ports().at(1).present);
    run("ip link set away down; ip link set away name p1; ip link set p1 up");
    CHECK(switch_.has_link(1, true));
    CHECK(crosses(sender, receiver, sequence));

    OtherNamespace elsewhere;
    elsewhere.take("p1");
    CHECK(switch_.has_link(1, false));
    elsewhere.give_back("p1");
    CHECK(switch_.has_link(1, true));
    CHECK(crosses(sender, receiver, sequence));
  }
  network.remove(1);
  CHECK(switch_.has_link(1, false));
  network.add(1);
  CHECK(switch_.has_link(1, true));
  CableEnd receiver("t1");
  CHECK(crosses(sender, receiver, sequence));
}

TEST_CASE("two ports forward while a third one comes and goes") {
  VethNetwork network(3);
  RealEngine switch_(3);
  CableEnd sender("t0");
  CableEnd receiver("t1");
  uint16_t sequence = 0;
  for (int round = 0; round < 5; ++round) {
    network.remove(2);
    CHECK(crosses(sender, receiver, sequence));
    network.add(2);
    CHECK(crosses(sender, receiver, sequence));
    run("ip link set p2 down");
    CHECK(crosses(sender, receiver, sequence));
    run("ip link set p2 up");
    CHECK(crosses(sender, receiver, sequence));
  }
  CHECK(switch_.has_link(2, true));
}

TEST_CASE("an engine on real sockets is closed under traffic, and its interfaces are free again") {
  VethNetwork network(2);
  CableEnd sender("t0");
  for (int round = 0; round < 5; ++round) {
    RealEngine switch_(2);
    for (uint16_t sequence = 0; sequence < 200; ++sequence) sender.send(sync(sequence));
    switch_.engine->submit({{.port = 1, .frame = sync(1), .context = 7}});
    switch_.engine.reset();
  }
}

TEST_SUITE_END();
