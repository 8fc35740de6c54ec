// The JavaScript object around an Engine: its methods, its life time.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "addon/io/engine.h"

namespace ptpswitch::node {

class EngineObject : public Napi::ObjectWrap<EngineObject> {
 public:
  static Napi::Function define(Napi::Env env);

  // new Engine(options, onReadable): onReadable is called, once until the next drain, when records
  // wait.
  explicit EngineObject(const Napi::CallbackInfo& info);
  ~EngineObject() override;

 private:
  void program(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  void submit(const Napi::CallbackInfo& info);
  Napi::Value ports(const Napi::CallbackInfo& info);
  Napi::Value counters(const Napi::CallbackInfo& info);
  Napi::Value read_clock(const Napi::CallbackInfo& info);
  void adjust_clock(const Napi::CallbackInfo& info);
  void lose_transmit_timestamps(const Napi::CallbackInfo& info);
  Napi::Value heartbeat(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  io::Engine& engine(Napi::Env env);
  void stop();

  std::unique_ptr<io::Engine> engine_;
  uint32_t port_count_ = 0;
  Napi::ThreadSafeFunction wake_;
  std::vector<uint8_t> drained_;
};

}  // namespace ptpswitch::node
