// Reads what JavaScript passes in: every argument is checked here, so that no code behind this has
// to check it.
#pragma once

#include <napi.h>

#include <vector>

#include "addon/dataplane/policy.h"
#include "addon/io/engine.h"

namespace ptpswitch::node {

// A latency or asymmetry of more than a second is a mistake in units.
inline constexpr double kMaxDelaySettingNs = 1e9;

// Each throws a TypeError with code ERR_ARGUMENT that names the key.
io::EngineOptions read_engine_options(const Napi::Value& value);
dataplane::Policy read_policy(const Napi::Value& value, uint32_t ports);
std::vector<io::Engine::Submission> read_submissions(const Napi::Value& value, uint32_t ports);
// The latencies and the asymmetry of a port; outstanding_limit follows from the driver instead.
dataplane::PortSettings read_port_settings(const Napi::Value& value);
// Those that are left out are the defaults.
dataplane::Limits read_limits(const Napi::Value& value);
// A whole frame of at most kMaxFrameLength bytes; a view of JavaScript's own memory.
Napi::Uint8Array read_frame(const Napi::Value& value);
Napi::Object read_object(const Napi::Value& value, const char* name);
Napi::Array read_array(const Napi::Value& value, const char* name);
// Of at most kMaxPolicyRules entries.
Napi::Array read_bounded_array(const Napi::Value& value, const char* name);
uint32_t read_integer(const Napi::Value& value, const char* name, uint32_t maximum);

[[noreturn]] void throw_argument(Napi::Env env, const std::string& message);
[[noreturn]] void throw_error(Napi::Env env, const io::Error& error);

}  // namespace ptpswitch::node
