// Transmit time stamps find their frames: by number, out of order, late, never, after failed sends,
// around the wrap.
#include "addon/dataplane/transmit_ledger.h"

#include <deque>
#include <random>
#include <vector>

#include "addon/test/packet_builder.h"

using namespace ptpswitch::dataplane;

namespace {

TransmitTag tag(uint32_t index) { return {TransmitTag::Owner::kExchange, index, index + 100}; }

// Frame `index` as the kernel would hand it back.
uint64_t signature(uint32_t index) { return 0xABCD'0000'0000ull + index; }

// Sends frame `index` at time `now`; the number it went out with.
uint32_t send(TransmitLedger& ledger, uint32_t index, int64_t now = 0) {
  const uint32_t number = ledger.next_number();
  ledger.enter(tag(index), signature(index), now);
  return number;
}

constexpr uint32_t kNothing = UINT32_MAX;

uint32_t index_of(const std::optional<TransmitLedger::Match>& match) {
  return match ? match->tag.index : kNothing;
}

}  // namespace

TEST_CASE("numbers start at 0 as the kernel's do, and go up by one a frame") {
  TransmitLedger ledger(8);
  CHECK(send(ledger, 50) == 0);
  CHECK(send(ledger, 51) == 1);
  CHECK(ledger.outstanding() == 2);
}

TEST_CASE("a time stamp finds its frame in any order, once") {
  TransmitLedger ledger(8);
  for (uint32_t index = 0; index < 5; ++index) send(ledger, index);
  for (const uint32_t number : {3u, 0u, 4u, 1u, 2u}) {
    const auto match = ledger.match(number, std::nullopt);
    REQUIRE(match);
    CHECK(match->tag.index == number);
    CHECK(match->tag.generation == number + 100);
    CHECK_FALSE(match->resynchronised);
    CHECK_FALSE(ledger.match(number, std::nullopt));
  }
  CHECK(ledger.outstanding() == 0);
  CHECK_FALSE(ledger.oldest_entered());
}

TEST_CASE("a number that was never given out matches nothing") {
  TransmitLedger ledger(8);
  CHECK_FALSE(ledger.match(0, std::nullopt));
  send(ledger, 1);
  for (const uint32_t number : {1u, 7u, 8u, 9u, 0x8000'0000u, 0xFFFF'FFFFu}) {
    CHECK_FALSE(ledger.match(number, std::nullopt));
  }
  CHECK(ledger.outstanding() == 1);
}

TEST_CASE("a full ledger says so, and has room again once its oldest frame is settled") {
  TransmitLedger ledger(4);
  for (uint32_t index = 0; index < 4; ++index) {
    CHECK(ledger.room() != 0);
    send(ledger, index, index);
  }
  CHECK(ledger.room() == 0);
  ledger.match(2, std::nullopt);
  CHECK(ledger.room() == 0);  // places are taken in order
  ledger.match(0, std::nullopt);
  CHECK(ledger.room() != 0);
  send(ledger, 4, 4);
  CHECK(ledger.room() == 0);
  CHECK(ledger.take_older_than(100)->index == 1);
  CHECK(ledger.room() != 0);  // 1 and, taken before, 2
  send(ledger, 5, 5);
  send(ledger, 6, 6);
  CHECK(ledger.room() == 0);
  CHECK(index_of(ledger.match(6, std::nullopt)) == 6);
}

TEST_CASE("a frame is given up when it is older than asked, and its time stamp then is late") {
  TransmitLedger ledger(8);
  send(ledger, 0, 100);
  send(ledger, 1, 200);
  CHECK(ledger.oldest_entered() == 100);
  CHECK_FALSE(ledger.take_older_than(100));
  CHECK(ledger.take_older_than(101)->index == 0);
  CHECK_FALSE(ledger.take_older_than(101));
  CHECK(ledger.oldest_entered() == 200);
  CHECK_FALSE(ledger.match(0, std::nullopt));
  CHECK_FALSE(ledger.match(0, signature(0)));
  CHECK(index_of(ledger.match(1, std::nullopt)) == 1);
}

TEST_CASE("giving up steps over frames whose time stamps came") {
  TransmitLedger ledger(8);
  for (uint32_t index = 0; index < 4; ++index) send(ledger, index, index);
  ledger.match(1, std::nullopt);
  ledger.match(2, std::nullopt);
  CHECK(ledger.take_older_than(10)->index == 0);
  CHECK(ledger.take_older_than(10)->index == 3);
  CHECK_FALSE(ledger.take_older_than(10));
  CHECK(ledger.outstanding() == 0);
}

TEST_CASE("a new socket counts from 0 again") {
  TransmitLedger ledger(8);
  for (uint32_t index = 0; index < 3; ++index) send(ledger, index);
  while (ledger.take_older_than(INT64_MAX)) {
  }
  ledger.restart();
  CHECK(send(ledger, 9) == 0);
  CHECK(index_of(ledger.match(0, std::nullopt)) == 9);
}

TEST_CASE("numbers wrap at 2^32") {
  TransmitLedger ledger(8, 0xFFFF'FFFD);
  std::vector<uint32_t> numbers;
  for (uint32_t index = 0; index < 6; ++index) numbers.push_back(send(ledger, index, index));
  CHECK(numbers == std::vector<uint32_t>{0xFFFF'FFFD, 0xFFFF'FFFE, 0xFFFF'FFFF, 0, 1, 2});
  CHECK(index_of(ledger.match(1, signature(4))) == 4);
  CHECK(index_of(ledger.match(0xFFFF'FFFF, std::nullopt)) == 2);
  CHECK(ledger.take_older_than(1)->index == 0);
  CHECK(index_of(ledger.match(0, std::nullopt)) == 3);
  CHECK(index_of(ledger.match(0xFFFF'FFFE, std::nullopt)) == 1);
  CHECK(index_of(ledger.match(2, std::nullopt)) == 5);
  CHECK(ledger.outstanding() == 0);
}

TEST_CASE("SOF_TIMESTAMPING_OPT_ID: a failed send that the kernel did not count changes nothing") {
  TransmitLedger ledger(8);
  send(ledger, 0);
  ledger.send_failed();
  send(ledger, 1);
  const auto first = ledger.match(0, signature(0));
  const auto second = ledger.match(1, signature(1));
  REQUIRE(index_of(first) == 0);
  REQUIRE(index_of(second) == 1);
  CHECK_FALSE(first->resynchronised);
  CHECK_FALSE(second->resynchronised);
}

TEST_CASE(
    "SOF_TIMESTAMPING_OPT_ID: a failed send that the kernel counted is found by the returned "
    "frame, once") {
  TransmitLedger ledger(8);
  send(ledger, 0);
  ledger.send_failed();  // the kernel gave it number 1
  send(ledger, 1);
  send(ledger, 2);
  CHECK(index_of(ledger.match(0, signature(0))) == 0);
  const auto resynchronised = ledger.match(2, signature(1));
  REQUIRE(index_of(resynchronised) == 1);
  CHECK(resynchronised->resynchronised);
  const auto next = ledger.match(3, signature(2));
  REQUIRE(index_of(next) == 2);
  CHECK_FALSE(next->resynchronised);
}

TEST_CASE(
    "SOF_TIMESTAMPING_OPT_ID: several failed sends, counted or not, never give a frame another's "
    "time stamp") {
  for (uint32_t pattern = 0; pattern < 4'096; ++pattern) {
    // Two bits a step: send, send again, fail uncounted, fail counted.
    TransmitLedger ledger(16);
    uint32_t kernel = 0;
    std::vector<std::pair<uint32_t, uint32_t>> on_the_way;  // number, index
    uint32_t index = 0;
    for (int step = 0; step < 6; ++step) {
      switch (pattern >> (2 * step) & 3) {
        case 0:
        case 1:
          send(ledger, index);
          on_the_way.emplace_back(kernel++, index++);
          break;
        case 2:
          ledger.send_failed();
          break;
        case 3:
          ledger.send_failed();
          ++kernel;
          break;
      }
    }
    CAPTURE(pattern);
    for (const auto& [number, sent] : on_the_way) {
      REQUIRE(index_of(ledger.match(number, signature(sent))) == sent);
    }
    REQUIRE(ledger.outstanding() == 0);
  }
}

TEST_CASE("without a failed send the number decides, whatever the driver has made of the frame") {
  TransmitLedger ledger(8);
  for (uint32_t index = 0; index < 3; ++index) send(ledger, index);
  CHECK(index_of(ledger.match(1, signature(77))) == 1);
  CHECK(index_of(ledger.match(0, signature(2))) == 0);
  CHECK(index_of(ledger.match(2, signature(2))) == 2);
}

TEST_CASE("after a failed send a frame that nobody has sent matches nothing") {
  TransmitLedger ledger(8);
  ledger.send_failed();
  send(ledger, 0);
  CHECK_FALSE(ledger.match(0, signature(77)));
  CHECK(index_of(ledger.match(0, signature(0))) == 0);
}

TEST_CASE("once a later frame has matched, the number decides again") {
  TransmitLedger ledger(8);
  send(ledger, 0);
  ledger.send_failed();  // the kernel gave it number 1
  for (uint32_t index = 1; index < 4; ++index) send(ledger, index);
  CHECK(index_of(ledger.match(2, signature(1))) == 1);
  CHECK(index_of(ledger.match(4, signature(3))) == 3);
  const auto next = ledger.match(3, signature(2));
  CHECK(index_of(next) == 2);
  CHECK_FALSE(next->resynchronised);
}

TEST_CASE(
    "two frames that are the same octet for octet, mistaken for each other after a failed send, "
    "cost "
    "the frames after them nothing") {
  TransmitLedger ledger(8);
  ledger.send_failed();  // the kernel gave it number 0
  for (const uint32_t index : {0u, 0u, 2u, 3u, 4u}) send(ledger, index);
  // 1 is that of the first; the second has that number here, and looks the same.
  CHECK(ledger.match(1, signature(0)));
  CHECK(ledger.match(2, signature(0)));
  CHECK(index_of(ledger.match(3, signature(2))) == 2);
  CHECK(index_of(ledger.match(4, signature(3))) == 3);
  CHECK(index_of(ledger.match(5, signature(4))) == 4);
  CHECK(ledger.outstanding() == 0);
}

TEST_CASE("the time stamp of a frame given up does not disturb a resynchronisation") {
  TransmitLedger ledger(8);
  send(ledger, 0, 0);
  ledger.send_failed();
  CHECK(ledger.take_older_than(10)->index == 0);
  send(ledger, 1, 20);
  CHECK_FALSE(ledger.match(0, signature(0)));
  const auto match = ledger.match(2, signature(1));
  REQUIRE(index_of(match) == 1);
  CHECK(match->resynchronised);
}

TEST_CASE("numbers that the kernel counts ahead wrap at 2^32 as well") {
  TransmitLedger ledger(8, 0xFFFF'FFFE);
  ledger.send_failed();
  for (uint32_t index = 0; index < 4; ++index) send(ledger, index);
  // One ahead: FFFFFFFF, 0, 1, 2.
  for (uint32_t index = 0; index < 4; ++index) {
    CHECK(index_of(ledger.match(0xFFFF'FFFF + index, signature(index))) == index);
  }
}

TEST_CASE("random traffic with losses and failures: every match is the right one") {
  std::mt19937 random(4'711);
  TransmitLedger ledger(32);
  struct UnderWay {
    uint32_t number, index;
  };
  std::deque<UnderWay> under_way;
  uint32_t kernel = 0, index = 0, matched = 0, sent = 0;
  for (int64_t now = 0; now < 100'000; ++now) {
    switch (random() % 8) {
      case 0:
        if (random() % 50 == 0) {
          ledger.send_failed();
          if (random() % 2) ++kernel;
        }
        break;
      case 1:
        if (!under_way.empty() && random() % 10 == 0) under_way.pop_front();  // lost
        break;
      case 2:
      case 3:
      case 4:
        if (ledger.room() == 0) break;
        send(ledger, index, now);
        under_way.push_back({kernel++, index++});
        ++sent;
        break;
      default:
        if (under_way.empty()) break;
        const UnderWay stamp = under_way.front();
        under_way.pop_front();
        if (const auto match = ledger.match(stamp.number, signature(stamp.index))) {
          REQUIRE(match->tag.index == stamp.index);
          ++matched;
        }
    }
    while (ledger.take_older_than(now - 200)) {
    }
  }
  CHECK(matched > sent * 8 / 10);
}

TEST_CASE(
    "a frame that left before a counted failed send keeps its number, also when its time stamp "
    "comes after those of later frames") {
  TransmitLedger ledger(8);
  for (uint32_t index = 0; index < 3; ++index) send(ledger, index);
  ledger.send_failed();  // the kernel gave it number 3
  send(ledger, 3);
  CHECK(index_of(ledger.match(4, signature(3))) == 3);
  for (const uint32_t index : {2u, 0u, 1u}) {
    const auto match = ledger.match(index, signature(index));
    CHECK(index_of(match) == index);
    CHECK_FALSE(match->resynchronised);
  }
}

TEST_CASE("frames between two failed sends are told by what comes back, in any order") {
  TransmitLedger ledger(8);
  ledger.send_failed();  // the kernel gave it number 0
  send(ledger, 0);
  send(ledger, 1);
  ledger.send_failed();  // and this one number 3
  send(ledger, 2);
  send(ledger, 3);
  CHECK(index_of(ledger.match(5, signature(3))) == 3);
  CHECK_FALSE(ledger.match(2, signature(77)));
  CHECK(index_of(ledger.match(2, signature(1))) == 1);
  CHECK(index_of(ledger.match(4, signature(2))) == 2);
  CHECK(index_of(ledger.match(1, signature(0))) == 0);
  CHECK(send(ledger, 4) == 4);
  CHECK(index_of(ledger.match(6, signature(4))) == 4);
}

TEST_CASE(
    "a late time stamp of another VLAN's frame is not taken for that of a frame which differs in "
    "its tag alone") {
  constexpr uint64_t kTag = uint64_t{1} << 40;
  TransmitLedger ledger(8);
  send(ledger, 0);
  CHECK(index_of(ledger.match(0, signature(0))) == 0);  // this driver leaves tags alone
  ledger.send_failed();
  send(ledger, 1, 0);
  ledger.take_older_than(1);
  ledger.enter(tag(2), signature(1) ^ kTag, 2);
  CHECK_FALSE(ledger.match(1, signature(1)));
  CHECK(index_of(ledger.match(2, signature(1) ^ kTag)) == 2);
}

TEST_CASE(
    "signatures are wanted until the sender is known to choose the numbers, socket by socket") {
  TransmitLedger ledger(8);
  CHECK(ledger.wants_signatures());
  send(ledger, 0);
  ledger.match(0, signature(0));
  CHECK(ledger.wants_signatures());  // the kernel counts
  send(ledger, 1);
  ledger.match(1, std::nullopt);
  CHECK_FALSE(ledger.wants_signatures());
  ledger.restart();
  CHECK(ledger.wants_signatures());
}
