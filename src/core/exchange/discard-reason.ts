/** The reasons for which a clock leaves out something that arrived; each is a count that `show clock --json` tells. */
import type { DecodeFailure } from '../wire/codec.js';

/** Why something that arrived came to nothing. */
export type DiscardReason =
  | DecodeFailure
  /** An Input for a port that this instance does not have. */
  | 'otherPort'
  | 'otherDomain'
  | 'otherSdoId'
  /** The sender has this instance's clockIdentity: there is a loop, or another clock of the same identity (9.5.2.2). */
  | 'ownMessage'
  | 'linkDown'
  | 'ignoredMessageType'
  /** A Delay_Req where links are measured peer to peer, a Pdelay_Req where they are not. */
  | 'otherDelayMechanism'
  /** A management message with an organization's TLV in place of MANAGEMENT, for its own devices: it is no error. */
  | 'organizationManagement'
  /** A management request without its one TLV. */
  | 'malformedManagement'
  | 'noIngressTimestamp'
  /** A transmit time stamp for something not, or no longer, awaited. */
  | 'unexpectedTransmitTimestamp'
  | 'transmitTimestampLost'
  | 'tooManyPendingFollowUps'
  /** Announce that 9.3.2.5 does not let qualify. */
  | 'unqualifiedAnnounce'
  /** Announce that was heard before, or that a later one has overtaken (9.3.2.5). */
  | 'staleAnnounce'
  /** Announce whose PATH_TRACE names this clock (16.2.3). */
  | 'announceLoop'
  | 'tooManyForeignMasters'
  /** Announce of a master that takes the place of another one, who was of less use. */
  | 'foreignMasterDisplaced'
  /** Announce on a port that follows nobody (8.2.15.5.2). */
  | 'masterOnlyPort'
  /** Announce of a clock that is not in the acceptable master table (17.5). */
  | 'notAcceptableMaster'
  /** Announce of a sender that repeats its sequenceId (7.3.7): one in two announce intervals counts. */
  | 'sequenceIdStuck'
  /** Announce of a sender whose interval is too long to qualify by those of this port. */
  | 'announcesTooSeldom'
  /** Announce of the best master of the port, while a slaveOnly clock is better itself: it follows nobody. */
  | 'worseThanThisClock'
  /** Announce of another port of this clock, with a lower number: both are on one network (9.5.2.2). */
  | 'portsOnOneNetwork'
  /** TLVs of the parent's Announce that are to go on, more than an Announce of this clock has room for. */
  | 'tooManyAnnounceTlvs'
  /** A TLV of the parent's Announce that is handed on by nobody (14.2, table 52): those behind this clock do not get it. */
  | 'announceTlvEndsHere'
  /** This clock is as many steps from its grandmaster as can be (9.3.2.5): no clock behind it may use its Announce. */
  | 'noStepsLeft'
  /** From a port other than the parent, or while there is no parent. */
  | 'otherMaster'
  /** Multicast where unicast is listened to, or the reverse. */
  | 'otherTransmission'
  | 'followUpMissing'
  | 'syncMissing'
  | 'staleFollowUp'
  /** Sync that a later one has overtaken. */
  | 'staleSync'
  | 'duplicateSync'
  | 'delayRespMissing'
  | 'unexpectedDelayResp'
  | 'delayRespForOtherPort'
  /** A measured path delay that no path has. */
  | 'pathDelayOutOfRange'
  /** A measured path delay that is far from those before it, which the next ones have not confirmed. */
  | 'pathDelayOutlier'
  /** An offset that is far from those before it, which the servo does not believe yet. */
  | 'offsetOutlier'
  | 'pdelayRespMissing'
  | 'pdelayRespFollowUpMissing'
  | 'unexpectedPdelayResp'
  | 'duplicatePdelayResp'
  | 'pdelayRespForOtherPort'
  /** Answers to one Pdelay_Req by two ports: it went beyond the link (11.4.4). */
  | 'multipleResponders'
  /** A measured delay that no link has. */
  | 'linkDelayOutOfRange'
  | 'tooManyPendingResponses'
  /** A correctionField of 0x7FFFFFFFFFFFFFFF (13.3.2.9). */
  | 'correctionTooBig';
