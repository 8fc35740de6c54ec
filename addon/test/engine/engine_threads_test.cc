// What other threads ask of the engine while frames cross it and ports come and go: most of all for
// ThreadSanitizer to watch.
#include <atomic>
#include <thread>

#include "addon/test/engine/engine_harness.h"

using namespace ptpswitch;
using namespace ptpswitch::test;

namespace {

Bytes message(MessageType type, uint16_t sequence) {
  return PacketBuilder(type).two_step(true).sequence(sequence).build();
}

// Does something until it is told to stop.
class Repeater {
 public:
  template <typename Step>
  explicit Repeater(Step step)
      : thread_([this, step]() mutable {
          while (!stopping_) step();
        }) {}
  ~Repeater() {
    stopping_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("program, submit, counters, records and ports under traffic and flapping links") {
  EngineHarness harness(3);
  uint16_t sequence = 0;
  uint16_t submitted = 0;
  std::vector<uint8_t> batch;
  {
    const Repeater traffic([&] {
      const int64_t received = realtime_ns();
      harness.port(0).put({message(MessageType::kSync, sequence), received});
      harness.port(0).put({message(MessageType::kFollowUp, sequence++), received});
      for (uint32_t port : {1u, 2u}) {
        for (const auto& sent : harness.port(port).take_sent()) {
          if (sent.number) harness.port(port).stamp(*sent.number, received + 1'000);
        }
      }
    });
    const Repeater links([&] {
      harness.network.set_link("p2", false);
      harness.network.set_link("p2", true);
    });
    const Repeater control([&] {
      harness.engine->program(policy_everywhere(submitted % 2 == 0
                                                    ? dataplane::Action::kEndToEndTransparent
                                                    : dataplane::Action::kTerminate));
      harness.engine->submit({{.port = 1,
                               .frame = message(MessageType::kSync, submitted),
                               .context = submitted}});
      ++submitted;
      harness.engine->drain(batch);
      static_cast<void>(harness.engine->ports());
    });
    CHECK(harness.counts(1, Counter::kTxSync, 2'000));
  }
}

TEST_CASE("an engine is closed under traffic") {
  for (int round = 0; round < 20; ++round) {
    EngineHarness harness(2);
    const Repeater traffic([&, sequence = uint16_t{0}]() mutable {
      harness.port(0).put({message(MessageType::kSync, sequence++), realtime_ns()});
      std::this_thread::yield();
    });
    harness.port(1).wait_sent(10);
    harness.network.set_link("p1", round % 2 == 0);
    harness.engine.reset();
    CHECK_FALSE(harness.port(1).is_open());
  }
}
