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

// Who messages that leave by a port come from: an ingress port, or a clock of this box.
inline constexpr uint32_t kClockSource = kMaxPorts;
inline constexpr uint32_t kTransmitSources = kMaxPorts + 1;

// The longest frame that is carried: 1500 bytes of payload, header and two VLAN tags, rounded up.
// PTP messages are 64 to 200 bytes long, so nobody sends one in a jumbo frame.
inline constexpr uint16_t kMaxFrameLength = 1536;

// Rules of the policy table: one for every domain of a large installation.
inline constexpr uint32_t kMaxPolicyRules = 256;

// Frames of one port that are handed to the kernel in one call: a burst is at most sixteen
// messages, and each may release a Follow_Up that waited for it.
inline constexpr uint32_t kTransmitBatchFrames = 32;

// A longer residence is taken for the effect of a clock that was set in between.
inline constexpr DurationNs kMaxResidence = 10 * kSecond;

// A residence begins when the hardware stamps the frame, some time before the engine takes it: the
// interrupt may be delayed, and the thread may have to wait for a processor. A residence that is
// longer than the engine had the frame by more than this comes of a wrong time stamp. For as long
// after a clock was set, frames may come in whose time stamps are of before.
inline constexpr DurationNs kMaxBeforeReception = 50 * kMillisecond;

// General messages that wait for one event message: one Follow_Up, or a Delay_Resp from every
// master of the domain.
inline constexpr uint32_t kMaxHeldPerExchange = 32;

// Unicast requests of one identity and sequenceId that came in by one port, each to another
// address. A clock asks a few masters at most; more than that would only make whoever looks for one
// of them look at them all.
inline constexpr uint32_t kMaxFarEnds = 16;

// In this time at most one Sync of each domain and ingress port is reported for syntonisation. Each
// report wakes the control plane, and a rate that is measured over seconds gains nothing from more
// than five a second.
inline constexpr DurationNs kSyncSamplingInterval = 200 * kMillisecond;

// A message that comes in by a second port within this time may have gone round a loop, because
// even a long way round takes only milliseconds. A sender does not use a sequenceId again so soon.
inline constexpr DurationNs kLoopWindow = 200 * kMillisecond;
// The same message may come in by one port so often within kLoopWindow. After that it is dropped,
// for it goes round through a segment that is connected by two ports.
inline constexpr uint32_t kLoopPasses = 8;
// This many repeated messages within kLoopRepeatWindow isolate a port, because one alone may be an
// accident. A network with one Sync a second reaches this as well: its Follow_Up is repeated too.
inline constexpr uint32_t kLoopRepeats = 2;
inline constexpr DurationNs kLoopRepeatWindow = 2 * kSecond;
// A port stays isolated for this long before it is tried again.
inline constexpr DurationNs kLoopIsolation = 10 * kSecond;

// What goes on for long is told an operator anew after this time, of each kind and port.
inline constexpr DurationNs kNoticeInterval = 60 * kSecond;

// Kinds of messages of one port that no rule takes, by domain, transport, VLAN and whether they
// announce: a network has a few. Each is told anew after this time while it goes on.
inline constexpr uint32_t kUnservedOfPort = 16;
inline constexpr DurationNs kUnservedInterval = 10 * kSecond;

// 802.1Q: VLAN identifiers are 12 bits.
inline constexpr uint32_t kVlanIds = 4'096;

// Sizes and life times that tests make small; the defaults serve 8 ports with 16,000 exchanges a
// second.
struct Limits {
  // Event messages remembered for the general messages that follow them: 4 s of 16,000 Delay_Req/s.
  uint32_t exchanges = 65'536;
  // A Delay_Resp that comes later finds its Delay_Req forgotten and is dropped.
  DurationNs exchange_lifetime = 4 * kSecond;

  // General messages that wait for a transmit time stamp, or for the event message they overtook.
  uint32_t held_messages = 4'096;
  DurationNs held_lifetime = 250 * kMillisecond;

  // Event messages of one port whose transmit time stamp is under way.
  uint32_t in_flight = 4'096;
  // The slowest drivers deliver within a few milliseconds; after this a time stamp counts as lost.
  DurationNs transmit_timestamp_timeout = 100 * kMillisecond;

  // A time stamp that has not come after this time is assumed to occupy no register of the NIC any
  // more, so that the next event message need not wait for it. That wait is part of the message's
  // residence, and the rate ratio's error is multiplied by it: 100 ppm of 20 ms are 2 us.
  DurationNs register_timeout = 20 * kMillisecond;

  // Event messages of one port that wait because the NIC has no free time stamp register.
  uint32_t queued_events = 64;

  // Unicast addresses learned: a large lab has some hundreds of clocks.
  uint32_t addresses = 4'096;
  DurationNs address_ageing = 300 * kSecond;  // 802.1Q, table 8-6

  // Fingerprints of forwarded messages that the loop guard remembers: 200 ms of 40,000 messages/s.
  uint32_t loop_fingerprints = 8'192;
  // Stations whose ports the loop guard knows, each at each port: as many as addresses.
  uint32_t loop_sources = 4'096;
};

}  // namespace ptpswitch::dataplane
