// A forwarder among ports with clocks of their own, a kernel that numbers and hands back transmit
// time stamps, and a true time that only the oracle sees.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "addon/dataplane/forwarder.h"
#include "addon/fuzz/correction_oracle.h"

namespace ptpswitch::fuzz {

class World final : private dataplane::Effects {
 public:
  struct Options {
    bool kernel_counts = false;
    bool driver_appends = false;
    bool bursts = false;
  };
  explicit World(const Options& options);

  // A frame comes in that was stamped `age` ago; without `stamped` it has no time stamp. True when
  // it is a PTP message that the oracle follows.
  bool receive(uint32_t port, const uint8_t* frame, size_t length, int64_t age, bool stamped);
  // The last frame comes in by `port` once more.
  void repeat(uint32_t port);
  void submit(uint32_t port, const uint8_t* frame, size_t length, bool wants_timestamp);

  size_t stamps_waiting(uint32_t port) const { return ports_[port].waiting.size(); }
  // Delivers a time stamp that waits, of the time `delay` after its frame was sent, or of now.
  void stamp(uint32_t port, size_t position, int64_t delay);
  void lose_stamp(uint32_t port, size_t position);

  void advance(int64_t ns);
  void set_link(uint32_t port, bool up) { forwarder_.set_link(port, up); }
  void new_socket(uint32_t port);
  void fail_sends(uint32_t port, uint32_t count, bool counted);
  void program(dataplane::Policy policy);
  void set_clock(uint32_t port, int64_t forward_ns);
  void relate_clock(uint32_t port, bool valid);
  void configure_registers(uint32_t port, uint32_t registers);
  void set_records_full(bool full) { records_full_ = full; }

  // Everything ages; then nothing must wait any more, and all must be accounted for.
  void finish();

  uint64_t frames() const { return frames_; }

 private:
  struct Waiting {
    uint32_t number;
    uint64_t signature;
    int64_t sent_at;
    MessageIndex message;
  };
  struct Setting {
    int64_t at;  // true time
    int64_t offset_before;
  };
  struct Port {
    std::vector<Waiting> waiting;
    std::vector<Setting> settings;  // of the clock, oldest first
    int64_t offset = 0;             // the clock's, from true time
    uint32_t epoch = 0;
    uint32_t kernel_counter = 0;
    uint32_t sends_to_fail = 0;
    bool failures_counted = false;
  };

  int64_t true_time() const;
  int64_t raw(uint32_t port, int64_t at) const;
  void hand_in(uint32_t port, bool pending, int64_t stamped_at, bool stamped);
  void flush();
  void relate(uint32_t port, bool valid);
  uint64_t total(dataplane::Counter counter) const;

  uint32_t send(uint32_t port, std::span<const dataplane::OutgoingFrame> frames) override;
  bool punt(uint32_t port, const wire::FrameView& view,
            std::optional<int64_t> timestamp_ns) override;
  void observe_sync(uint32_t port, const dataplane::SyncObservation& observation) override;
  void notice(const dataplane::Notice& notice) override;
  void unserved(const dataplane::UnservedMessages& messages) override;
  void clock_transmit_timestamp(uint32_t port, uint32_t context,
                                std::optional<int64_t> timestamp_ns) override;

  const Options options_;
  dataplane::PortSettings settings_[kPorts];
  std::vector<std::atomic<uint64_t>> counters_;
  Port ports_[kPorts];
  CorrectionOracle oracle_;
  dataplane::Policy policy_;
  std::vector<uint8_t> last_frame_;
  bool last_pending_ = false;
  MessageIndex last_message_ = kNoMessage;
  bool records_full_ = false;
  bool filtered_vlans_ = false;  // by any of its policies
  uint64_t frames_ = 0;
  uint64_t received_ = 0;
  uint64_t submitted_ = 0;  // that wait for a time stamp
  int64_t now_ = 1'000'000'000'000;
  dataplane::Forwarder forwarder_;
};

}  // namespace ptpswitch::fuzz
