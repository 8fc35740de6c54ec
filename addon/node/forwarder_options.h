// Reads what JavaScript passes to a Forwarder, checked as in options.h.
#pragma once

#include <napi.h>

#include <optional>

#include "addon/dataplane/clock_relation.h"
#include "addon/dataplane/clock_tracker.h"
#include "addon/dataplane/forwarder.h"
#include "addon/dataplane/limits.h"
#include "addon/dataplane/system_timebase.h"

namespace ptpswitch::node {

struct ForwarderOptions {
  uint32_t ports = 0;  // 1 to kMaxPorts
  uint64_t seed = 0;
  dataplane::Limits limits;  // those that are not given have their defaults
};

// Each throws a TypeError with code ERR_ARGUMENT that names the key.
ForwarderOptions read_forwarder_options(const Napi::Value& value);
// As read_port_settings, and outstandingLimit.
dataplane::PortSettings read_simulated_port_settings(const Napi::Value& value);
dataplane::ClockRelation read_clock_relation(const Napi::Value& value);
dataplane::CrossTimestamp read_cross_timestamp(const Napi::Value& value);
dataplane::SystemClockReading read_system_clock_reading(const Napi::Value& value);
// Nanoseconds as a BigInt of 64 bits.
int64_t read_timestamp(const Napi::Value& value, const char* name);
// Monotonic nanoseconds as a number, rounded down.
int64_t read_now(const Napi::Value& value);

}  // namespace ptpswitch::node
