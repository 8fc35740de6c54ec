#include "addon/node/engine_object.h"

#include "addon/node/clock_options.h"
#include "addon/node/counters_object.h"
#include "addon/node/options.h"

namespace ptpswitch::node {

Napi::Function EngineObject::define(Napi::Env env) {
  return DefineClass(
      env, "Engine",
      {
          InstanceMethod("program", &EngineObject::program),
          InstanceMethod("drain", &EngineObject::drain),
          InstanceMethod("submit", &EngineObject::submit),
          InstanceMethod("ports", &EngineObject::ports),
          InstanceMethod("counters", &EngineObject::counters),
          InstanceMethod("readClock", &EngineObject::read_clock),
          InstanceMethod("adjustClock", &EngineObject::adjust_clock),
          InstanceMethod("loseTransmitTimestamps", &EngineObject::lose_transmit_timestamps),
          InstanceMethod("heartbeat", &EngineObject::heartbeat),
          InstanceMethod("close", &EngineObject::close),
      });
}

EngineObject::EngineObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineObject>(info) {
  const Napi::Env env = info.Env();
  const io::EngineOptions options = read_engine_options(info[0]);
  if (!info[1].IsFunction()) throw_argument(env, "onReadable must be a function");
  port_count_ = static_cast<uint32_t>(options.ports.size());
  wake_ =
      Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "ptp-switch records", 0, 1);
  auto opened = io::Engine::open(options, [wake = wake_] {
    // The function is called once per empty-to-waiting change, so its queue stays short.
    wake.NonBlockingCall();
  });
  if (auto* error = std::get_if<io::Error>(&opened)) {
    wake_.Release();
    throw_error(env, *error);
  }
  engine_ = std::move(std::get<std::unique_ptr<io::Engine>>(opened));
}

EngineObject::~EngineObject() { stop(); }

void EngineObject::stop() {
  if (!engine_) return;
  engine_.reset();  // joins the thread: nothing wakes after this
  wake_.Release();
}

io::Engine& EngineObject::engine(Napi::Env env) {
  if (!engine_) throw_error(env, {"ERR_CLOSED", "the data plane is closed"});
  return *engine_;
}

void EngineObject::program(const Napi::CallbackInfo& info) {
  // The arguments first: reading them may run JavaScript, which may close this engine.
  dataplane::Policy policy = read_policy(info[0], port_count_);
  engine(info.Env()).program(std::move(policy));
}

Napi::Value EngineObject::drain(const Napi::CallbackInfo& info) {
  engine(info.Env()).drain(drained_);
  return Napi::Buffer<uint8_t>::Copy(info.Env(), drained_.data(), drained_.size());
}

void EngineObject::submit(const Napi::CallbackInfo& info) {
  std::vector<io::Engine::Submission> frames = read_submissions(info[0], port_count_);
  engine(info.Env()).submit(std::move(frames));
}

Napi::Value EngineObject::ports(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::vector<io::EnginePortInfo> ports = engine(env).ports();
  Napi::Array result = Napi::Array::New(env, ports.size());
  for (uint32_t i = 0; i < ports.size(); ++i) {
    const io::EnginePortInfo& port = ports[i];
    Napi::Object object = Napi::Object::New(env);
    object.Set("interface", port.interface);
    object.Set("interfaceIndex", port.interface_index);
    object.Set("mac", port.mac);
    object.Set("present", port.present);
    object.Set("link", port.link);
    object.Set("timestamping",
               port.timestamping == io::TimestampingMode::kHardware ? "hardware" : "software");
    object.Set("timestampingReason", port.timestamping_reason);
    object.Set("phcIndex", port.phc_index);
    object.Set("formerTimestamping", env.Null());
    if (port.former) {
      Napi::Object former = Napi::Object::New(env);
      former.Set("interfaceIndex", port.former->interface_index);
      former.Set("transmitType", port.former->mode.transmit_type);
      former.Set("receiveFilter", port.former->mode.receive_filter);
      object.Set("formerTimestamping", former);
    }
    Napi::Array turned_off = Napi::Array::New(env, port.offloads_turned_off.size());
    for (uint32_t k = 0; k < port.offloads_turned_off.size(); ++k) {
      turned_off.Set(k, port.offloads_turned_off[k]);
    }
    object.Set("offloadsTurnedOff", turned_off);
    object.Set("clock", env.Null());
    if (port.timestamping == io::TimestampingMode::kHardware) {
      Napi::Object clock = Napi::Object::New(env);
      clock.Set("related", port.clock_related);
      clock.Set("offsetNs", static_cast<double>(port.clock_offset_ns));
      clock.Set("ratePpb", port.clock_rate_ppb);
      clock.Set("uncertaintyNs", port.clock_uncertainty_ns);
      object.Set("clock", clock);
    }
    result.Set(i, object);
  }
  return result;
}

Napi::Value EngineObject::counters(const Napi::CallbackInfo& info) {
  return counters_object(info.Env(), engine(info.Env()).counters());
}

// readClock(port | 'system'): an AdjustableClockReading, or null (src/native/data-plane.ts).
Napi::Value EngineObject::read_clock(const Napi::CallbackInfo& info) {
  if (is_system_clock(info[0])) {
    return clock_reading(info.Env(), engine(info.Env()).read_system_clock());
  }
  const uint32_t index = read_integer(info[0], "port", port_count_ - 1);
  return clock_reading(info.Env(), engine(info.Env()).ports()[index].clock_relation);
}

// adjustClock(port | 'system', {stepNs, rateChangePpb})
void EngineObject::adjust_clock(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const io::ClockAdjustment adjustment = read_clock_adjustment(info[1]);
  std::optional<io::Error> error;
  if (is_system_clock(info[0])) {
    engine(env);  // of an open data plane alone
    error = io::adjust_clock(CLOCK_REALTIME, "CLOCK_REALTIME", adjustment, io::driver_calls());
  } else {
    const uint32_t port = read_integer(info[0], "port", port_count_ - 1);
    error = engine(env).adjust_clock(port, adjustment);
  }
  if (error) throw_error(env, *error);
}

void EngineObject::lose_transmit_timestamps(const Napi::CallbackInfo& info) {
  const uint32_t port = read_integer(info[0], "port", port_count_ - 1);
  const uint32_t count = read_integer(info[1], "count", UINT32_MAX);
  engine(info.Env()).lose_transmit_timestamps(port, count);
}

Napi::Value EngineObject::heartbeat(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(engine(info.Env()).heartbeat()));
}

void EngineObject::close(const Napi::CallbackInfo&) { stop(); }

}  // namespace ptpswitch::node
