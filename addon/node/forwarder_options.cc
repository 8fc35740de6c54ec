#include "addon/node/forwarder_options.h"

#include <cmath>

#include "addon/node/options.h"

namespace ptpswitch::node {
namespace {

// Numbers of JavaScript are exact up to here: 104 days of nanoseconds.
constexpr double kMaxExactInteger = 9007199254740991.0;

}  // namespace

ForwarderOptions read_forwarder_options(const Napi::Value& value) {
  const Napi::Object from = read_object(value, "options");
  ForwarderOptions options;
  options.ports = read_integer(from.Get("ports"), "ports", dataplane::kMaxPorts);
  if (options.ports == 0) throw_argument(value.Env(), "ports must be at least 1");
  options.seed = read_integer(from.Get("seed"), "seed", UINT32_MAX);
  options.limits = read_limits(from.Get("limits"));
  return options;
}

dataplane::PortSettings read_simulated_port_settings(const Napi::Value& value) {
  dataplane::PortSettings settings = read_port_settings(value);
  settings.outstanding_limit = read_integer(value.As<Napi::Object>().Get("outstandingLimit"),
                                            "outstandingLimit", UINT32_MAX);
  return settings;
}

dataplane::ClockRelation read_clock_relation(const Napi::Value& value) {
  const Napi::Object from = read_object(value, "relation");
  const Napi::Value rate = from.Get("rateOffset");
  const double offset = rate.IsNumber() ? rate.As<Napi::Number>().DoubleValue() : NAN;
  if (!(std::abs(offset) < 1)) {
    throw_argument(value.Env(), "rateOffset must be a number between -1 and 1");
  }
  const int64_t common_anchor_ns = read_timestamp(from.Get("commonAnchorNs"), "commonAnchorNs");
  return {.raw_anchor_ns = read_timestamp(from.Get("rawAnchorNs"), "rawAnchorNs"),
          .common_anchor = static_cast<dataplane::ScaledInstant>(common_anchor_ns) * 65536,
          .rate_offset = offset,
          .epoch = read_integer(from.Get("epoch"), "epoch", UINT32_MAX)};
}

dataplane::CrossTimestamp read_cross_timestamp(const Napi::Value& value) {
  constexpr uint32_t kMaxWindowNs = 1'000'000'000;
  const Napi::Object from = read_object(value, "crossTimestamp");
  return {.clock_ns = read_timestamp(from.Get("clockNs"), "clockNs"),
          .reference_ns = read_timestamp(from.Get("referenceNs"), "referenceNs"),
          .window_ns = read_integer(from.Get("windowNs"), "windowNs", kMaxWindowNs)};
}

dataplane::SystemClockReading read_system_clock_reading(const Napi::Value& value) {
  const Napi::Object from = read_object(value, "systemClock");
  return {.realtime_ns = read_timestamp(from.Get("realtimeNs"), "realtimeNs"),
          .monotonic_ns = read_timestamp(from.Get("monotonicNs"), "monotonicNs"),
          .raw_ns = read_timestamp(from.Get("rawNs"), "rawNs")};
}

int64_t read_timestamp(const Napi::Value& value, const char* name) {
  bool lossless = value.IsBigInt();
  const int64_t ns = lossless ? value.As<Napi::BigInt>().Int64Value(&lossless) : 0;
  if (!lossless) throw_argument(value.Env(), std::string(name) + " must be a BigInt of 64 bits");
  return ns;
}

int64_t read_now(const Napi::Value& value) {
  const double now = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(now >= 0 && now <= kMaxExactInteger)) {
    throw_argument(value.Env(), "now must be nanoseconds from 0 to 2^53 - 1");
  }
  return static_cast<int64_t>(now);
}

}  // namespace ptpswitch::node
