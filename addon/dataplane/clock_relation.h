// Maps the raw time stamps of one port's clock to the common timebase: common = common_anchor +
// (raw - raw_anchor) * rate. Ports that share a clock (software time stamps: CLOCK_REALTIME) have
// the identity.
#pragma once

#include <cstdint>

#include "addon/dataplane/exchange_table.h"

namespace ptpswitch::dataplane {

struct ClockRelation {
  int64_t raw_anchor_ns = 0;
  int64_t common_anchor_ns = 0;
  double rate_offset = 0;  // common seconds per raw second, minus 1

  ScaledInstant relate(int64_t raw_ns) const {
    const int64_t since_anchor_ns = raw_ns - raw_anchor_ns;
    const ScaledInstant common =
        static_cast<ScaledInstant>(common_anchor_ns) + static_cast<ScaledInstant>(since_anchor_ns);
    return common * 65536 +
           static_cast<ScaledInstant>(static_cast<double>(since_anchor_ns) * rate_offset * 65536.0);
  }
};

}  // namespace ptpswitch::dataplane
