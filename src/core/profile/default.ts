/**
 * The default profiles of 1588-2019: annex I.3 where a port's delayMechanism is e2e, I.4 where it is p2p. The ranges are
 * wider than theirs: a network may run by the rules of the default profiles with the numbers of another one.
 */
import { compareDataSets } from '../bmca/comparison.js';
import { unknownClockAccuracy, unknownOffsetScaledLogVariance } from '../datasets/data-sets.js';
import { durationNs } from '../time/instant.js';
import type { MessageType } from '../wire/header.js';
import type { Profile, Range } from './profile.js';

/** 128/s to one in two minutes: wider than any profile, narrower than a damaged octet. */
const logIntervals: Range = { min: -7, max: 7 };

/** 1588-2008, table 23: a number for those types that version 1 had, one for all others. */
const controlFields: { readonly [Type in MessageType]?: number } = {
  Sync: 0,
  Delay_Req: 1,
  Follow_Up: 2,
  Delay_Resp: 3,
  Management: 4,
};
const otherControlField = 5;

export const defaultProfile: Profile = {
  defaultDS: {
    // Up to 127 by IEEE 1588, up to 239 by profiles; above that reserved.
    domainNumber: { default: 0, min: 0, max: 255 },
    // 12 bits.
    sdoId: { default: 0, min: 0, max: 0xfff },
    priority1: { default: 128, min: 0, max: 255 },
    priority2: { default: 128, min: 0, max: 255 },
    // Of a clock that is good for nothing special. 0 is reserved, and 255 is of slaveOnly clocks.
    clockClass: { default: 248, min: 1, max: 254 },
    // From 1 ps to more than 10 s; from 0x80 on of other profiles, and unknown.
    clockAccuracy: {
      ...{ default: unknownClockAccuracy, min: 0x17, max: unknownClockAccuracy },
      reserved: { min: 0x32, max: 0x7f },
    },
    offsetScaledLogVariance: { default: unknownOffsetScaledLogVariance, min: 0, max: 0xffff },
  },
  portDS: {
    transport: { default: 'l2', allowed: ['l2', 'udp4', 'udp6'] },
    delayMechanism: { default: 'e2e', allowed: ['e2e', 'p2p'] },
    logAnnounceInterval: { default: 1, ...logIntervals },
    announceReceiptTimeout: { default: 3, min: 2, max: 255 },
    // As linuxptp has it.
    announceReceiptSpread: 1,
    logSyncInterval: { default: 0, ...logIntervals },
    logMinDelayReqInterval: { default: 0, ...logIntervals },
    logMinPdelayReqInterval: { default: 0, ...logIntervals },
    masterOnly: false,
  },
  pathTrace: false,
  bestMaster: {
    compareDataSets,
    foreignMasterTimeWindow: 4,
    foreignMasterThreshold: 2,
    maxStepsRemoved: 255,
    // Whoever hands on another's time waits until news of a better way has had time to come.
    qualificationIntervals: (code, stepsRemoved) => (code === 'M3' ? stepsRemoved + 1 : 0),
    lastClassThatFollowsNobody: 127,
  },
  clockClasses: {
    slaveOnly: 255,
    // Degradation alternative B, of a clock that held the time of a primary reference (class 6), or of an
    // application-specific one (class 13). 7, 14 and alternative A (52, 58) are of clocks that are never slaves.
    heldPtpTimescale: 187,
    heldArbitraryTimescale: 193,
  },
  believableLogInterval: logIntervals,
  measurement: {
    // A servo ignores four offsets in a row that stand out; the next one is believed.
    syncReceiptTimeout: 6,
    // Where frames overtake each other, most Syncs of a second may come to nothing.
    minSyncReceiptTimeout: durationNs(3e9),
    maxSyncReceiptTimeout: durationNs(10e9),
    delayReceiptTimeout: 10,
    minDelayReceiptTimeout: durationNs(3e9),
    // 16 s between two requests: a path is to be known before the clock has drifted away from it.
    toldLogMinDelayReqInterval: { min: -7, max: 4 },
    meanPathDelayNs: {
      // No delay is negative. What a rate that is hardly known makes of the time between a Sync and a request is less than this.
      min: -1e6,
      // By way of a geostationary satellite it is a quarter of that.
      max: 1e9,
    },
  },
  untilLocked: 'degrade',
  peerDelay: {
    // A link whose answers get lost is as long as before. That of IEEE 802.1AS-2020, three times that of 2011.
    allowedLostResponses: 9,
    // Something has changed.
    allowedImplausibleResponses: 2,
    meanLinkDelayNs: {
      // No delay is negative, but a short one measured with coarse time stamps, or with latencies that nobody has
      // configured, can come out so. It is used as it is: its error is that of the positive values beside it.
      min: -1_000,
      // 2,000 km of fibre. A longer "link" is a clock that was set between two of its time stamps.
      max: 10_000_000,
    },
    // What linuxptp has for a link that nobody limits.
    neighborPropDelayThreshNs: 20_000_000,
  },
  header: {
    minorVersionPTP: 1,
    controlFieldOf: (messageType, minorVersionPTP) =>
      minorVersionPTP === 0 ? (controlFields[messageType] ?? otherControlField) : 0,
  },
  encapsulation: {
    groups: {
      l2: { primary: '01:1b:19:00:00:00', peerDelay: '01:80:c2:00:00:0e' },
      udp4: { primary: '224.0.1.129', peerDelay: '224.0.0.107' },
      // FF0x::181: of the scopes, the global one.
      udp6: { primary: 'ff0e::181', peerDelay: 'ff02::6b' },
    },
    // Multicast stays in one network; a unicast peer may be behind routers.
    timeToLive: { multicast: 1, unicast: 64 },
    // Expedited forwarding (RFC 3246), as AES67 has it: what waits in a queue makes time worse. A network that uses the highest
    // class (annex C.4) keeps it for its own routing.
    dscp: { event: 46, general: 0 },
    // Network control, the highest (IEEE 802.1Q, annex I): waiting in a queue makes time worse.
    vlanPriority: 7,
  },
  profileIdentity: {
    e2e: [0x00, 0x1b, 0x19, 0x00, 0x01, 0x00],
    p2p: [0x00, 0x1b, 0x19, 0x00, 0x02, 0x00],
  },
};
