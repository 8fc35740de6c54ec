#include "addon/node/counters_object.h"

#include "addon/dataplane/counters.h"

namespace ptpswitch::node {
namespace {

Napi::Object layout_object(Napi::Env env) {
  Napi::Object residence = Napi::Object::New(env);
  Napi::Array bounds = Napi::Array::New(env, dataplane::kResidenceBuckets);
  for (uint32_t i = 0; i < dataplane::kResidenceBuckets; ++i) {
    bounds.Set(i, static_cast<double>(dataplane::residence_bucket_upper_ns(i)));
  }
  residence.Set("offset", static_cast<double>(dataplane::kCounterCount));
  residence.Set("upperBoundsNs", bounds);

  Napi::Array names = Napi::Array::New(env, dataplane::kCounterCount);
  for (uint32_t i = 0; i < dataplane::kCounterCount; ++i) {
    names.Set(i, std::string(dataplane::kCounterNames[i]));
  }
  Napi::Object layout = Napi::Object::New(env);
  layout.Set("stride", static_cast<double>(dataplane::PortCounters::kStride));
  layout.Set("names", names);
  layout.Set("residence", residence);
  return layout;
}

}  // namespace

Napi::Object counters_object(Napi::Env env, const io::CounterBlock& counters) {
  auto* block = new io::CounterBlock(counters);
  const size_t count = (*block)->size();
  static_assert(sizeof(std::atomic<uint64_t>) == sizeof(uint64_t));
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(
      env, (*block)->data(), count * sizeof(uint64_t),
      [](Napi::Env, void*, io::CounterBlock* owned) { delete owned; }, block);
  Napi::Object result = Napi::Object::New(env);
  result.Set("layout", layout_object(env));
  result.Set("values", Napi::BigUint64Array::New(env, count, buffer, 0));
  return result;
}

}  // namespace ptpswitch::node
