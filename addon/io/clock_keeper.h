// Keeps the hardware clocks of the ports related to CLOCK_REALTIME, the clock of software time
// stamps, so that time stamps of any two ports can be subtracted, and notices when somebody sets
// one of them. The forwarding thread alone uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "addon/dataplane/clock_tracker.h"
#include "addon/dataplane/forwarder.h"
#include "addon/io/clock_adjustment.h"
#include "addon/io/error.h"
#include "addon/io/hardware_clock.h"
#include "addon/io/port_infos.h"
#include "addon/io/record_batch.h"
#include "addon/io/system_clock_watch.h"

namespace ptpswitch::io {

class ClockKeeper {
 public:
  // All three outlive it.
  ClockKeeper(dataplane::Forwarder& forwarder, RecordBatch& records, PortInfos& infos)
      : forwarder_(forwarder), records_(records), infos_(infos) {}

  // From now on the time stamps of the port are of this clock, which ports of one NIC share; or of
  // CLOCK_REALTIME.
  void attach(uint32_t port, HardwareClock clock);
  void attach_system_clock(uint32_t port);
  void detach(uint32_t port);

  // Reads the clocks that are due.
  void read_due(int64_t now);
  // When that will have something to do; none without hardware clocks.
  std::optional<int64_t> next_reading() const;
  // Makes sure that the clocks were on their lines after the time stamps that have just been read.
  void verify(int64_t now);
  // Notices that CLOCK_REALTIME was set.
  void check_system_clock();

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
  void report_unreadable(Track& track);
  void publish(Track& track, bool moved);

  dataplane::Forwarder& forwarder_;
  RecordBatch& records_;
  PortInfos& infos_;
  std::vector<std::unique_ptr<Track>> tracks_;
  uint32_t next_first_epoch_ = kEpochsPerClock;  // the system clock's begin at 0
  uint32_t software_ports_ = 0;
  SystemClockWatch system_clock_;
  dataplane::ClockRelation system_relation_;  // of software time stamps: the identity
};

}  // namespace ptpswitch::io
