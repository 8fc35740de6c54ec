// Which of the Syncs that pass are reported for syntonisation: a rate is measured over seconds, so
// a few a second of each domain and port are enough, however many pass.
#pragma once

#include <array>
#include <cstdint>

#include "addon/dataplane/limits.h"

namespace ptpswitch::dataplane {

class SyncSampling {
 public:
  // True when this Sync of the domain and port is to be reported. The next is then due after
  // kSyncSamplingInterval.
  bool due(uint16_t sdo_id, uint8_t domain_number, uint32_t port, int64_t now) {
    const uint64_t key = static_cast<uint64_t>(sdo_id) << 16 | domain_number << 8 | port;
    Slot& slot = slots_[(sdo_id * 31u + domain_number * 7u + port) % slots_.size()];
    // Domains that share a slot displace each other. They are then reported more often than needed,
    // but none is left out, in whatever order their Syncs come.
    if (slot.key == key && now - slot.taken < kSyncSamplingInterval) return false;
    slot = {key, now};
    return true;
  }

 private:
  struct Slot {
    uint64_t key = UINT64_MAX;  // no domain has this key
    int64_t taken = 0;
  };

  std::array<Slot, 1024> slots_{};
};

}  // namespace ptpswitch::dataplane
