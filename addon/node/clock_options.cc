#include "addon/node/clock_options.h"

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

namespace {

Napi::Value reading_object(Napi::Env env, int64_t clock_ns, int64_t common_ns, double rate_offset) {
  Napi::Object reading = Napi::Object::New(env);
  reading.Set("clockNs", Napi::BigInt::New(env, clock_ns));
  reading.Set("commonNs", Napi::BigInt::New(env, common_ns));
  // Seconds of the clock per common second, minus 1.
  reading.Set("rateOffset", rate_offset);
  return reading;
}

}  // namespace

Napi::Value clock_reading(Napi::Env env, const dataplane::ClockRelation& relation) {
  if (!relation.valid) return env.Null();
  const auto common_ns = static_cast<int64_t>((relation.common_anchor + 32768) >> 16);
  return reading_object(env, relation.raw_anchor_ns, common_ns, 1 / (1 + relation.rate_offset) - 1);
}

Napi::Value clock_reading(Napi::Env env, const io::Engine::SystemClock& clock) {
  return reading_object(env, clock.realtime_ns, clock.common_ns, clock.rate_offset);
}

}  // namespace ptpswitch::node
