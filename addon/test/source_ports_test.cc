// Since when a station has been heard by each port; bounded for each port by itself.
#include "addon/dataplane/source_ports.h"

#include <doctest/doctest.h>

using namespace ptpswitch::dataplane;

TEST_CASE("a station is known at each port since it was first heard there, until it has aged") {
  SourcePorts sources(64, 4, 300 * kSecond, 1);
  CHECK_FALSE(sources.heard_since(7, 1, 0));
  sources.note(7, 1, 10);
  sources.note(7, 2, 20);
  sources.note(7, 1, 30);
  CHECK(sources.heard_since(7, 1, 40) == 10);
  CHECK(sources.heard_since(7, 2, 40) == 20);
  CHECK_FALSE(sources.heard_since(7, 3, 40));
  CHECK(sources.heard_since(7, 1, 30 + 300 * kSecond) == 10);
  CHECK_FALSE(sources.heard_since(7, 1, 31 + 300 * kSecond));
  sources.note(7, 1, 400 * kSecond);
  CHECK(sources.heard_since(7, 1, 400 * kSecond) == 400 * kSecond);
}

TEST_CASE("a flood makes its own port forget, and there whom it has known for the shortest time") {
  SourcePorts sources(64, 4, 300 * kSecond, 1);
  for (uint32_t port = 0; port < 4; ++port) sources.note(7, port, 0);
  for (uint64_t station = 1'000; station < 5'000; ++station) {
    sources.note(station, 2, static_cast<int64_t>(station));
  }
  for (uint32_t port = 0; port < 4; ++port) CHECK(sources.heard_since(7, port, 5'000) == 0);
  CHECK(sources.heard_since(4'999, 2, 5'000) == 4'999);
}

TEST_CASE("what has aged goes first") {
  SourcePorts sources(4, 1, 300 * kSecond, 1);
  for (uint64_t station = 1; station <= 4; ++station) {
    sources.note(station, 0, static_cast<int64_t>(station));
  }
  const int64_t later = 301 * kSecond;
  for (uint64_t station = 2; station <= 4; ++station) sources.note(station, 0, 200 * kSecond);
  sources.note(5, 0, later);
  CHECK(sources.heard_since(2, 0, later) == 2);
  CHECK(sources.heard_since(4, 0, later) == 4);
  CHECK(sources.heard_since(5, 0, later) == later);
  CHECK_FALSE(sources.heard_since(1, 0, later));
}
