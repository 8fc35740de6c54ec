// Which of the Syncs that pass are reported for syntonisation: a rate is measured over seconds, so
// a few a second of each domain and port are enough, however many pass.
#pragma once

#include <array>
#include <cstdint>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

class SyncSampling {
 public:
  // True when one of this domain and port is due; then it counts as taken.
  bool due(uint16_t sdo_id, uint8_t domain_number, uint32_t port, int64_t now) {
    // Two domains that share a slot take turns: each is reported less often, none wrongly.
    int64_t& taken = taken_[(sdo_id * 31u + domain_number * 7u + port) % taken_.size()];
    if (taken != 0 && now - taken < kSyncSamplingInterval) return false;
    taken = now;
    return true;
  }

 private:
  std::array<int64_t, 1024> taken_{};
};

}  // namespace ptpswitch::dataplane
