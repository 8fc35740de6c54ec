// What must hold in a fuzz target: libFuzzer keeps the input for which it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace ptpswitch::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "what must hold does not: %s\n", what);
  std::abort();
}

}  // namespace ptpswitch::fuzz
