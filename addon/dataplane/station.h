// What tells stations apart on a bridge: the MAC address in its VLAN (802.1Q, 8.8), as one number.
#pragma once

#include <cstdint>

#include "addon/wire/byte_order.h"

namespace ptpswitch::dataplane {

inline uint64_t station(uint16_t vlan_id, const uint8_t* mac) {
  return static_cast<uint64_t>(vlan_id) << 48 | static_cast<uint64_t>(wire::read16(mac)) << 32 |
         wire::read32(mac + 2);
}

}  // namespace ptpswitch::dataplane
