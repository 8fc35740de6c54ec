// Hardware clocks as JavaScript sees them (src/native/data-plane.ts).
#pragma once

#include <napi.h>

#include "addon/dataplane/clock_relation.h"
#include "addon/io/clock_adjustment.h"
#include "addon/io/engine.h"

namespace ptpswitch::node {

// Reads a ClockAdjustment. Throws a TypeError with code ERR_ARGUMENT that names the key.
io::ClockAdjustment read_clock_adjustment(const Napi::Value& value);

// True when an AdjustableClock is the system clock and not a port's.
bool is_system_clock(const Napi::Value& value);

// An AdjustableClockReading; null while the clock is not related.
Napi::Value clock_reading(Napi::Env env, const dataplane::ClockRelation& relation);
Napi::Value clock_reading(Napi::Env env, const io::Engine::SystemClock& clock);

}  // namespace ptpswitch::node
