// Sets of ports as one word, a bit a port.
#pragma once

#include <bit>
#include <cstdint>

namespace ptpswitch::dataplane {

constexpr uint32_t bit(uint32_t port) { return 1u << port; }

constexpr bool contains(uint32_t ports, uint32_t port) { return (ports & bit(port)) != 0; }

// Calls `visit` with each port of a set.
template <typename Visit>
void each_port(uint32_t ports, Visit visit) {
  for (; ports != 0; ports &= ports - 1) visit(static_cast<uint32_t>(std::countr_zero(ports)));
}

}  // namespace ptpswitch::dataplane
