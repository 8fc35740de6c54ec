// Where unicast addresses live: learned, moved, aged (802.1Q, 8.8), bounded.
#include "addon/dataplane/address_table.h"

#include "addon/test/packet_builder.h"

using namespace ptpswitch::dataplane;
using ptpswitch::test::Bytes;
using ptpswitch::test::Host;

namespace {

constexpr int64_t kStart = 5 * kSecond;
constexpr uint32_t kPorts = 4;

Bytes mac(uint32_t number) {
  return {0x02,
          0xAA,
          static_cast<uint8_t>(number >> 24),
          static_cast<uint8_t>(number >> 16),
          static_cast<uint8_t>(number >> 8),
          static_cast<uint8_t>(number)};
}

}  // namespace

TEST_CASE("an address is found where it was last seen") {
  AddressTable table(64, kPorts, 300 * kSecond, 1);
  const Bytes address = mac(1);
  CHECK_FALSE(table.find(0, address.data(), kStart));
  CHECK_FALSE(table.learn(0, address.data(), 3, kStart));
  CHECK(table.find(0, address.data(), kStart) == 3);
  CHECK_FALSE(table.learn(0, address.data(), 2, kStart + 1));
  CHECK(table.find(0, address.data(), kStart + 1) == 2);
  CHECK_FALSE(table.find(0, mac(2).data(), kStart));
}

TEST_CASE("802.1Q, 8.8: the same address in two VLANs is two entries") {
  AddressTable table(64, kPorts, 300 * kSecond, 1);
  const Bytes address = mac(1);
  table.learn(0, address.data(), 0, kStart);
  table.learn(7, address.data(), 1, kStart);
  CHECK(table.find(0, address.data(), kStart) == 0);
  CHECK(table.find(7, address.data(), kStart) == 1);
  CHECK_FALSE(table.find(8, address.data(), kStart));
}

TEST_CASE("802.1Q, table 8-6: an address ages 300 s after it was last seen") {
  AddressTable table(64, kPorts, 300 * kSecond, 1);
  const Bytes address = mac(1);
  table.learn(0, address.data(), 2, kStart);
  CHECK(table.find(0, address.data(), kStart + 300 * kSecond) == 2);
  CHECK_FALSE(table.find(0, address.data(), kStart + 300 * kSecond + 1));
  table.learn(0, address.data(), 2, kStart + 200 * kSecond);
  CHECK(table.find(0, address.data(), kStart + 500 * kSecond) == 2);
  CHECK_FALSE(table.find(0, address.data(), kStart + 500 * kSecond + 1));
}

TEST_CASE("a table full of live addresses makes room by the least recently seen, and says so") {
  AddressTable table(64, kPorts, 300 * kSecond, 42);
  constexpr uint32_t kMany = 1'000;
  uint32_t evicted = 0;
  for (uint32_t i = 0; i < kMany; ++i) {
    evicted += table.learn(0, mac(i).data(), i % 4, kStart + i) ? 1 : 0;
    // The newest is always there, whatever had to go for it.
    REQUIRE(table.find(0, mac(i).data(), kStart + i) == i % 4);
  }
  CHECK(evicted == kMany - 64);
  for (uint32_t i = 0; i < kMany; ++i) {
    CHECK(table.find(0, mac(i).data(), kStart + kMany).has_value() == (i >= kMany - 64));
  }
}

TEST_CASE("an address that is seen again is not the next to go") {
  AddressTable table(2, kPorts, 300 * kSecond, 42);
  table.learn(0, mac(0).data(), 1, kStart);
  table.learn(0, mac(1).data(), 1, kStart + 1);
  table.learn(0, mac(0).data(), 1, kStart + 2);
  CHECK(table.learn(0, mac(2).data(), 1, kStart + 3) == 1);
  CHECK(table.find(0, mac(0).data(), kStart + 3) == 1);
  CHECK_FALSE(table.find(0, mac(1).data(), kStart + 3));
}

TEST_CASE("an aged address makes room without being counted as evicted") {
  AddressTable table(4, kPorts, 300 * kSecond, 42);
  for (uint32_t i = 0; i < 4; ++i) CHECK_FALSE(table.learn(0, mac(i).data(), 1, kStart));
  const int64_t later = kStart + 301 * kSecond;
  for (uint32_t i = 4; i < 8; ++i) CHECK_FALSE(table.learn(0, mac(i).data(), 2, later));
  CHECK(table.learn(0, mac(8).data(), 3, later) == 2);
  CHECK(table.find(0, mac(8).data(), later) == 3);
}

TEST_CASE("a port that shows many addresses makes room for them itself: the others keep a share") {
  constexpr uint32_t kFlooded = 3;
  constexpr uint32_t kShare = 64 / kPorts;
  AddressTable table(64, kPorts, 300 * kSecond, 42);
  for (uint32_t port = 0; port < kFlooded; ++port) {
    for (uint32_t i = 0; i < kShare; ++i) table.learn(0, mac(port << 8 | i).data(), port, kStart);
  }
  for (uint32_t i = 0; i < 10'000; ++i) {
    const auto loser = table.learn(0, mac(1 << 16 | i).data(), kFlooded, kStart + i);
    CHECK(loser == (i < kShare ? std::nullopt : std::optional{kFlooded}));
  }
  for (uint32_t port = 0; port < kFlooded; ++port) {
    for (uint32_t i = 0; i < kShare; ++i) {
      CHECK(table.find(0, mac(port << 8 | i).data(), kStart + 10'000) == port);
    }
  }
  // A port that has less than its share gets it back.
  table.forget_port(0);
  for (uint32_t i = 0; i < 100; ++i) {
    table.learn(0, mac(2 << 16 | i).data(), kFlooded, kStart + 10'000);
  }
  for (uint32_t i = 0; i < kShare; ++i) {
    CHECK(table.learn(0, mac(i).data(), 0, kStart + 20'000) == kFlooded);
  }
}

TEST_CASE("a port that lost its link is forgotten, the others are not") {
  AddressTable table(64, kPorts, 300 * kSecond, 1);
  for (uint32_t i = 0; i < 8; ++i) table.learn(0, mac(i).data(), i % 2, kStart);
  table.forget_port(0);
  for (uint32_t i = 0; i < 8; ++i) {
    const auto port = table.find(0, mac(i).data(), kStart);
    if (i % 2 == 0) {
      CHECK_FALSE(port);
    } else {
      CHECK(port == 1);
    }
  }
}

TEST_CASE(
    "the zero address, which no station has, is nowhere: also in the first minutes of a clock") {
  AddressTable table(64, kPorts, 300 * kSecond, 1);
  const Bytes zero(6);
  CHECK_FALSE(table.find(0, zero.data(), 0));
  CHECK_FALSE(table.find(0, zero.data(), kStart));
}
