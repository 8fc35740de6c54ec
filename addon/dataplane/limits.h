// Every bound of the data plane, with its reason. What a bound turns away is counted.
#pragma once

#include <cstdint>

namespace ptpswitch::dataplane {

using DurationNs = int64_t;
inline constexpr DurationNs kMillisecond = 1'000'000;
inline constexpr DurationNs kSecond = 1'000 * kMillisecond;

// Ports of one switch: the largest multi-NIC boxes have two dozen; sets of ports are one 32-bit
// word.
inline constexpr uint32_t kMaxPorts = 32;

// The longest frame that is carried: 1500 bytes of payload, header and two VLAN tags, rounded up.
// PTP messages are 64 to 200 bytes long; a jumbo PTP frame is not a PTP frame anyone sends.
inline constexpr uint16_t kMaxFrameLength = 1536;

// Rules of the policy table: one for every domain of a large installation.
inline constexpr uint32_t kMaxPolicyRules = 256;

// Frames of one port that are handed to the kernel at once: what sixteen messages of a burst and
// the Follow_Ups that waited for them come to.
inline constexpr uint32_t kTransmitBatchFrames = 32;

// A residence beyond this is not a residence but a clock that was set in between.
inline constexpr DurationNs kMaxResidence = 10 * kSecond;

// General messages that wait for one event message: one Follow_Up, or a Delay_Resp from every
// master of the domain.
inline constexpr uint32_t kMaxHeldPerExchange = 32;

// Syncs reported for syntonisation, one domain and ingress port: each wakes the control plane, and
// a rate that is measured over seconds gains nothing from more than five in one.
inline constexpr DurationNs kSyncSamplingInterval = 200 * kMillisecond;

// A message that comes in by a second port within this time has come round a loop: the longest way
// round takes milliseconds. A sender's sequenceIds do not recur so soon.
inline constexpr DurationNs kLoopWindow = 200 * kMillisecond;
// So many repeated messages within so much time isolate a port; one alone may be a freak. The Sync
// of every second comes with its Follow_Up.
inline constexpr uint32_t kLoopRepeats = 2;
inline constexpr DurationNs kLoopRepeatWindow = 2 * kSecond;
// Until an isolated port is tried again.
inline constexpr DurationNs kLoopIsolation = 10 * kSecond;

// 802.1Q: VLAN identifiers are 12 bits.
inline constexpr uint32_t kVlanIds = 4'096;

// Sizes and life times that tests make small; the defaults serve 8 ports with 16,000 exchanges a
// second.
struct Limits {
  // Event messages remembered for the general messages that follow them: 4 s of 16,000 Delay_Req/s.
  uint32_t exchanges = 65'536;
  // A Delay_Resp that takes longer belongs to a peer that has lost its way.
  DurationNs exchange_lifetime = 4 * kSecond;

  // General messages that wait for a transmit time stamp, or for the event message they overtook.
  uint32_t held_messages = 4'096;
  DurationNs held_lifetime = 250 * kMillisecond;

  // Event messages of one port whose transmit time stamp is under way.
  uint32_t in_flight = 4'096;
  // The slowest drivers deliver within a few milliseconds; after this a time stamp counts as lost.
  DurationNs transmit_timestamp_timeout = 100 * kMillisecond;

  // A time stamp that takes longer holds no register any more, for all that is known: the next
  // event message is not to wait for it. Long waits are long residences, and those are only as
  // right as the rate ratio is: 100 ppm of this are 2 us.
  DurationNs register_timeout = 20 * kMillisecond;

  // Event messages of one port that wait because the hardware holds no more time stamps.
  uint32_t queued_events = 64;

  // Unicast addresses learned: a large lab has some hundreds of clocks.
  uint32_t addresses = 4'096;
  DurationNs address_ageing = 300 * kSecond;  // 802.1Q, table 8-6

  // Messages remembered to be known again: 200 ms of 40,000 messages/s.
  uint32_t loop_fingerprints = 8'192;
};

}  // namespace ptpswitch::dataplane
