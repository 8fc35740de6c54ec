// An engine on interfaces that the test holds, with what it has told.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "addon/dataplane/counters.h"
#include "addon/io/engine.h"
#include "addon/test/engine/eventually.h"
#include "addon/test/engine/fake_network.h"

namespace ptpswitch::test {

using dataplane::Counter;

// A record as the control plane reads it.
struct ReadRecord {
  io::RecordKind kind;
  uint8_t port;
  uint16_t flags;
  uint32_t context;
  std::string payload;
};

inline std::vector<ReadRecord> read_records(const std::vector<uint8_t>& batch) {
  std::vector<ReadRecord> records;
  for (size_t at = 0; at < batch.size();) {
    uint32_t size;
    uint32_t context;
    uint32_t payload_size;
    uint16_t flags;
    std::memcpy(&size, &batch[at], 4);
    std::memcpy(&context, &batch[at + 16], 4);
    std::memcpy(&flags, &batch[at + 22], 2);
    std::memcpy(&payload_size, &batch[at + 24], 4);
    const auto* payload = reinterpret_cast<const char*>(&batch[at] + 32);
    records.push_back({static_cast<io::RecordKind>(batch[at + 4]), batch[at + 5], flags, context,
                       std::string(payload, payload_size)});
    at += size;
  }
  return records;
}

inline dataplane::Policy policy_everywhere(dataplane::Action action) {
  dataplane::Policy policy;
  dataplane::PolicyRule rule{};
  rule.action.fill(action);
  policy.rules = {rule};
  return policy;
}

class EngineHarness {
 public:
  // The ports are p0, p1 and so on; `options.ports` is filled in here.
  explicit EngineHarness(uint32_t ports, io::EngineOptions options = {}, int phc_index = -1) {
    for (uint32_t port = 0; port < ports; ++port) {
      network.add(name(port), phc_index);
      options.ports.push_back({.interface = name(port), .settings = {}, .former = {}});
    }
    open(options);
  }
  ~EngineHarness() { network.release(); }

  static std::string name(uint32_t port) { return "p" + std::to_string(port); }

  void open(const io::EngineOptions& options) {
    auto opened = io::Engine::open(options, [] {}, network);
    REQUIRE_MESSAGE(std::holds_alternative<std::unique_ptr<io::Engine>>(opened),
                    std::get<io::Error>(opened).message);
    engine = std::move(std::get<std::unique_ptr<io::Engine>>(opened));
    engine->program(policy_everywhere(dataplane::Action::kEndToEndTransparent));
  }

  FakeInterface& port(uint32_t index) { return network.at(name(index)); }

  uint64_t count(uint32_t port, Counter counter) const {
    const size_t at =
        port * dataplane::PortCounters::kStride + static_cast<size_t>(counter);
    return (*engine->counters())[at].load(std::memory_order_relaxed);
  }
  bool counts(uint32_t port, Counter counter, uint64_t value) const {
    return eventually([&] { return count(port, counter) >= value; });
  }

  // Everything that has been told so far.
  const std::vector<ReadRecord>& records() {
    std::vector<uint8_t> batch;
    engine->drain(batch);
    for (const ReadRecord& record : read_records(batch)) records_.push_back(record);
    return records_;
  }
  template <typename Condition>
  bool told(Condition condition) {
    return eventually([&] {
      const auto& all = records();
      return std::find_if(all.begin(), all.end(), condition) != all.end();
    });
  }
  bool link_told(uint32_t port, uint16_t flags) {
    return told([&](const ReadRecord& record) {
      return record.kind == io::RecordKind::kLink && record.port == port && record.flags == flags;
    });
  }
  void forget_records() {
    records();
    records_.clear();
  }

  FakeNetwork network;
  std::unique_ptr<io::Engine> engine;

 private:
  std::vector<ReadRecord> records_;
};

// The correctionField of a frame over Ethernet without a tag, in ns.
inline int64_t correction_ns(const Bytes& frame) {
  int64_t scaled = 0;
  for (size_t i = 0; i < 8; ++i) scaled = (scaled << 8) | frame[14 + 8 + i];
  return scaled >> 16;
}

inline uint16_t sequence_of(const Bytes& frame) {
  return static_cast<uint16_t>(frame[14 + 30] << 8 | frame[14 + 31]);
}

}  // namespace ptpswitch::test
