// The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
#pragma once

#include <cstddef>
#include <cstdint>

namespace ptpswitch::wire {

// One's complement sum of big-endian 16-bit words, not yet folded; an odd last byte is padded with
// zero.
uint32_t sum_words(const uint8_t* data, size_t length, uint32_t sum = 0);

// Folds a sum to the 16 bits that go into a checksum field.
uint16_t fold_checksum(uint32_t sum);

// The checksum field after `length` (even) bytes at an even offset changed from `before` to
// `after`.
uint16_t update_checksum(uint16_t checksum, const uint8_t* before, const uint8_t* after,
                         size_t length);

}  // namespace ptpswitch::wire
