// Hashing of table keys: fast mixing, with a seed so that a sender cannot choose its bucket.
#pragma once

#include <cstdint>
#include <cstring>

namespace ptpswitch::dataplane {

inline uint64_t mix(uint64_t hash, uint64_t value) {
  const __uint128_t product =
      static_cast<__uint128_t>(hash ^ value) * 0x9E3779B97F4A7C15ull;  // 2^64 / golden ratio
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t mix_bytes(uint64_t hash, const uint8_t* data, size_t length) {
  while (length >= 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    hash = mix(hash, word);
    data += 8;
    length -= 8;
  }
  uint64_t rest = length;
  std::memcpy(&rest, data, length);
  return mix(hash, length == 0 ? 0 : rest + 1);
}

}  // namespace ptpswitch::dataplane
