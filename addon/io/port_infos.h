// What is so of each port now, for other threads than the engine's to read.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/dataplane/clock_relation.h"
#include "addon/io/engine_options.h"
#include "addon/io/packet_socket.h"

namespace ptpswitch::io {

struct EnginePortInfo {
  std::string interface;
  int interface_index = 0;
  std::string mac;
  bool present = false;
  bool link = false;
  TimestampingMode timestamping = TimestampingMode::kSoftware;
  std::string timestamping_reason;
  std::optional<FormerTimestamping> former;  // with hardware time stamps, while present
  int phc_index = -1;
  // Of the port's hardware clock against CLOCK_REALTIME; meaningful while clock_related.
  bool clock_related = false;
  int64_t clock_offset_ns = 0;
  double clock_rate_ppb = 0;
  double clock_uncertainty_ns = 0;
  dataplane::ClockRelation clock_relation{.valid = false};
};

class PortInfos {
 public:
  explicit PortInfos(const std::vector<EnginePortOptions>& ports) : infos_(ports.size()) {
    for (size_t i = 0; i < ports.size(); ++i) infos_[i].interface = ports[i].interface;
  }

  std::vector<EnginePortInfo> all() const {
    const std::lock_guard lock(mutex_);
    return infos_;
  }
  EnginePortInfo of(uint32_t port) const {
    const std::lock_guard lock(mutex_);
    return infos_[port];
  }
  // `change` is given the port's EnginePortInfo, while no other thread sees it.
  template <typename Change>
  void update(uint32_t port, Change&& change) {
    const std::lock_guard lock(mutex_);
    std::forward<Change>(change)(infos_[port]);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<EnginePortInfo> infos_;
};

}  // namespace ptpswitch::io
