// Nothing is allocated for a frame once the forwarder stands. Counts the calls of this program's
// operator new.
#include <cstdlib>
#include <new>

#include "addon/test/e2e_network.h"

namespace {

uint64_t allocations = 0;

void* counted(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return counted(size); }
void* operator new[](size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

// Remembers no more of what was sent than the numbers whose time stamps are due.
class FixedEffects final : public dataplane::Effects {
 public:
  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override {
    for (uint32_t i = 0; i < frames.size(); ++i) {
      if (++sent % 97 == 0) return i;
      if (frames[i].number && waiting < std::size(numbers)) {
        ports[waiting] = port;
        numbers[waiting++] = *frames[i].number;
      }
    }
    return static_cast<uint32_t>(frames.size());
  }
  bool punt(uint32_t, const wire::FrameView&, std::optional<int64_t>) override { return true; }
  void observe_sync(uint32_t, const dataplane::SyncObservation&) override {}
  void notice(const dataplane::Notice&) override {}
  void unserved(const dataplane::UnservedMessages&) override {}
  void clock_transmit_timestamp(uint32_t, uint32_t, std::optional<int64_t>) override {}

  uint64_t sent = 0;
  uint32_t waiting = 0;
  uint32_t ports[64];
  uint32_t numbers[64];
};

}  // namespace

TEST_CASE("the counter of allocations counts") {
  const uint64_t before = allocations;
  delete new int(5);
  delete[] new int[5];
  CHECK(allocations == before + 2);
}

TEST_CASE("no frame, no time stamp and no passing of time allocates anything") {
  std::vector<std::atomic<uint64_t>> counters(4 * dataplane::PortCounters::kStride);
  FixedEffects effects;
  Limits limits = ForwarderHarness::small_limits();
  limits.exchanges = 64;  // so that there are evictions as well
  dataplane::Forwarder forwarder(4, limits, 1, effects, counters.data());
  dataplane::Policy policy;
  policy.rules = {ForwarderHarness::transparent_everywhere()};
  forwarder.program(policy);
  for (uint32_t port = 0; port < 4; ++port) forwarder.set_link(port, true);
  forwarder.configure(3, {.outstanding_limit = 1});

  std::vector<Bytes> frames;
  for (const Encapsulation& encapsulation : encapsulations()) {
    for (const MessageType type : kAllTypes) {
      for (const uint16_t sequence : {1, 2, 3}) {
        for (const bool two_step : {true, false}) {
          const bool request = type == MessageType::kDelayReq || type == MessageType::kPdelayReq;
          frames.push_back(
              encapsulation.message(type, request ? kSlave : kMaster, request ? kMaster : kSlave)
                  .sequence(sequence)
                  .two_step(two_step)
                  .build());
        }
      }
    }
  }
  frames.push_back(PacketBuilder(MessageType::kSync).version(3).build());

  const uint64_t before = allocations;
  int64_t now = dataplane::kSecond;
  uint8_t frame[dataplane::kMaxFrameLength];
  for (int round = 0; round < 5; ++round) {
    for (size_t i = 0; i < frames.size(); ++i) {
      const Bytes& bytes = frames[(i * 37 + static_cast<size_t>(round)) % frames.size()];
      std::copy(bytes.begin(), bytes.end(), frame);
      const bool request = (i * 37) % 3 == 0;
      forwarder.receive(request ? 2 : 0, frame, static_cast<uint16_t>(bytes.size()), {kT0}, now);
      // Some are lost, and all are late for a while.
      while (effects.waiting > 20) {
        --effects.waiting;
        if (i % 11 == 0) continue;
        forwarder.transmit_timestamp(effects.ports[effects.waiting],
                                     effects.numbers[effects.waiting], std::nullopt, kT0 + 10, now);
      }
      // Now and then what is held waits in vain.
      now += i % 500 == 499 ? dataplane::kSecond : dataplane::kMillisecond;
      forwarder.advance(now);
      if (i % 3 == 0) forwarder.flush(now);
      forwarder.next_deadline();
    }
  }
  const uint64_t after = allocations;
  CHECK(after == before);
  // It did do something.
  CHECK(effects.sent > frames.size());
  auto total = [&](Counter counter) {
    uint64_t sum = 0;
    for (uint32_t port = 0; port < 4; ++port) sum += forwarder.counters(port).get(counter);
    return sum;
  };
  for (const Counter counter :
       {Counter::kHeld, Counter::kGenerated, Counter::kExchangesEvicted, Counter::kEventsQueued,
        Counter::kTransmitTimestampMissing, Counter::kDropHeldExpired, Counter::kDropHeldFull,
        Counter::kTxFollowUp, Counter::kTxDelayResp, Counter::kTxPdelayRespFollowUp,
        Counter::kDropSendFailed}) {
    CAPTURE(dataplane::kCounterNames[static_cast<size_t>(counter)]);
    CHECK(total(counter) > 0);
  }
}
