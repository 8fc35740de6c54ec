// What JavaScript sees of the counters: their names and places, and the live values themselves.
#pragma once

#include <napi.h>

#include "addon/io/engine.h"

namespace ptpswitch::node {

// {layout, values} as in src/native/data-plane.ts; `values` is the block itself, which lives as
// long as the array does.
Napi::Object counters_object(Napi::Env env, const io::CounterBlock& counters);

}  // namespace ptpswitch::node
