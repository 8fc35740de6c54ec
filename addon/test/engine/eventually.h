// Waiting for what nobody tells of.
#pragma once

#include <chrono>
#include <thread>

namespace ptpswitch::test {

// Longer than anything takes on a busy machine under a sanitizer; what does not come is missing.
inline constexpr std::chrono::seconds kPatience{20};

// True as soon as `condition` is; false when it is not within kPatience. It asks again and again,
// because counters and records tell nobody that they have changed.
template <typename Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

}  // namespace ptpswitch::test
