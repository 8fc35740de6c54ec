// Maps the raw time stamps of one port's clock to the common timebase: common = common_anchor +
// (raw - raw_anchor) * rate. Software time stamps are converted before (system_timebase.h): their
// ports have the identity.
#pragma once

#include <cstdint>

namespace ptpswitch::dataplane {

// An instant of the common timebase in units of 2^-16 ns, wide enough for any date.
using ScaledInstant = __int128;

struct ClockRelation {
  int64_t raw_anchor_ns = 0;
  ScaledInstant common_anchor = 0;
  double rate_offset = 0;  // common seconds per raw second, minus 1
  // Counts how often the clock was set or slewed. The difference of two time stamps of different
  // epochs means nothing.
  uint32_t epoch = 0;
  bool valid = true;  // false while the relation is not known

  ScaledInstant to_common(int64_t raw_ns) const {
    const ScaledInstant since_anchor = (static_cast<ScaledInstant>(raw_ns) - raw_anchor_ns) * 65536;
    // The clock that is the timebase itself needs none of the slow arithmetic below.
    if (rate_offset == 0) return common_anchor + since_anchor;
    return common_anchor + since_anchor +
           static_cast<ScaledInstant>(static_cast<double>(since_anchor) * rate_offset);
  }
};

}  // namespace ptpswitch::dataplane
