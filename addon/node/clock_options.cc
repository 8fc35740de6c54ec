#include "addon/node/clock_options.h"

#include <time.h>

#include <cmath>

#include "addon/node/forwarder_options.h"
#include "addon/node/options.h"

namespace ptpswitch::node {

io::ClockAdjustment read_clock_adjustment(const Napi::Value& value) {
  // A clock that is further off than this is defective.
  constexpr double kMaxRateChangePpb = 1e8;
  if (!value.IsObject()) throw_argument(value.Env(), "adjustment must be an object");
  const Napi::Object from = value.As<Napi::Object>();
  const Napi::Value rate = from.Get("rateChangePpb");
  const double ppb = rate.IsNumber() ? rate.As<Napi::Number>().DoubleValue() : NAN;
  if (!(std::abs(ppb) <= kMaxRateChangePpb)) {
    throw_argument(value.Env(), "rateChangePpb must be a number between -1e8 and 1e8");
  }
  return {.step_ns = read_timestamp(from.Get("stepNs"), "stepNs"), .rate_change = ppb * 1e-9};
}

bool is_system_clock(const Napi::Value& value) {
  return value.IsString() && value.As<Napi::String>().Utf8Value() == "system";
}

dataplane::ClockRelation system_clock_relation() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int64_t ns = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  return {.raw_anchor_ns = ns, .common_anchor = static_cast<dataplane::ScaledInstant>(ns) * 65536};
}

Napi::Value clock_reading(Napi::Env env, const dataplane::ClockRelation& relation) {
  if (!relation.valid) return env.Null();
  const auto common_ns = static_cast<int64_t>((relation.common_anchor + 32768) >> 16);
  Napi::Object reading = Napi::Object::New(env);
  reading.Set("clockNs", Napi::BigInt::New(env, relation.raw_anchor_ns));
  reading.Set("commonNs", Napi::BigInt::New(env, common_ns));
  // Seconds of the clock per common second, minus 1.
  reading.Set("rateOffset", 1 / (1 + relation.rate_offset) - 1);
  return reading;
}

}  // namespace ptpswitch::node
