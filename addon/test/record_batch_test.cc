// The batch of records: whatever floods it, no port takes another's share, and what tells of a
// state always arrives.
#include "addon/io/record_batch.h"

#include <cstring>
#include <map>

#include "addon/test/packet_builder.h"

using namespace ptpswitch::io;
using ptpswitch::dataplane::NoticeKind;
using ptpswitch::test::Bytes;

namespace {

constexpr uint32_t kPorts = 4;

Record frame(uint32_t port, const Bytes& payload) {
  return {.kind = RecordKind::kFrame,
          .port = static_cast<uint8_t>(port),
          .payload = payload.data(),
          .payload_size = static_cast<uint32_t>(payload.size())};
}

Record link(uint32_t port, uint16_t flags) {
  return {.kind = RecordKind::kLink, .port = static_cast<uint8_t>(port), .flags = flags};
}

uint32_t push_until_full(RecordBatch& batch, uint32_t port, size_t payload_size) {
  const Bytes payload(payload_size, 0x5A);
  uint32_t pushed = 0;
  while (batch.push(frame(port, payload))) ++pushed;
  return pushed;
}

struct Drained {
  RecordKind kind;
  uint8_t port;
  uint16_t flags;
  bool operator==(const Drained&) const = default;
};

// Everything but frames.
std::vector<Drained> states_in(RecordBatch& batch) {
  std::vector<uint8_t> bytes;
  batch.drain(bytes);
  std::vector<Drained> states;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t size;
    std::memcpy(&size, &bytes[at], sizeof size);
    REQUIRE(size >= 32);
    REQUIRE(at + size <= bytes.size());
    uint16_t flags;
    std::memcpy(&flags, &bytes[at + 22], sizeof flags);
    const auto kind = static_cast<RecordKind>(bytes[at + 4]);
    if (kind != RecordKind::kFrame) states.push_back({kind, bytes[at + 5], flags});
    at += size;
  }
  return states;
}

}  // namespace

TEST_CASE("the reader is woken once for all that waits, and again after it has drained") {
  int woken = 0;
  RecordBatch batch(kPorts, [&] { ++woken; });
  for (int i = 0; i < 3; ++i) batch.push(link(1, 3));
  CHECK(woken == 1);
  CHECK(states_in(batch).size() == 3);
  CHECK(states_in(batch).empty());
  batch.push(link(1, 1));
  CHECK(woken == 2);
}

TEST_CASE("the frames of one port leave the share of every other port free") {
  RecordBatch batch(kPorts, [] {});
  const uint32_t flooded = push_until_full(batch, 1, 128);
  const uint32_t share =
      (RecordBatch::kCapacityBytes - RecordBatch::kStateBytes) / 2 / kPorts / 160;
  // All that nobody has a right to is for whoever needs it.
  CHECK(flooded >= share * (kPorts + 1));
  for (const uint32_t port : {0u, 2u, 3u}) CHECK(push_until_full(batch, port, 128) == share);
  // The same again after it was emptied.
  states_in(batch);
  CHECK(push_until_full(batch, 2, 128) == flooded);
}

TEST_CASE(
    "a state is told even if frames of every port have filled the batch, down to its last octet") {
  RecordBatch batch(kPorts, [] {});
  for (uint32_t port = 0; port < kPorts; ++port) {
    push_until_full(batch, port, 128);
    push_until_full(batch, port, 1);
    push_until_full(batch, port, 0);
  }
  CHECK(batch.push(link(1, 3)));
  CHECK(batch.push(
      {.kind = RecordKind::kPortError, .port = 2, .payload = "text", .payload_size = 4}));
  CHECK(batch.push({.kind = RecordKind::kClockMoved, .port = 3}));
  const std::vector<Drained> expected{
      {RecordKind::kLink, 1, 3}, {RecordKind::kPortError, 2, 0}, {RecordKind::kClockMoved, 3, 0}};
  CHECK((states_in(batch) == expected));
}

TEST_CASE(
    "of states for which there is no room at all the latest is told, of every kind and port") {
  RecordBatch batch(kPorts, [] {});
  // A link that flaps for as long as nobody reads.
  for (int i = 0; i < 100'000; ++i) {
    REQUIRE(batch.push(link(1, i % 2 == 0 ? 1 : 3)));
    REQUIRE(batch.push(link(2, i % 2 == 0 ? 3 : 1)));
  }
  for (const NoticeKind kind : {NoticeKind::kLoop, NoticeKind::kIsolationOver, NoticeKind::kLoop}) {
    REQUIRE(batch.push(notice_record({kind, 3, 0})));
  }
  CHECK(push_until_full(batch, 0, 0) == 0);
  const auto states = states_in(batch);
  CHECK(states.size() * 32 <= RecordBatch::kCapacityBytes + 64 * 32);
  std::map<uint32_t, uint16_t> last_link;
  std::vector<uint16_t> notices;
  for (const Drained& state : states) {
    if (state.kind == RecordKind::kLink) last_link[state.port] = state.flags;
    if (state.kind == RecordKind::kNotice) notices.push_back(state.flags);
  }
  CHECK(last_link == std::map<uint32_t, uint16_t>{{1, 3}, {2, 1}});
  // In the order of their last.
  CHECK(notices == std::vector<uint16_t>{static_cast<uint16_t>(NoticeKind::kIsolationOver),
                                         static_cast<uint16_t>(NoticeKind::kLoop)});
  CHECK(batch.push(link(1, 1)));
  CHECK(states_in(batch).size() == 1);
}
