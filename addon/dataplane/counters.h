// The counters of one port: every frame and every reason why one was not forwarded, by name. There
// is one writer (the engine thread) and any number of readers. Values only grow, except
// residence.minNs.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "addon/wire/frame_view.h"

namespace ptpswitch::dataplane {

// X(identifier, "group.name")
// clang-format off
#define PTPSWITCH_COUNTERS(X)                                                                             \
  /* PTP messages that arrived well formed, and that were handed to the network. */                       \
  X(kRxSync, "rx.Sync")                                                                                   \
  X(kRxDelayReq, "rx.Delay_Req")                                                                          \
  X(kRxPdelayReq, "rx.Pdelay_Req")                                                                        \
  X(kRxPdelayResp, "rx.Pdelay_Resp")                                                                      \
  X(kRxFollowUp, "rx.Follow_Up")                                                                          \
  X(kRxDelayResp, "rx.Delay_Resp")                                                                        \
  X(kRxPdelayRespFollowUp, "rx.Pdelay_Resp_Follow_Up")                                                    \
  X(kRxAnnounce, "rx.Announce")                                                                           \
  X(kRxSignaling, "rx.Signaling")                                                                         \
  X(kRxManagement, "rx.Management")                                                                       \
  X(kRxPtpV1, "rx.PTPv1")                                                                                 \
  X(kTxSync, "tx.Sync")                                                                                   \
  X(kTxDelayReq, "tx.Delay_Req")                                                                          \
  X(kTxPdelayReq, "tx.Pdelay_Req")                                                                        \
  X(kTxPdelayResp, "tx.Pdelay_Resp")                                                                      \
  X(kTxFollowUp, "tx.Follow_Up")                                                                          \
  X(kTxDelayResp, "tx.Delay_Resp")                                                                        \
  X(kTxPdelayRespFollowUp, "tx.Pdelay_Resp_Follow_Up")                                                    \
  X(kTxAnnounce, "tx.Announce")                                                                           \
  X(kTxSignaling, "tx.Signaling")                                                                         \
  X(kTxManagement, "tx.Management")                                                                       \
  X(kTxPtpV1, "tx.PTPv1")                                                                                 \
  /* Counted at the ingress port: added to the transmit batch of at least one port; handed up to a        \
     clock of this box; a copy of it handed up. */                                                        \
  X(kForwarded, "path.forwarded")                                                                         \
  X(kTerminated, "path.terminated")                                                                       \
  X(kCopied, "path.copied")                                                                               \
  /* Follow_Up and Pdelay_Resp_Follow_Up written for one-step senders, at the ingress port. */            \
  X(kGenerated, "path.generatedFollowUp")                                                                 \
  X(kNotPtp, "path.notPtp")                                                                               \
  /* At the egress port: not sent, because nobody behind it has joined the group. */                      \
  X(kPruned, "path.pruned")                                                                               \
  /* At the egress port: not sent, because nobody behind it has asked what this message answers. */       \
  X(kNotRequesterPort, "path.notRequesterPort")                                                           \
  /* Malformed, at the ingress port: in the order of wire::MalformedReason. */                            \
  X(kDropShortFrame, "drop.shortFrame")                                                                   \
  X(kDropTooManyVlanTags, "drop.tooManyVlanTags")                                                         \
  X(kDropBadIpHeader, "drop.badIpHeader")                                                                 \
  X(kDropBadIpChecksum, "drop.badIpChecksum")                                                             \
  X(kDropIpFragment, "drop.ipFragment")                                                                   \
  X(kDropBadUdpLength, "drop.badUdpLength")                                                               \
  X(kDropBadUdpChecksum, "drop.badUdpChecksum")                                                           \
  X(kDropBadVersion, "drop.badVersion")                                                                   \
  X(kDropReservedMessageType, "drop.reservedMessageType")                                                 \
  X(kDropBadMessageLength, "drop.badMessageLength")                                                       \
  X(kDropMergedByOffload, "drop.mergedByOffload")                                                         \
  X(kDropFrameTooLong, "drop.frameTooLong")                                                               \
  X(kDropBadSourceAddress, "drop.badSourceAddress")                                                       \
  /* Well formed, but not for us to forward; at the ingress port. */                                      \
  X(kDropNoPolicy, "drop.noPolicy")                                                                       \
  X(kDropByPolicy, "drop.byPolicy")                                                                       \
  X(kDropDestinationOnIngressPort, "drop.destinationOnIngressPort")                                       \
  X(kDropNoEgressPort, "drop.noEgressPort")                                                               \
  X(kDropPortBlocked, "drop.portBlocked")                                                                 \
  X(kDropVlanNotAdmitted, "drop.vlanNotAdmitted")                                                         \
  X(kDropRepeated, "drop.repeatedAtOtherPort")                                                            \
  X(kDropRepeatedAtSamePort, "drop.repeatedAtSamePort")                                                   \
  X(kDropPortIsolated, "drop.portIsolated")                                                               \
  X(kDropDelayMechanism, "drop.otherDelayMechanism")                                                      \
  X(kDropLinkDelayUnknown, "drop.linkDelayUnknown")                                                       \
  X(kDropNoRequest, "drop.noRequest")                                                                     \
  X(kDropAnswerByOtherPort, "drop.answerByOtherPort")                                                     \
  X(kDropUnexpectedFollowUp, "drop.unexpectedFollowUp")                                                   \
  X(kDropRecordsFull, "drop.recordsFull")                                                                 \
  X(kDropReceiveRingFull, "drop.receiveRingFull")                                                         \
  /* At the egress port. */                                                                               \
  X(kDropLinkDown, "drop.linkDown")                                                                       \
  X(kDropSendFailed, "drop.sendFailed")                                                                   \
  X(kDropCorrectionUnknown, "drop.correctionUnknown")                                                     \
  X(kDropEventQueueFull, "drop.eventQueueFull")                                                           \
  /* Held general messages, at their ingress port. */                                                     \
  X(kHeld, "held.total")                                                                                  \
  X(kDropHeldExpired, "drop.heldExpired")                                                                 \
  X(kDropHeldFull, "drop.heldFull")                                                                       \
  /* The event message that they waited for came a second time. */                                        \
  X(kDropHeldSuperseded, "drop.heldSuperseded")                                                           \
  /* Time stamps. */                                                                                      \
  X(kReceiveTimestampMissing, "timestamp.receiveMissing")                                                 \
  X(kTransmitTimestampMissing, "timestamp.transmitMissing")                                               \
  X(kTransmitTimestampLate, "timestamp.transmitLate")                                                     \
  X(kTransmitTimestampResynchronised, "timestamp.resynchronised")                                         \
  X(kTransmitTimestampsFull, "timestamp.inFlightFull")                                                    \
  X(kAbsurdResidence, "timestamp.absurdResidence")                                                        \
  X(kClockUnrelated, "timestamp.clockUnrelated")                                                          \
  X(kClockMoved, "timestamp.clockMoved")                                                                  \
  X(kClockDisturbed, "timestamp.clockDisturbed")                                                          \
  X(kEventsQueued, "timestamp.eventsQueued")                                                              \
  /* Tables. */                                                                                           \
  X(kExchangesEvicted, "table.exchangesEvicted")                                                          \
  X(kAddressesEvicted, "table.addressesEvicted")                                                          \
  /* Of what no rule takes, messages of kinds for which there was no room: not told of. */                \
  X(kUnservedFull, "table.unservedFull")                                                                  \
  /* Link and interface. */                                                                               \
  X(kLoopsFound, "link.loopsFound")                                                                       \
  X(kLinkUp, "link.up")                                                                                   \
  X(kLinkDown, "link.down")                                                                               \
  /* Residence of the event messages that left by this port. */                                           \
  X(kResidenceCount, "residence.count")                                                                   \
  X(kResidenceSumNs, "residence.sumNs")                                                                   \
  X(kResidenceMinNs, "residence.minNs")                                                                   \
  X(kResidenceMaxNs, "residence.maxNs")
// clang-format on

enum class Counter : uint16_t {
#define X(identifier, name) identifier,
  PTPSWITCH_COUNTERS(X)
#undef X
      kCount
};

inline constexpr size_t kCounterCount = static_cast<size_t>(Counter::kCount);

inline constexpr std::array<std::string_view, kCounterCount> kCounterNames = {
#define X(identifier, name) name,
    PTPSWITCH_COUNTERS(X)
#undef X
};

// The residence histogram has eight buckets for each power of two, so that a percentile is right to
// an eighth.
inline constexpr uint32_t kResidenceSubBuckets = 8;
inline constexpr uint32_t kResidenceOctaves = 32;  // up to 4.3 s
inline constexpr uint32_t kResidenceBuckets = kResidenceSubBuckets * (kResidenceOctaves - 2);

// Index of the bucket that holds `residence_ns` (negative counts as zero).
uint32_t residence_bucket(int64_t residence_ns);
// The largest residence that bucket holds, in ns.
uint64_t residence_bucket_upper_ns(uint32_t bucket);

// What is counted when a message of that type has arrived, and when it has left.
Counter received_counter(wire::MessageType type);
Counter sent_counter(wire::MessageType type);

// One port's block. The atomics are relaxed: each value is right by itself, and readers need no
// order among them.
class PortCounters {
 public:
  static constexpr size_t kStride = kCounterCount + kResidenceBuckets;

  explicit PortCounters(std::atomic<uint64_t>* block) : block_(block) {}

  void add(Counter counter, uint64_t amount = 1) {
    auto& value = block_[static_cast<size_t>(counter)];
    value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  uint64_t get(Counter counter) const {
    return block_[static_cast<size_t>(counter)].load(std::memory_order_relaxed);
  }

  void add_residence(int64_t residence_ns);
  void add_malformed(wire::MalformedReason reason);

 private:
  std::atomic<uint64_t>* block_;
};

}  // namespace ptpswitch::dataplane
