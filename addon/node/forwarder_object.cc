#include "addon/node/forwarder_object.h"

#include <cstring>

#include "addon/node/clock_options.h"
#include "addon/node/counters_object.h"
#include "addon/node/options.h"

namespace ptpswitch::node {

Napi::Function ForwarderObject::define(Napi::Env env) {
  return DefineClass(env, "Forwarder",
                     {
                         InstanceMethod("receive", &ForwarderObject::receive),
                         InstanceMethod("transmitTimestamp", &ForwarderObject::transmit_timestamp),
                         InstanceMethod("submit", &ForwarderObject::submit),
                         InstanceMethod("advance", &ForwarderObject::advance),
                         InstanceMethod("nextDeadline", &ForwarderObject::next_deadline),
                         InstanceMethod("program", &ForwarderObject::program),
                         InstanceMethod("setLink", &ForwarderObject::set_link),
                         InstanceMethod("relate", &ForwarderObject::relate),
                         InstanceMethod("crossTimestamp", &ForwarderObject::cross_timestamp),
                         InstanceMethod("readClock", &ForwarderObject::read_clock),
                         InstanceMethod("attachSystemClock", &ForwarderObject::attach_system_clock),
                         InstanceMethod("readSystemClock", &ForwarderObject::read_system_clock),
                         InstanceMethod("clockAdjusted", &ForwarderObject::clock_adjusted),
                         InstanceMethod("configure", &ForwarderObject::configure),
                         InstanceMethod("drain", &ForwarderObject::drain),
                         InstanceMethod("counters", &ForwarderObject::counters),
                     });
}

ForwarderObject::ForwarderObject(const Napi::CallbackInfo& info)
    : ForwarderObject(info, read_forwarder_options(info[0])) {
  if (!info[1].IsFunction()) throw_argument(info.Env(), "onReadable must be a function");
  on_readable_ = Napi::Persistent(info[1].As<Napi::Function>());
  // One for all calls: an array of its own for each would take longer than the forwarding.
  const Napi::Uint8Array sends = Napi::Uint8Array::New(info.Env(), io::RecordBatch::kCapacityBytes);
  sends_array_ = Napi::Persistent(sends);
  Value().DefineProperty(Napi::PropertyDescriptor::Value("sends", sends, napi_enumerable));
}

ForwarderObject::ForwarderObject(const Napi::CallbackInfo& info, const ForwarderOptions& options)
    : Napi::ObjectWrap<ForwarderObject>(info),
      ports_(options.ports),
      counters_(std::make_shared<std::vector<std::atomic<uint64_t>>>(
          options.ports * dataplane::PortCounters::kStride)),
      records_(options.ports, [this] { readable_ = true; }),
      sends_(options.ports, [] {}),
      forwarder_(options.ports, options.limits, options.seed, *this, counters_->data()),
      trackers_(options.ports) {}

// receive(port, frame, timestampNs | undefined, now)
Napi::Value ForwarderObject::receive(const Napi::CallbackInfo& info) {
  const uint32_t port = read_port(info[0]);
  const uint16_t length = take_frame(info[1]);
  dataplane::Arrival arrival;
  if (!info[2].IsUndefined()) {
    arrival.timestamp_ns = time_of(port, read_timestamp(info[2], "timestampNs"));
    arrival.timestamp_dropped = !arrival.timestamp_ns;
  }
  const int64_t now = take_now(info[3]);
  forwarder_.receive(port, frame_, length, arrival, now);
  return flush_sends(info.Env(), now);
}

// transmitTimestamp(port, number, timestampNs, now)
Napi::Value ForwarderObject::transmit_timestamp(const Napi::CallbackInfo& info) {
  const uint32_t port = read_port(info[0]);
  const uint32_t number = read_integer(info[1], "number", UINT32_MAX);
  // Without a signature: numbers are never in doubt where no kernel does the counting.
  const int64_t now = take_now(info[3]);
  forwarder_.transmit_timestamp(port, number, std::nullopt,
                                time_of(port, read_timestamp(info[2], "timestampNs")), now);
  return flush_sends(info.Env(), now);
}

// submit(port, frame, context | undefined, now)
Napi::Value ForwarderObject::submit(const Napi::CallbackInfo& info) {
  const uint32_t port = read_port(info[0]);
  const uint16_t length = take_frame(info[1]);
  std::optional<uint32_t> context;
  if (!info[2].IsUndefined()) context = read_integer(info[2], "context", UINT32_MAX);
  const int64_t now = take_now(info[3]);
  forwarder_.submit(port, frame_, length, context, now);
  return flush_sends(info.Env(), now);
}

// advance(now)
Napi::Value ForwarderObject::advance(const Napi::CallbackInfo& info) {
  const int64_t now = take_now(info[0]);
  forwarder_.advance(now);
  return flush_sends(info.Env(), now);
}

Napi::Value ForwarderObject::next_deadline(const Napi::CallbackInfo& info) {
  const auto deadline = forwarder_.next_deadline();
  if (!deadline) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(*deadline));
}

void ForwarderObject::program(const Napi::CallbackInfo& info) {
  forwarder_.program(read_policy(info[0], ports_));
}

// setLink(port, up)
void ForwarderObject::set_link(const Napi::CallbackInfo& info) {
  const uint32_t port = read_port(info[0]);
  if (!info[1].IsBoolean()) throw_argument(info.Env(), "up must be true or false");
  const bool up = info[1].As<Napi::Boolean>().Value();
  forwarder_.set_link(port, up);
  records_.push({.kind = io::RecordKind::kLink,
                 .port = static_cast<uint8_t>(port),
                 .flags = static_cast<uint16_t>(1 | (up ? 2 : 0))});
  wake_reader();
}

// relate(port, {rawAnchorNs, commonAnchorNs, rateOffset, epoch})
void ForwarderObject::relate(const Napi::CallbackInfo& info) {
  forwarder_.relate(read_port(info[0]), read_clock_relation(info[1]), now_);
}

// crossTimestamp(port, {clockNs, referenceNs, windowNs}): as the engine does with each reading of a
// hardware clock. Returns a PortClock (src/native/data-plane.ts).
Napi::Value ForwarderObject::cross_timestamp(const Napi::CallbackInfo& info) {
  using Outcome = dataplane::ClockTracker::Outcome;
  const uint32_t port = read_port(info[0]);
  dataplane::ClockTracker& tracker = trackers_[port];
  const Outcome outcome = tracker.add(read_cross_timestamp(info[1]));
  if (outcome != Outcome::kIgnored) forwarder_.relate(port, tracker.relation(), now_);
  if (outcome == Outcome::kMoved) {
    forwarder_.counters(port).add(dataplane::Counter::kClockMoved);
    records_.push({.kind = io::RecordKind::kClockMoved, .port = static_cast<uint8_t>(port)});
    wake_reader();
  }
  Napi::Object clock = Napi::Object::New(info.Env());
  clock.Set("related", tracker.relation().valid);
  clock.Set("offsetNs", static_cast<double>(tracker.offset_ns()));
  clock.Set("ratePpb", tracker.rate_ppb());
  clock.Set("uncertaintyNs", tracker.noise_ns());
  return clock;
}

// readClock(port): an AdjustableClockReading, or null.
Napi::Value ForwarderObject::read_clock(const Napi::CallbackInfo& info) {
  return clock_reading(info.Env(), trackers_[read_port(info[0])].relation());
}

// attachSystemClock(port): its time stamps are of the system clock.
void ForwarderObject::attach_system_clock(const Napi::CallbackInfo& info) {
  software_ports_ |= dataplane::bit(read_port(info[0]));
}

// readSystemClock({realtimeNs, monotonicNs, rawNs}): as the engine does when it has read time
// stamps.
void ForwarderObject::read_system_clock(const Napi::CallbackInfo& info) {
  const dataplane::SystemClockReading reading = read_system_clock_reading(info[0]);
  if (timebase_) {
    timebase_->add(reading);
  } else {
    timebase_.emplace(reading);
  }
}

std::optional<int64_t> ForwarderObject::time_of(uint32_t port, int64_t timestamp_ns) {
  if (!timebase_ || (software_ports_ & dataplane::bit(port)) == 0) return timestamp_ns;
  const auto common_ns = timebase_->to_common(timestamp_ns);
  if (!common_ns) forwarder_.counters(port).add(dataplane::Counter::kClockDisturbed);
  return common_ns;
}

// clockAdjusted(port, referenceNs, {stepNs, rateChangePpb}): the hardware clock has just been
// adjusted so.
void ForwarderObject::clock_adjusted(const Napi::CallbackInfo& info) {
  const uint32_t port = read_port(info[0]);
  const int64_t reference_ns = read_timestamp(info[1], "referenceNs");
  const io::ClockAdjustment adjustment = read_clock_adjustment(info[2]);
  dataplane::ClockTracker& tracker = trackers_[port];
  tracker.adjusted(reference_ns, adjustment.step_ns, adjustment.rate_change);
  forwarder_.relate(port, tracker.relation(), now_);
}

// configure(port, {ingressLatencyNs, egressLatencyNs, delayAsymmetryNs, outstandingLimit})
void ForwarderObject::configure(const Napi::CallbackInfo& info) {
  forwarder_.configure(read_port(info[0]), read_simulated_port_settings(info[1]));
}

Napi::Value ForwarderObject::drain(const Napi::CallbackInfo& info) {
  records_.drain(batch_);
  return Napi::Buffer<uint8_t>::Copy(info.Env(), batch_.data(), batch_.size());
}

Napi::Value ForwarderObject::counters(const Napi::CallbackInfo& info) {
  return counters_object(info.Env(), counters_);
}

uint32_t ForwarderObject::read_port(const Napi::Value& value) const {
  return read_integer(value, "port", ports_ - 1);
}

int64_t ForwarderObject::take_now(const Napi::Value& value) { return now_ = read_now(value); }

uint16_t ForwarderObject::take_frame(const Napi::Value& value) {
  const Napi::Uint8Array frame = read_frame(value);
  std::memcpy(frame_, frame.Data(), frame.ByteLength());
  return static_cast<uint16_t>(frame.ByteLength());
}

Napi::Value ForwarderObject::flush_sends(Napi::Env env, int64_t now) {
  forwarder_.flush(now);
  // It may call this object again, which then takes all that is to be sent so far. So it comes
  // before the array is written: whoever made this call reads the array only when it returns.
  wake_reader();
  sends_.drain(batch_);
  if (!batch_.empty()) {
    Napi::Uint8Array array = sends_array_.Value();
    // Shorter only if somebody has transferred its memory away.
    if (array.ByteLength() < batch_.size()) throw_argument(env, "sends must keep its memory");
    std::memcpy(array.Data(), batch_.data(), batch_.size());
  }
  return Napi::Number::New(env, static_cast<double>(batch_.size()));
}

void ForwarderObject::wake_reader() {
  if (!readable_) return;
  readable_ = false;
  on_readable_.Call({});
}

uint32_t ForwarderObject::send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) {
  uint32_t sent = 0;
  for (const auto& [data, length, number] : frames) {
    const bool pushed = sends_.push({.kind = io::RecordKind::kSend,
                                     .port = static_cast<uint8_t>(port),
                                     .context = number.value_or(0),
                                     .flags = static_cast<uint16_t>(number ? 1 : 0),
                                     .payload = data,
                                     .payload_size = length});
    if (!pushed) break;
    ++sent;
  }
  return sent;
}

bool ForwarderObject::punt(uint32_t port, const wire::FrameView& view,
                           std::optional<int64_t> timestamp_ns) {
  return records_.push(io::frame_record(port, view, timestamp_ns));
}

void ForwarderObject::observe_sync(uint32_t port, const dataplane::SyncObservation& observation) {
  records_.push(io::SyncRecord(port, observation).record());
}

void ForwarderObject::unserved(const dataplane::UnservedMessages& messages) {
  records_.push(io::UnservedRecord(messages).record());
}

void ForwarderObject::notice(const dataplane::Notice& notice) {
  records_.push(io::notice_record(notice));
}

void ForwarderObject::clock_transmit_timestamp(uint32_t port, uint32_t context,
                                               std::optional<int64_t> timestamp_ns) {
  records_.push(io::transmit_timestamp_record(port, context, timestamp_ns));
}

}  // namespace ptpswitch::node
