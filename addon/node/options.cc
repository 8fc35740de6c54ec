#include "addon/node/options.h"

#include <net/if.h>

#include <cmath>
#include <limits>
#include <random>

#include "addon/node/forwarder_options.h"

namespace ptpswitch::node {
namespace {

// Numbers of JavaScript are exact up to here: 104 days of nanoseconds.
constexpr double kMaxExactInteger = 9007199254740991.0;

int64_t nanoseconds(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  const double ns = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(std::abs(ns) <= kMaxDelaySettingNs)) {
    throw_argument(from.Env(), std::string(name) + " must be nanoseconds between -1e9 and 1e9");
  }
  return std::llround(ns);
}

}  // namespace

Napi::Object read_object(const Napi::Value& value, const char* name) {
  if (!value.IsObject()) throw_argument(value.Env(), std::string(name) + " must be an object");
  return value.As<Napi::Object>();
}

Napi::Array read_array(const Napi::Value& value, const char* name) {
  if (!value.IsArray()) throw_argument(value.Env(), std::string(name) + " must be an array");
  return value.As<Napi::Array>();
}

Napi::Array read_bounded_array(const Napi::Value& value, const char* name) {
  const Napi::Array result = read_array(value, name);
  if (result.Length() > dataplane::kMaxPolicyRules) {
    throw_argument(value.Env(), std::string(name) + " must have at most " +
                                    std::to_string(dataplane::kMaxPolicyRules) + " entries");
  }
  return result;
}

void throw_argument(Napi::Env env, const std::string& message) {
  Napi::TypeError error = Napi::TypeError::New(env, message);
  error.Set("code", "ERR_ARGUMENT");
  throw error;
}

void throw_error(Napi::Env env, const io::Error& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", failure.code);
  throw error;
}

uint32_t read_integer(const Napi::Value& value, const char* name, uint32_t maximum) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= 0 && number <= maximum) || number != std::floor(number)) {
    throw_argument(value.Env(),
                   std::string(name) + " must be an integer from 0 to " + std::to_string(maximum));
  }
  return static_cast<uint32_t>(number);
}

dataplane::PortSettings read_port_settings(const Napi::Value& value) {
  const Napi::Object from = read_object(value, "settings");
  dataplane::PortSettings settings;
  settings.ingress_latency_ns = nanoseconds(from, "ingressLatencyNs");
  settings.egress_latency_ns = nanoseconds(from, "egressLatencyNs");
  settings.delay_asymmetry_ns = nanoseconds(from, "delayAsymmetryNs");
  return settings;
}

std::optional<io::FormerTimestamping> read_former_timestamping(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  constexpr uint32_t kMaximum = std::numeric_limits<int32_t>::max();
  const Napi::Object from = read_object(value, "formerTimestamping");
  const auto number = [&](const char* name) {
    return static_cast<int>(read_integer(from.Get(name), name, kMaximum));
  };
  return io::FormerTimestamping{number("interfaceIndex"),
                                {number("transmitType"), number("receiveFilter")}};
}

Napi::Uint8Array read_frame(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw_argument(value.Env(), "frame must be a Uint8Array");
  }
  const auto bytes = value.As<Napi::Uint8Array>();
  if (bytes.ByteLength() > dataplane::kMaxFrameLength) {
    throw_argument(value.Env(), "frame must be at most " +
                                    std::to_string(dataplane::kMaxFrameLength) + " bytes");
  }
  return bytes;
}

dataplane::Limits read_limits(const Napi::Value& value) {
  dataplane::Limits limits;
  if (value.IsUndefined()) return limits;
  const Napi::Object from = read_object(value, "limits");
  const auto read_size = [&](const char* name, uint32_t& size) {
    constexpr uint32_t kMaxSize = 1 << 20;
    const Napi::Value wanted = from.Get(name);
    if (wanted.IsUndefined()) return;
    size = read_integer(wanted, name, kMaxSize);
    if (size == 0) throw_argument(from.Env(), std::string(name) + " must be at least 1");
  };
  const auto read_duration = [&](const char* name, dataplane::DurationNs& duration) {
    const Napi::Value wanted = from.Get(name);
    if (wanted.IsUndefined()) return;
    const double ns = wanted.IsNumber() ? wanted.As<Napi::Number>().DoubleValue() : NAN;
    if (!(ns > 0 && ns <= kMaxExactInteger)) {
      throw_argument(from.Env(), std::string(name) + " must be a positive number of nanoseconds");
    }
    duration = static_cast<dataplane::DurationNs>(ns);
  };
  read_size("exchanges", limits.exchanges);
  read_duration("exchangeLifetimeNs", limits.exchange_lifetime);
  read_size("heldMessages", limits.held_messages);
  read_duration("heldLifetimeNs", limits.held_lifetime);
  read_size("inFlight", limits.in_flight);
  read_duration("transmitTimestampTimeoutNs", limits.transmit_timestamp_timeout);
  read_size("queuedEvents", limits.queued_events);
  read_size("addresses", limits.addresses);
  // Whose addresses are learned, those are the stations that a loop is told by.
  if (limits.addresses != dataplane::Limits{}.addresses) limits.loop_sources = limits.addresses;
  read_duration("addressAgeingNs", limits.address_ageing);
  read_size("loopFingerprints", limits.loop_fingerprints);
  return limits;
}

namespace {

io::TimestampingRequest timestamping_request(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "auto") return io::TimestampingRequest::kAuto;
  if (name == "hardware") return io::TimestampingRequest::kHardware;
  if (name == "software") return io::TimestampingRequest::kSoftware;
  if (name == "mixed") return io::TimestampingRequest::kMixed;
  throw_argument(value.Env(), "timestamping must be auto, hardware, software or mixed");
}

// {interfaceIndex, features: [string]}
std::optional<io::FormerOffloads> read_former_offloads(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  constexpr uint32_t kMaximum = std::numeric_limits<int32_t>::max();
  const Napi::Object from = read_object(value, "formerOffloads");
  io::FormerOffloads former;
  former.interface_index =
      static_cast<int>(read_integer(from.Get("interfaceIndex"), "interfaceIndex", kMaximum));
  const Napi::Array features = read_bounded_array(from.Get("features"), "features");
  for (uint32_t i = 0; i < features.Length(); ++i) {
    const Napi::Value feature = features.Get(i);
    if (!feature.IsString()) throw_argument(value.Env(), "features must be strings");
    former.features.push_back(feature.As<Napi::String>().Utf8Value());
  }
  return former;
}

}  // namespace

io::EngineOptions read_engine_options(const Napi::Value& value) {
  const Napi::Env env = value.Env();
  const Napi::Object from = read_object(value, "options");
  io::EngineOptions options;
  const Napi::Array ports = read_array(from.Get("ports"), "ports");
  if (ports.Length() == 0 || ports.Length() > dataplane::kMaxPorts) {
    throw_argument(env,
                   "ports must have 1 to " + std::to_string(dataplane::kMaxPorts) + " entries");
  }
  for (uint32_t i = 0; i < ports.Length(); ++i) {
    const Napi::Object port = read_object(ports.Get(i), "port");
    const Napi::Value name = port.Get("interface");
    io::EnginePortOptions entry;
    if (name.IsString()) entry.interface = name.As<Napi::String>().Utf8Value();
    if (entry.interface.empty() || entry.interface.size() >= IFNAMSIZ) {
      throw_argument(env, "interface must be a name of 1 to 15 characters");
    }
    for (const auto& other : options.ports) {
      if (other.interface == entry.interface) {
        throw_argument(env, "interface " + entry.interface + " is named twice");
      }
    }
    entry.settings = read_port_settings(port);
    entry.former = read_former_timestamping(port.Get("formerTimestamping"));
    entry.former_offloads = read_former_offloads(port.Get("formerOffloads"));
    const Napi::Value keep = port.Get("keepMergeOffloads");
    if (!keep.IsUndefined()) entry.turn_merge_offloads_off = !keep.ToBoolean().Value();
    options.ports.push_back(entry);
  }
  options.timestamping = timestamping_request(from.Get("timestamping"));
  options.limits = read_limits(from.Get("limits"));
  const Napi::Value priority = from.Get("socketPriority");
  if (!priority.IsUndefined()) {
    options.socket_priority =
        static_cast<int>(read_integer(priority, "socketPriority", TC_PRIO_MAX));
  }
  const Napi::Value cpu = from.Get("cpu");
  if (!cpu.IsUndefined()) options.cpu = static_cast<int>(read_integer(cpu, "cpu", 1023));
  const Napi::Value busy = from.Get("busyPoll");
  if (!busy.IsBoolean()) throw_argument(env, "busyPoll must be true or false");
  options.busy_poll = busy.As<Napi::Boolean>().Value();
  const Napi::Value ahead = from.Get("timebaseAheadNs");
  if (!ahead.IsUndefined()) options.timebase_ahead_ns = read_timestamp(ahead, "timebaseAheadNs");
  std::random_device random;
  options.seed = static_cast<uint64_t>(random()) << 32 | random();
  return options;
}

std::vector<io::Engine::Submission> read_submissions(const Napi::Value& value, uint32_t ports) {
  const Napi::Array from = read_array(value, "frames");
  std::vector<io::Engine::Submission> submissions;
  for (uint32_t i = 0; i < from.Length(); ++i) {
    const Napi::Object entry = read_object(from.Get(i), "frame");
    io::Engine::Submission submission;
    submission.port = read_integer(entry.Get("port"), "port", ports - 1);
    const Napi::Uint8Array bytes = read_frame(entry.Get("frame"));
    submission.frame.assign(bytes.Data(), bytes.Data() + bytes.ByteLength());
    const Napi::Value context = entry.Get("context");
    if (!context.IsUndefined()) {
      submission.context = read_integer(context, "context", UINT32_MAX);
    }
    submissions.push_back(std::move(submission));
  }
  return submissions;
}

}  // namespace ptpswitch::node
