// Chooses the kind of time stamps of each port, relates its hardware clock to CLOCK_REALTIME, and
// notices when another program changes either.
#include <algorithm>

#include "addon/io/engine.h"
#include "addon/io/monotonic_clock.h"

namespace ptpswitch::io {
namespace {

int64_t realtime_ns() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Hardware clocks are read this often, best of so many attempts. A clock slewed by 20 ppm is 400 ns
// off its line after one interval.
constexpr int64_t kClockReadIntervalNs = 20'000'000;
constexpr uint32_t kClockReadAttempts = 8;
// A time stamp is believed only when its clock was on its line after it: read again, unless that
// was just done.
constexpr int64_t kClockVerifyIntervalNs = 1'000'000;
constexpr uint32_t kClockVerifyAttempts = 2;
// How often the time stamping mode of a port is checked, and how often while time stamps are
// missing.
constexpr int64_t kHardwareModeIntervalNs = 1'000'000'000;
constexpr int64_t kHardwareModeDoubtNs = 50'000'000;

}  // namespace

// Every port uses the best kind that it has. Hardware clocks are related to CLOCK_REALTIME, the
// clock of software time stamps, so that time stamps of any two ports can be subtracted.
std::optional<Error> Engine::choose_timestamping() {
  for (size_t index = 0; index < ports_.size(); ++index) {
    EnginePortInfo& info = ports_[index].info;
    const InterfaceProbe probe = probe_interface(info.interface);
    info.phc_index = probe.phc_index;
    info.timestamping = TimestampingMode::kSoftware;
    if (options_.timestamping == TimestampingRequest::kSoftware) {
      info.timestamping_reason = "as configured";
    } else if (const std::string obstacle = probe.hardware_obstacle(); !obstacle.empty()) {
      info.timestamping_reason = obstacle;
      if (options_.timestamping == TimestampingRequest::kHardware) {
        return Error{kErrTimestamping,
                     info.interface + ": " + obstacle + "; use timestamping: auto or software"};
      }
    } else {
      info.timestamping = TimestampingMode::kHardware;
      info.timestamping_reason = "of its clock /dev/ptp" + std::to_string(probe.phc_index);
      if (auto error = attach_clock(static_cast<uint32_t>(index))) return error;
    }
  }
  return std::nullopt;
}

std::optional<Error> Engine::attach_clock(uint32_t index) {
  Port& port = ports_[index];
  for (const auto& clock : clocks_) {
    if (clock->device.phc_index() == port.info.phc_index) port.clock = clock.get();
  }
  if (port.clock == nullptr) {
    auto device = HardwareClock::open(port.info.phc_index);
    if (auto* error = std::get_if<Error>(&device)) return *error;
    clocks_.push_back(std::unique_ptr<HardwareClockTrack>(
        new HardwareClockTrack{std::move(std::get<HardwareClock>(device)), {}, 0}));
    port.clock = clocks_.back().get();
  }
  forwarder_.relate(index, port.clock->tracker.relation(), monotonic_ns());  // not valid yet
  return std::nullopt;
}

// Reads the clocks that are due.
void Engine::read_due_clocks(int64_t now) {
  read_clocks(now, kClockReadIntervalNs, kClockReadAttempts);
}

// Makes sure that the clocks were on their lines after the time stamps that have just been read.
void Engine::verify_clocks(int64_t now) {
  read_clocks(now, kClockVerifyIntervalNs, kClockVerifyAttempts);
}

// When read_due_clocks() will have something to do; none without hardware clocks.
std::optional<int64_t> Engine::next_clock_reading() const {
  std::optional<int64_t> earliest;
  for (const auto& clock : clocks_) {
    const int64_t due = clock->read_at + kClockReadIntervalNs;
    earliest = earliest ? std::min(*earliest, due) : due;
  }
  return earliest;
}

// Reads the clocks that were not read for `older_than_ns`.
void Engine::read_clocks(int64_t now, int64_t older_than_ns, uint32_t attempts) {
  using Outcome = dataplane::ClockTracker::Outcome;
  for (const auto& clock : clocks_) {
    if (now - clock->read_at < older_than_ns) continue;
    clock->read_at = now;
    const auto reading = clock->device.read(attempts);
    if (!reading) {
      if (clock->tracker.reading_failed()) report_unreadable_clock(*clock);
      continue;
    }
    const Outcome outcome = clock->tracker.add(*reading);
    if (outcome != Outcome::kIgnored) publish_clock(*clock, outcome == Outcome::kMoved);
  }
}

std::optional<Error> Engine::adjust_now(uint32_t index, const ClockAdjustment& adjustment) {
  const Port& port = ports_[index];
  if (port.clock == nullptr) {
    return Error{kErrTimestamping, port.info.interface +
                                       ": without hardware time stamps it has no clock to steer; "
                                       "use clock: virtual"};
  }
  const int64_t before = realtime_ns();
  if (auto error = port.clock->device.adjust(adjustment)) return error;
  const int64_t at = before + (realtime_ns() - before) / 2;
  port.clock->tracker.adjusted(at, adjustment.step_ns, adjustment.rate_change);
  publish_clock(*port.clock, false);
  return std::nullopt;
}

// Called when so many readings of a clock have failed that it is no longer related.
void Engine::report_unreadable_clock(HardwareClockTrack& clock) {
  publish_clock(clock, false);
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    if (ports_[index].clock != &clock) continue;
    push_port_error(index,
                    "its hardware clock cannot be read: corrections wait until it can; see dmesg, "
                    "or use timestamping: software");
  }
}

void Engine::publish_clock(HardwareClockTrack& clock, bool moved) {
  const std::lock_guard lock(ports_mutex_);
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    Port& port = ports_[index];
    if (port.clock != &clock) continue;
    forwarder_.relate(index, clock.tracker.relation(), monotonic_ns());
    port.info.clock_related = clock.tracker.relation().valid;
    port.info.clock_offset_ns = clock.tracker.offset_ns();
    port.info.clock_rate_ppb = clock.tracker.rate_ppb();
    port.info.clock_uncertainty_ns = clock.tracker.noise_ns();
    port.info.clock_relation = clock.tracker.relation();
    if (!moved) continue;
    forwarder_.counters(index).add(dataplane::Counter::kClockMoved);
    records_.push({.kind = RecordKind::kClockMoved, .port = static_cast<uint8_t>(index)});
  }
}

void Engine::check_system_clock() {
  if (!system_clock_.stepped()) return;
  ++system_relation_.epoch;
  // The hardware clocks are related to CLOCK_REALTIME, which has just been set, so they are read
  // anew.
  const int64_t now = monotonic_ns();
  read_clocks(now, 0, kClockReadAttempts);
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    if (ports_[index].clock != nullptr) continue;
    forwarder_.relate(index, system_relation_, now);
    forwarder_.counters(index).add(dataplane::Counter::kClockMoved);
  }
}

uint64_t Engine::missing_timestamps(uint32_t index) {
  const dataplane::PortCounters& counters = forwarder_.counters(index);
  return counters.get(dataplane::Counter::kReceiveTimestampMissing) +
         counters.get(dataplane::Counter::kTransmitTimestampMissing);
}

// Another program may have changed the time stamping mode meanwhile.
void Engine::check_hardware_mode(int64_t now) {
  if (now - hardware_mode_checked_at_ < kHardwareModeDoubtNs) return;
  const bool routine = now - hardware_mode_checked_at_ >= kHardwareModeIntervalNs;
  for (uint32_t index = 0; index < ports_.size(); ++index) {
    Port& port = ports_[index];
    if (!port.hardware) continue;
    const uint64_t missing = missing_timestamps(index);
    if (!routine && missing == port.missing_timestamps) continue;
    port.missing_timestamps = missing;
    hardware_mode_checked_at_ = now;
    if (!port.hardware->changed_by_others()) continue;
    push_port_error(index,
                    "another program has changed the hardware time stamping mode: stop it; the "
                    "mode is set again");
    port.hardware->set_again();
  }
}

}  // namespace ptpswitch::io
