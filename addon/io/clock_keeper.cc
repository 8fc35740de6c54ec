#include "addon/io/clock_keeper.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "addon/dataplane/port_set.h"
#include "addon/io/monotonic_clock.h"

namespace ptpswitch::io {
namespace {

using dataplane::bit;
using dataplane::each_port;

int64_t realtime_ns() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Hardware clocks are read this often, best of so many attempts. A clock slewed by 20 ppm is 400 ns
// off its line after one interval.
constexpr int64_t kReadIntervalNs = 20'000'000;
constexpr uint32_t kReadAttempts = 8;
// A time stamp is believed only when its clock was on its line after it, give or take this long:
// read again, unless that was just done.
constexpr int64_t kVerifyIntervalNs = 1'000'000;
constexpr uint32_t kVerifyAttempts = 2;

}  // namespace

ClockKeeper::Track* ClockKeeper::track_of(uint32_t port) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& track) {
    return (track->ports & bit(port)) != 0;
  });
  return found == tracks_.end() ? nullptr : found->get();
}

void ClockKeeper::attach(uint32_t port, HardwareClock clock) {
  detach(port);
  const auto shared = std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& track) {
    return track->device.phc_index() == clock.phc_index();
  });
  if (shared != tracks_.end()) {
    (*shared)->ports |= bit(port);
    return publish(**shared, false);
  }
  tracks_.push_back(std::unique_ptr<Track>(
      new Track{std::move(clock), dataplane::ClockTracker(next_first_epoch_), 0, bit(port)}));
  next_first_epoch_ += kEpochsPerClock;
  publish(*tracks_.back(), false);  // not related yet
}

void ClockKeeper::attach_system_clock(uint32_t port) {
  detach(port);
  software_ports_ |= bit(port);
  forwarder_.relate(port, system_relation_);
}

// A clock that no port uses any more is closed: after its driver has been loaded again, the same
// number is another clock.
void ClockKeeper::detach(uint32_t port) {
  software_ports_ &= ~bit(port);
  Track* const track = track_of(port);
  if (track == nullptr) return;
  track->ports &= ~bit(port);
  std::erase_if(tracks_, [](const auto& other) { return other->ports == 0; });
  infos_.update(port, [](EnginePortInfo& info) {
    info.clock_related = false;
    info.clock_relation = {.valid = false};
  });
}

void ClockKeeper::read_due(int64_t now) { read(now, kReadIntervalNs, kReadAttempts); }

void ClockKeeper::verify(int64_t now) { read(now, kVerifyIntervalNs, kVerifyAttempts); }

std::optional<int64_t> ClockKeeper::next_reading() const {
  std::optional<int64_t> earliest;
  for (const auto& track : tracks_) {
    const int64_t due = track->read_at + kReadIntervalNs;
    earliest = earliest ? std::min(*earliest, due) : due;
  }
  return earliest;
}

// Reads the clocks that were not read for `older_than_ns`.
void ClockKeeper::read(int64_t now, int64_t older_than_ns, uint32_t attempts) {
  using Outcome = dataplane::ClockTracker::Outcome;
  for (const auto& track : tracks_) {
    if (now - track->read_at < older_than_ns) continue;
    track->read_at = now;
    const auto reading = track->device.read(attempts);
    if (!reading) {
      if (track->tracker.reading_failed()) report_unreadable(*track);
      continue;
    }
    const Outcome outcome = track->tracker.add(*reading);
    if (outcome != Outcome::kIgnored) publish(*track, outcome == Outcome::kMoved);
  }
}

std::optional<Error> ClockKeeper::adjust(uint32_t port, const ClockAdjustment& adjustment) {
  Track* const track = track_of(port);
  if (track == nullptr) {
    return Error{kErrTimestamping, infos_.of(port).interface +
                                       ": without hardware time stamps it has no clock to steer; "
                                       "use clock: virtual"};
  }
  const int64_t before = realtime_ns();
  if (auto error = track->device.adjust(adjustment)) return error;
  const int64_t at = before + (realtime_ns() - before) / 2;
  track->tracker.adjusted(at, adjustment.step_ns, adjustment.rate_change);
  publish(*track, false);
  return std::nullopt;
}

// Called when so many readings of a clock have failed that it is no longer related.
void ClockKeeper::report_unreadable(Track& track) {
  publish(track, false);
  each_port(track.ports, [&](uint32_t port) {
    records_.push(port_error_record(
        port,
        "its hardware clock cannot be read: corrections wait until it can; see dmesg, or use "
        "timestamping: software"));
  });
}

void ClockKeeper::publish(Track& track, bool moved) {
  const dataplane::ClockTracker& tracker = track.tracker;
  each_port(track.ports, [&](uint32_t port) {
    forwarder_.relate(port, tracker.relation());
    infos_.update(port, [&](EnginePortInfo& info) {
      info.clock_related = tracker.relation().valid;
      info.clock_offset_ns = tracker.offset_ns();
      info.clock_rate_ppb = tracker.rate_ppb();
      info.clock_uncertainty_ns = tracker.noise_ns();
      info.clock_relation = tracker.relation();
    });
    if (!moved) return;
    forwarder_.counters(port).add(dataplane::Counter::kClockMoved);
    records_.push({.kind = RecordKind::kClockMoved, .port = static_cast<uint8_t>(port)});
  });
}

void ClockKeeper::check_system_clock() {
  if (!system_clock_.stepped()) return;
  ++system_relation_.epoch;
  // The hardware clocks are related to CLOCK_REALTIME, which has just been set, so they are read
  // anew.
  read(monotonic_ns(), 0, kReadAttempts);
  each_port(software_ports_, [&](uint32_t port) {
    forwarder_.relate(port, system_relation_);
    forwarder_.counters(port).add(dataplane::Counter::kClockMoved);
  });
}

}  // namespace ptpswitch::io
