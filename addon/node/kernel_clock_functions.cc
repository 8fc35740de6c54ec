#include "addon/node/kernel_clock_functions.h"

#include <string>

#include "addon/io/kernel_clock.h"
#include "addon/node/options.h"

namespace ptpswitch::node {
namespace {

constexpr uint32_t kMaxTaiOffset = 100'000;  // the kernel's
// NTP_PHASE_LIMIT of the kernel, above which it calls the clock unsynchronised by itself.
constexpr uint32_t kMaxErrorUs = 16'000'000;

const char* name_of(io::LeapSecond leap_second) {
  switch (leap_second) {
    case io::LeapSecond::kInsert:
      return "insert";
    case io::LeapSecond::kDelete:
      return "delete";
    case io::LeapSecond::kNone:
      break;
  }
  return "none";
}

io::LeapSecond read_leap_second(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "insert") return io::LeapSecond::kInsert;
  if (name == "delete") return io::LeapSecond::kDelete;
  if (name == "none") return io::LeapSecond::kNone;
  throw_argument(value.Env(), "leapSecond must be insert, delete or none");
}

bool read_boolean(const Napi::Value& value, const char* name) {
  if (!value.IsBoolean()) {
    throw_argument(value.Env(), std::string(name) + " must be true or false");
  }
  return value.As<Napi::Boolean>().Value();
}

io::KernelClockChange read_change(const Napi::Value& value) {
  if (!value.IsObject()) throw_argument(value.Env(), "change must be an object");
  const Napi::Object from = value.As<Napi::Object>();
  io::KernelClockChange change;
  const auto given = [&](const char* name) { return !from.Get(name).IsUndefined(); };
  if (given("taiOffset")) {
    change.tai_offset =
        static_cast<int32_t>(read_integer(from.Get("taiOffset"), "taiOffset", kMaxTaiOffset));
  }
  if (given("synchronised")) {
    change.synchronised = read_boolean(from.Get("synchronised"), "synchronised");
  }
  if (given("leapSecond")) change.leap_second = read_leap_second(from.Get("leapSecond"));
  if (given("maxErrorUs")) {
    change.max_error_us = read_integer(from.Get("maxErrorUs"), "maxErrorUs", kMaxErrorUs);
  }
  if (given("estimatedErrorUs")) {
    change.estimated_error_us =
        read_integer(from.Get("estimatedErrorUs"), "estimatedErrorUs", kMaxErrorUs);
  }
  return change;
}

}  // namespace

Napi::Value read_kernel_clock(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto read = io::read_kernel_clock(io::driver_calls());
  if (const auto* error = std::get_if<io::Error>(&read)) throw_error(env, *error);
  const auto& state = std::get<io::KernelClockState>(read);
  Napi::Object result = Napi::Object::New(env);
  result.Set("taiOffset", state.tai_offset);
  result.Set("synchronised", state.synchronised);
  result.Set("leapSecond", name_of(state.leap_second));
  result.Set("maxErrorUs", static_cast<double>(state.max_error_us));
  result.Set("estimatedErrorUs", static_cast<double>(state.estimated_error_us));
  return result;
}

void change_kernel_clock(const Napi::CallbackInfo& info) {
  const io::KernelClockChange change = read_change(info[0]);
  const auto error = io::change_kernel_clock(change, io::driver_calls());
  if (error) throw_error(info.Env(), *error);
}

}  // namespace ptpswitch::node
