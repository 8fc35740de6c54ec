// The Internet checksum against the RFCs' own numbers and against a full recomputation.
#include "addon/wire/checksum.h"

#include <cstring>
#include <random>

#include "addon/test/packet_builder.h"
#include "addon/wire/byte_order.h"

using namespace ptpswitch;
using namespace ptpswitch::wire;

TEST_CASE("RFC 1071, 3: the worked example sums to DDF2") {
  const uint8_t data[] = {0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};
  CHECK(sum_words(data, sizeof data) == 0x2DDF0);
  CHECK(fold_checksum(sum_words(data, sizeof data)) == static_cast<uint16_t>(~0xDDF2));
}

TEST_CASE("an odd last byte counts as the high half of a word") {
  const uint8_t data[] = {0x12, 0x34, 0x56};
  CHECK(sum_words(data, 3) == 0x1234 + 0x5600);
  CHECK(sum_words(data, 1) == 0x1200);
  CHECK(sum_words(data, 0, 7) == 7);
}

TEST_CASE("folding carries until nothing is left over") {
  CHECK(fold_checksum(0) == 0xFFFF);
  CHECK(fold_checksum(0xFFFF) == 0);
  CHECK(fold_checksum(0x1'0000) == static_cast<uint16_t>(~1));
  CHECK(fold_checksum(0xFFFF'FFFF) == 0);
  CHECK(fold_checksum(0x0001'FFFF) == static_cast<uint16_t>(~1));  // carries twice
}

TEST_CASE("RFC 1624, 4: the example that equation 2 gets wrong") {
  const uint8_t before[] = {0x55, 0x55};
  const uint8_t after[] = {0x32, 0x85};
  CHECK(update_checksum(0xDD2F, before, after, 2) == 0x0000);
}

TEST_CASE(
    "an incremental update is the full recomputation, for random data and for all ones and zeros") {
  std::mt19937_64 random(20'191'588);
  const uint64_t extremes[] = {0, UINT64_MAX, 0x0000'FFFF'0000'FFFF, 1, 0x8000'0000'0000'0000};
  for (int round = 0; round < 20'000; ++round) {
    uint8_t data[32];
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
    if (round % 4 == 0) std::memset(data, round % 8 == 0 ? 0xFF : 0, sizeof data);
    data[0] = 0x11;  // the protocol number: a pseudo header is never all zero
    const uint16_t before = fold_checksum(sum_words(data, sizeof data));

    uint8_t field[8];
    write64(field, round % 2 ? random() : extremes[static_cast<size_t>(round) % 5]);
    const size_t at = 2 + 2 * (random() % 11);
    const uint16_t updated = update_checksum(before, data + at, field, sizeof field);
    std::memcpy(data + at, field, sizeof field);

    REQUIRE(updated == fold_checksum(sum_words(data, sizeof data)));
  }
}
