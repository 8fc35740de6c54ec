// What is asked of an engine when it is opened.
#pragma once

#include <linux/pkt_sched.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addon/dataplane/forwarding_state.h"
#include "addon/dataplane/limits.h"
#include "addon/io/interface_probe.h"
#include "addon/io/offload_features.h"

namespace ptpswitch::io {

// The mode of an interface before hardware time stamping was turned on there.
struct FormerTimestamping {
  int interface_index = 0;
  HardwareTimestampConfig mode;
};

struct EnginePortOptions {
  std::string interface;
  dataplane::PortSettings settings;
  std::optional<FormerTimestamping> former;  // the mode before an earlier switch, which was killed
  bool turn_merge_offloads_off = true;       // what merges received packets (offload_features.h)
  std::optional<FormerOffloads> former_offloads;  // left off by an earlier switch, which was killed
};

enum class TimestampingRequest : uint8_t {
  kAuto,  // kMixed, unless one port alone of several has hardware time stamps: then kSoftware
  kHardware,
  kSoftware,
  kMixed,  // hardware time stamps on every port that has them
};

struct EngineOptions {
  std::vector<EnginePortOptions> ports;  // at most dataplane::kMaxPorts
  TimestampingRequest timestamping = TimestampingRequest::kAuto;
  int cpu = -1;  // -1: wherever the scheduler likes
  bool busy_poll = false;
  // SO_PRIORITY: PTP goes ahead of bulk traffic in every queueing discipline that has bands.
  int socket_priority = TC_PRIO_CONTROL;
  dataplane::Limits limits;
  uint64_t seed = 0;
  // Of the timebase, of CLOCK_MONOTONIC_RAW; none: what CLOCK_REALTIME is at the start.
  std::optional<int64_t> timebase_ahead_ns;
};

}  // namespace ptpswitch::io
