// Brings the time stamps of all ports to the common timebase (dataplane/system_timebase.h), so that
// those of any two ports can be subtracted: software ones are converted here, the hardware clocks
// are kept related to it. Notices when somebody sets one of those; that somebody sets or slews the
// system clock is no event. The forwarding thread alone uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "addon/dataplane/clock_tracker.h"
#include "addon/dataplane/forwarder.h"
#include "addon/dataplane/system_timebase.h"
#include "addon/io/clock_adjustment.h"
#include "addon/io/error.h"
#include "addon/io/hardware_clock.h"
#include "addon/io/network.h"
#include "addon/io/port_infos.h"
#include "addon/io/record_batch.h"

namespace ptpswitch::io {

class ClockKeeper {
 public:
  // The first four outlive it. `timebase_ahead_ns` as EngineOptions has it.
  ClockKeeper(dataplane::Forwarder& forwarder, RecordBatch& records, PortInfos& infos,
              Network& network, std::optional<int64_t> timebase_ahead_ns)
      : forwarder_(forwarder),
        records_(records),
        infos_(infos),
        network_(network),
        timebase_(network.read_system_clock(0), timebase_ahead_ns) {}

  // From now on the time stamps of the port are of this clock, which ports of one NIC share; or of
  // the system clock.
  void attach(uint32_t port, HardwareClock clock);
  void attach_system_clock(uint32_t port);
  void detach(uint32_t port);

  // Reads the clocks that are due.
  void read_due(int64_t now);
  // When that will have something to do; none without hardware clocks.
  std::optional<int64_t> next_reading() const;
  // Makes sure that the clocks were on their lines after the time stamps that have just been read.
  void verify(int64_t now);

  // Reads the system clock, for the software time stamps that have just been read.
  void read_system_clock() {
    timebase_.add(network_.read_system_clock(timebase_.good_window_ns()));
  }
  // A time stamp as the forwarder takes it for that port: one of a hardware clock as it is, one of
  // the system clock in the common timebase. None, and counted, when it cannot be told what it is
  // there.
  std::optional<int64_t> time_of(uint32_t port, int64_t timestamp_ns);
  // The common timebase at a time of CLOCK_MONOTONIC_RAW. Any thread may ask.
  int64_t common_of_raw(int64_t raw_ns) const { return timebase_.common_of_raw(raw_ns); }

  // Sets and slews the clock of a port, and relates it anew. None on success, else the reason for
  // the user.
  std::optional<Error> adjust(uint32_t port, const ClockAdjustment& adjustment);

 private:
  // More than one clock will ever need.
  static constexpr uint32_t kEpochsPerClock = 1 << 20;

  struct Track {
    HardwareClock device;
    dataplane::ClockTracker tracker;
    int64_t read_at = 0;
    uint32_t ports = 0;  // that use it, one bit each
  };

  Track* track_of(uint32_t port);
  void read(int64_t now, int64_t older_than_ns, uint32_t attempts);
  std::optional<dataplane::CrossTimestamp> read_in_common(Track& track, uint32_t attempts);
  void report_unreadable(Track& track);
  void publish(Track& track, bool moved);

  dataplane::Forwarder& forwarder_;
  RecordBatch& records_;
  PortInfos& infos_;
  Network& network_;
  dataplane::SystemTimebase timebase_;
  std::vector<std::unique_ptr<Track>> tracks_;
  uint32_t next_first_epoch_ = kEpochsPerClock;  // software time stamps are all of epoch 0
  uint32_t software_ports_ = 0;
};

}  // namespace ptpswitch::io
