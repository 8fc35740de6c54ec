#include "addon/io/timestamp_limits.h"

#include <array>
#include <string_view>

namespace ptpswitch::io {
namespace {

struct Limit {
  std::string_view driver;
  uint32_t outstanding;
};

// From the drivers' sources: a single register, or the number of slots.
constexpr std::array<Limit, 8> kLimits = {{
    {"igb", 1},
    {"e1000e", 1},
    {"ixgbe", 1},
    {"i40e", 1},
    {"stmmac", 1},
    {"macb", 1},
    {"igc", 4},
    {"ice", 64},
}};
constexpr uint32_t kUnknownDriver = 4;

}  // namespace

uint32_t outstanding_timestamps(const std::string& driver) {
  for (const Limit& limit : kLimits) {
    if (limit.driver == driver) return limit.outstanding;
  }
  return kUnknownDriver;
}

}  // namespace ptpswitch::io
