// The JavaScript object around a Forwarder alone: no socket, no thread and no clock, so that the
// same forwarding code runs under virtual time. Time and time stamps are handed in; what is to be
// sent is written to the array `sends` by each call as one batch of `send` records, what is for the
// control plane waits in a record ring, as in the engine.
#pragma once

#include <napi.h>

#include <optional>
#include <vector>

#include "addon/dataplane/clock_tracker.h"
#include "addon/dataplane/effects.h"
#include "addon/dataplane/forwarder.h"
#include "addon/dataplane/system_timebase.h"
#include "addon/io/engine.h"
#include "addon/io/record_batch.h"
#include "addon/node/forwarder_options.h"

namespace ptpswitch::node {

class ForwarderObject : public Napi::ObjectWrap<ForwarderObject>, private dataplane::Effects {
 public:
  static Napi::Function define(Napi::Env env);

  // new Forwarder({ports, seed, limits?}, onReadable): onReadable is called, once until the next
  // drain, at the end of the call that made records wait.
  explicit ForwarderObject(const Napi::CallbackInfo& info);

 private:
  ForwarderObject(const Napi::CallbackInfo& info, const ForwarderOptions& options);

  // Each returns how many bytes of `send` records it has written.
  Napi::Value receive(const Napi::CallbackInfo& info);
  Napi::Value transmit_timestamp(const Napi::CallbackInfo& info);
  Napi::Value submit(const Napi::CallbackInfo& info);
  Napi::Value advance(const Napi::CallbackInfo& info);

  Napi::Value next_deadline(const Napi::CallbackInfo& info);
  void program(const Napi::CallbackInfo& info);
  void set_link(const Napi::CallbackInfo& info);
  void relate(const Napi::CallbackInfo& info);
  Napi::Value cross_timestamp(const Napi::CallbackInfo& info);
  Napi::Value read_clock(const Napi::CallbackInfo& info);
  void attach_system_clock(const Napi::CallbackInfo& info);
  void read_system_clock(const Napi::CallbackInfo& info);
  void clock_adjusted(const Napi::CallbackInfo& info);
  void configure(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value counters(const Napi::CallbackInfo& info);

  uint32_t read_port(const Napi::Value& value) const;
  // As io::ClockKeeper does.
  std::optional<int64_t> time_of(uint32_t port, int64_t timestamp_ns);
  int64_t take_now(const Napi::Value& value);
  // Copies JavaScript's frame, which the forwarder may edit, and returns its length.
  uint16_t take_frame(const Napi::Value& value);
  Napi::Value flush_sends(Napi::Env env, int64_t now);
  void wake_reader();

  // dataplane::Effects
  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override;
  bool punt(uint32_t port, const wire::FrameView& view,
            std::optional<int64_t> timestamp_ns) override;
  void observe_sync(uint32_t port, const dataplane::SyncObservation& observation) override;
  void notice(const dataplane::Notice& notice) override;
  void unserved(const dataplane::UnservedMessages& messages) override;
  void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                std::optional<int64_t> timestamp_ns) override;

  const uint32_t ports_;
  io::CounterBlock counters_;
  io::RecordBatch records_;
  io::RecordBatch sends_;
  bool readable_ = false;  // records wait that onReadable has not been called for
  Napi::FunctionReference on_readable_;
  Napi::Reference<Napi::Uint8Array> sends_array_;
  std::vector<uint8_t> batch_;
  int64_t now_ = 0;  // of the latest call that said it
  uint8_t frame_[dataplane::kMaxFrameLength];
  dataplane::Forwarder forwarder_;
  std::vector<dataplane::ClockTracker> trackers_;  // by port
  std::optional<dataplane::SystemTimebase> timebase_;
  uint32_t software_ports_ = 0;
};

}  // namespace ptpswitch::node
