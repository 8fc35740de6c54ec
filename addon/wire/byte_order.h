// Big-endian reads and writes at any alignment: the byte order of every field on the wire.
#pragma once

#include <cstdint>

namespace ptpswitch::wire {

inline uint16_t read16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

inline uint32_t read32(const uint8_t* at) {
  return static_cast<uint32_t>(read16(at)) << 16 | read16(at + 2);
}

inline uint64_t read64(const uint8_t* at) {
  return static_cast<uint64_t>(read32(at)) << 32 | read32(at + 4);
}

inline void write16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

inline void write64(uint8_t* at, uint64_t value) {
  for (int i = 7; i >= 0; --i, value >>= 8) at[i] = static_cast<uint8_t>(value);
}

}  // namespace ptpswitch::wire
