// The addon's exports: the classes Engine and Forwarder, probeInterface(name),
// readKernelClock(), changeKernelClock(change) and notifyServiceManager(address, message).
#include <linux/net_tstamp.h>
#include <napi.h>

#include "addon/io/interface_probe.h"
#include "addon/io/offload_features.h"
#include "addon/io/service_manager.h"
#include "addon/io/timestamp_limits.h"
#include "addon/node/engine_object.h"
#include "addon/node/forwarder_object.h"
#include "addon/node/kernel_clock_functions.h"
#include "addon/node/options.h"

namespace ptpswitch::node {
namespace {

Napi::Array to_array(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array array = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) array.Set(i, names[i]);
  return array;
}

Napi::Value to_current(Napi::Env env, const std::optional<io::HardwareTimestampConfig>& current) {
  if (!current) return env.Null();
  auto name = [](std::vector<std::string> names) { return names.empty() ? "other" : names[0]; };
  Napi::Object object = Napi::Object::New(env);
  object.Set("transmitType", name(io::transmit_type_names(1u << current->transmit_type)));
  object.Set("receiveFilter", name(io::receive_filter_names(1u << current->receive_filter)));
  return object;
}

Napi::Value to_coalescing(Napi::Env env, const std::optional<io::Coalescing>& coalescing) {
  if (!coalescing) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("receiveUsecs", coalescing->receive_usecs);
  object.Set("adaptiveReceive", coalescing->adaptive_receive);
  return object;
}

Napi::Value to_energy_efficiency(Napi::Env env,
                                 const std::optional<io::EnergyEfficiency>& energy_efficiency) {
  if (!energy_efficiency) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("enabled", energy_efficiency->enabled);
  object.Set("active", energy_efficiency->active);
  return object;
}

Napi::Value probe_interface(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) throw_argument(env, "name must be a string");
  const io::InterfaceProbe probe = io::probe_interface(info[0].As<Napi::String>().Utf8Value());

  auto has = [&probe](uint32_t flag) { return (probe.capabilities & flag) != 0; };
  Napi::Object capabilities = Napi::Object::New(env);
  capabilities.Set("softwareTransmit", has(SOF_TIMESTAMPING_TX_SOFTWARE));
  capabilities.Set("softwareReceive", has(SOF_TIMESTAMPING_RX_SOFTWARE));
  capabilities.Set("hardwareTransmit", has(SOF_TIMESTAMPING_TX_HARDWARE));
  capabilities.Set("hardwareReceive", has(SOF_TIMESTAMPING_RX_HARDWARE));
  capabilities.Set("rawHardwareClock", has(SOF_TIMESTAMPING_RAW_HARDWARE));

  Napi::Object result = Napi::Object::New(env);
  result.Set("interface", probe.name);
  result.Set("exists", probe.exists);
  result.Set("interfaceIndex", probe.index);
  result.Set("mac", probe.mac);
  result.Set("up", probe.up);
  result.Set("running", probe.running);
  result.Set("ethernet", probe.ethernet);
  result.Set("loopback", probe.loopback);
  result.Set("speedMbps", probe.speed_mbps);
  result.Set("driver", probe.driver);
  result.Set("phcIndex", probe.phc_index);
  result.Set("capabilities", capabilities);
  result.Set("transmitTypes", to_array(env, io::transmit_type_names(probe.transmit_types)));
  result.Set("receiveFilters", to_array(env, io::receive_filter_names(probe.receive_filters)));
  result.Set("current", to_current(env, probe.current));
  const std::string obstacle = probe.hardware_obstacle();
  result.Set("hardwareObstacle", obstacle.empty() ? env.Null() : Napi::String::New(env, obstacle));
  result.Set("outstandingTimestamps", io::outstanding_timestamps(probe.driver));
  result.Set("coalescing", to_coalescing(env, probe.coalescing));
  result.Set("energyEfficiency", to_energy_efficiency(env, probe.energy_efficiency));
  result.Set("mergeOffloads", to_array(env, probe.exists ? io::merge_offloads(probe.name)
                                                         : std::vector<std::string>()));
  return result;
}

void notify_service_manager(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) throw_argument(env, "address must be a string");
  if (!info[1].IsString()) throw_argument(env, "message must be a string");
  const auto error = io::notify_service_manager(info[0].As<Napi::String>().Utf8Value(),
                                                info[1].As<Napi::String>().Utf8Value());
  if (error) throw_error(env, *error);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", EngineObject::define(env));
  exports.Set("Forwarder", ForwarderObject::define(env));
  exports.Set("probeInterface", Napi::Function::New(env, probe_interface, "probeInterface"));
  exports.Set("readKernelClock", Napi::Function::New(env, read_kernel_clock, "readKernelClock"));
  exports.Set("changeKernelClock",
              Napi::Function::New(env, change_kernel_clock, "changeKernelClock"));
  exports.Set("notifyServiceManager",
              Napi::Function::New(env, notify_service_manager, "notifyServiceManager"));
  return exports;
}

}  // namespace
}  // namespace ptpswitch::node

static Napi::Object initialise_module(Napi::Env env, Napi::Object exports) {
  return ptpswitch::node::initialise(env, exports);
}

NODE_API_MODULE(ptp_switch, initialise_module)
