#include "addon/wire/checksum.h"

#include "addon/wire/byte_order.h"

namespace ptpswitch::wire {

uint32_t sum_words(const uint8_t* data, size_t length, uint32_t sum) {
  // 32 bits hold the sum of 65,536 words, more than any frame has.
  size_t i = 0;
  for (; i + 1 < length; i += 2) sum += read16(data + i);
  if (i < length) sum += static_cast<uint32_t>(data[i] << 8);
  return sum;
}

uint16_t fold_checksum(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

uint16_t update_checksum(uint16_t checksum, const uint8_t* before, const uint8_t* after,
                         size_t length) {
  // RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
  uint32_t sum = static_cast<uint16_t>(~checksum);
  for (size_t i = 0; i + 1 < length; i += 2) {
    sum += static_cast<uint16_t>(~read16(before + i));
    sum += read16(after + i);
  }
  return fold_checksum(sum);
}

}  // namespace ptpswitch::wire
