#include "addon/io/clock_keeper.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "addon/dataplane/port_set.h"
#include "addon/io/monotonic_clock.h"

namespace ptpswitch::io {
namespace {

using dataplane::bit;
using dataplane::each_port;

// Hardware clocks are read this often, best of so many attempts. A clock slewed by 20 ppm is 400 ns
// off its line after one interval.
constexpr int64_t kReadIntervalNs = 20'000'000;
constexpr uint32_t kReadAttempts = 8;
// A time stamp is believed only when its clock was on its line after it, give or take this long:
// read again, unless that was just done.
constexpr int64_t kVerifyIntervalNs = 1'000'000;
constexpr uint32_t kVerifyAttempts = 2;
// What a reading against the system clock may be wrong by because that is slewed: little beside
// what is taken for a move of the hardware clock.
constexpr int64_t kReadingToleranceNs = dataplane::ClockTracker::kJumpThresholdNs / 4;
// A reading that has just been made and is further off than this is of another clock.
constexpr int64_t kAnotherClockNs = 1'000'000'000;

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
  // Its time stamps are converted before the forwarder gets them.
  forwarder_.relate(port, dataplane::ClockRelation{}, monotonic_ns());
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
    const auto reading = read_in_common(*track, attempts);
    if (!reading) {
      if (track->tracker.reading_failed()) report_unreadable(*track);
      continue;
    }
    const Outcome outcome = track->tracker.add(*reading);
    if (outcome != Outcome::kIgnored) publish(*track, outcome == Outcome::kMoved);
  }
}

// What the hardware clock shows at a time of the common timebase.
std::optional<dataplane::CrossTimestamp> ClockKeeper::read_in_common(Track& track,
                                                                     uint32_t attempts) {
  const auto reading = track.device.read(attempts);
  read_system_clock();
  if (!reading) return std::nullopt;
  dataplane::CrossTimestamp in_common = *reading;
  if (reading->reference == HardwareClockReading::Reference::kMonotonicRaw) {
    in_common.reference_ns = timebase_.common_of_raw(reading->reference_ns);
    if (std::llabs(in_common.reference_ns - timebase_.common_ns()) < kAnotherClockNs) {
      return in_common;
    }
    track.device.distrust_reference();
    return std::nullopt;
  }
  const auto common_ns = timebase_.to_common(reading->reference_ns, kReadingToleranceNs);
  if (!common_ns) return std::nullopt;
  in_common.reference_ns = *common_ns;
  // Once for what it is compared with, which was converted as well.
  in_common.window_ns += 2 * timebase_.window_ns();
  return in_common;
}

std::optional<int64_t> ClockKeeper::time_of(uint32_t port, int64_t timestamp_ns) {
  if ((software_ports_ & bit(port)) == 0) return timestamp_ns;
  if (timebase_.needs_reading(timestamp_ns)) read_system_clock();
  const auto common_ns = timebase_.to_common(timestamp_ns);
  if (!common_ns) forwarder_.counters(port).add(dataplane::Counter::kClockDisturbed);
  return common_ns;
}

std::optional<Error> ClockKeeper::adjust(uint32_t port, const ClockAdjustment& adjustment) {
  Track* const track = track_of(port);
  if (track == nullptr) {
    return Error{kErrTimestamping, infos_.of(port).interface +
                                       ": without hardware time stamps it has no clock to steer; "
                                       "use clock: virtual"};
  }
  read_system_clock();
  const int64_t before = timebase_.common_ns();
  if (auto error = track->device.adjust(adjustment)) return error;
  read_system_clock();
  const int64_t at = before + (timebase_.common_ns() - before) / 2;
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
  const int64_t now = monotonic_ns();
  each_port(track.ports, [&](uint32_t port) {
    forwarder_.relate(port, tracker.relation(), now);
    infos_.update(port, [&](EnginePortInfo& info) {
      info.clock_related = tracker.relation().valid;
      info.clock_offset_ns = tracker.offset_ns() - timebase_.system_ahead_ns();
      info.clock_rate_ppb = tracker.rate_ppb();
      info.clock_uncertainty_ns = tracker.noise_ns();
      info.clock_relation = tracker.relation();
    });
    if (!moved) return;
    forwarder_.counters(port).add(dataplane::Counter::kClockMoved);
    records_.push({.kind = RecordKind::kClockMoved, .port = static_cast<uint8_t>(port)});
  });
}

}  // namespace ptpswitch::io
