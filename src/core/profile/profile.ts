/**
 * What a PTP profile may change, as one readonly object: everything that the core, the daemon and the
 * configuration do by a profile they do by the members of this one. default.ts holds the values of the default profiles.
 */
import type { BestMasterRules } from '../bmca/rules.js';
import type { DelayMechanism } from '../datasets/data-sets.js';
import type { Transport } from '../io.js';
import type { DurationNs } from '../time/instant.js';
import type { MessageType } from '../wire/header.js';

/** Bounds that are allowed themselves. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export function isWithin({ min, max }: Range, value: number): boolean {
  return value >= min && value <= max;
}

/** A number that can be set: what it is until somebody sets it, and what it may be set to. What a profile fixes has one value. */
export interface Setting extends Range {
  readonly default: number;
}

/** The same of a word. */
export interface Choice<Word extends string> {
  readonly default: Word;
  readonly allowed: readonly [Word, ...Word[]];
}

/** The multicast addresses of one transport: peer delay messages stay on their link, all others have the primary group. */
export interface Groups {
  readonly primary: string;
  readonly peerDelay: string;
}

/**
 * No measurement, no lock: each kind of message that a slave needs has a time for which it may stay away, come too late or
 * be refused. What is not a setting of a configuration's is the profile's alone.
 */
export interface MeasurementLimits {
  /** In Sync intervals: for so long there may be no offset to steer by. IEEE 802.1AS has three. */
  readonly syncReceiptTimeout: number;
  /** No less than this, because single losses are none. Profiles that switch over faster, such as IEEE 802.1AS, have less. */
  readonly minSyncReceiptTimeout: DurationNs;
  /** No more than this, whatever interval a master tells; the port's own logSyncInterval may make it longer. */
  readonly maxSyncReceiptTimeout: DurationNs;
  /** In Delay_Req intervals: for so long there may be no path delay that counts. */
  readonly delayReceiptTimeout: number;
  readonly minDelayReceiptTimeout: DurationNs;
  /** The intervals of Delay_Req that a master may tell (9.5.11.2), logarithms; beyond them the nearest one is kept to. */
  readonly toldLogMinDelayReqInterval: Range;
  /** The delays that an end-to-end path can have, nanoseconds. */
  readonly meanPathDelayNs: Range;
}

/**
 * `announce`: the grandmaster's quality, with the flag synchronizationUncertain (table 37), which clocks of 1588-2008 do not
 * know. `degrade`: the quality of this clock as well, if that is worse. `silent`: nothing before the first lock, then as `degrade`.
 */
export type UntilLocked = (typeof untilLockedWords)[number];

export const untilLockedWords = ['announce', 'degrade', 'silent'] as const;

export interface Profile {
  /**
   * What the clock is by itself (defaultDS, 8.2.1): Annex I has each profile say the initial value and the range. A profile
   * has domains of its own, and may fix a priority that it does not compare.
   */
  readonly defaultDS: {
    readonly domainNumber: Setting;
    /** 7.1.4: by it the messages of organizations are told apart: IEEE 802.1AS has 0x100. */
    readonly sdoId: Setting;
    readonly priority1: Setting;
    readonly priority2: Setting;
    /** 7.6.2.5, table 4: of a clock that has its time from nobody. */
    readonly clockClass: Setting;
    /** 7.6.2.6, table 5, within which some are reserved. */
    readonly clockAccuracy: Setting & { readonly reserved: Range };
    /** 7.6.3. */
    readonly offsetScaledLogVariance: Setting;
  };
  /** What each of its ports is (portDS, 8.2.15), likewise. Intervals are logarithms to the base 2 of seconds (7.7.2.1). */
  readonly portDS: {
    /** Annexes C to E; a profile may be for Ethernet alone. */
    readonly transport: Choice<Transport>;
    /** 8.2.15.4.4. */
    readonly delayMechanism: Choice<DelayMechanism>;
    readonly logAnnounceInterval: Setting;
    /** In announce intervals (9.2.6.12). */
    readonly announceReceiptTimeout: Setting;
    /**
     * Announce intervals, of which a random share is added to announceReceiptTimeout, so that not all clocks of a network
     * become masters in the same moment. 0: none.
     */
    readonly announceReceiptSpread: number;
    readonly logSyncInterval: Setting;
    readonly logMinDelayReqInterval: Setting;
    readonly logMinPdelayReqInterval: Setting;
    /** 8.2.15.5.2, unless set; ITU-T G.8275.1 has had it on by default. */
    readonly masterOnly: boolean;
  };
  /** 16.2, unless set: Announce tells which clocks it has come through. IEEE 802.1AS requires it. */
  readonly pathTrace: boolean;
  readonly bestMaster: BestMasterRules;
  /** The clockClass (7.6.2.5, table 4) of a clock for another reason than its defaultDS. Telecom profiles have a ladder of their own. */
  readonly clockClasses: {
    /** Of a clock that is never a master. */
    readonly slaveOnly: number;
    /** Within the specification of its holdover, after a grandmaster with the PTP timescale. */
    readonly heldPtpTimescale: number;
    /** The same after one whose timescale is arbitrary. */
    readonly heldArbitraryTimescale: number;
  };
  /**
   * What may be believed where a message tells its interval or that of its answers (7.7.2.4, 9.5.11.2). It is to be wider than what any
   * master of the profile would tell, and narrower than what a damaged octet may hold.
   */
  readonly believableLogInterval: Range;
  /** What a clock takes of its master, and how long its time counts without it. */
  readonly measurement: MeasurementLimits;
  /** What master ports say of a grandmaster's time while this clock cannot vouch for it. */
  readonly untilLocked: UntilLocked;
  /** The peer-to-peer delay mechanism (11.4). */
  readonly peerDelay: {
    /**
     * Requests in a row that may go unanswered before the link counts as unmeasured: IEEE 802.1AS-2020 names it
     * allowedLostResponses, and its editions differ.
     */
    readonly allowedLostResponses: number;
    /** The same for answers with times that no link has. */
    readonly allowedImplausibleResponses: number;
    /** The delays that a link can have, nanoseconds. IEEE 802.1AS takes a link of more than 800 ns for one with a plain switch on it. */
    readonly meanLinkDelayNs: Range;
    /** What management tells as the limit of a link that may be used (PORT_DATA_SET_NP of linuxptp), nanoseconds. */
    readonly neighborPropDelayThreshNs: number;
  };
  /** What every message says of the edition of the standard (13.3): by older ones many profiles were written. */
  readonly header: {
    /** 13.3.2.4: 0 is 1588-2008, 1 is 1588-2019. */
    readonly minorVersionPTP: number;
    /** 13.3.2.13: in 1588-2008 a number for each type of message, 0 since then. */
    readonly controlFieldOf: (messageType: MessageType, minorVersionPTP: number) => number;
  };
  /** How messages travel. */
  readonly encapsulation: {
    /** Annexes C.3, D.3 and E.3. IEEE 802.1AS sends everything to the group of peer delay, which no switch forwards. */
    readonly groups: Readonly<Record<Transport, Groups>>;
    /** Of IP packets to a group and to a peer: by it a profile keeps messages in one network or lets them cross routers. */
    readonly timeToLive: { readonly multicast: number; readonly unicast: number };
    /** RFC 2474: by these 6 bits of an IP packet routers and switches sort it into a queue. Event messages are those that are timed. */
    readonly dscp: { readonly event: number; readonly general: number };
    /** IEEE 802.1Q, 6.9: the priority in a VLAN tag. IEEE C37.238 has 4 for it. */
    readonly vlanPriority: number;
  };
  /** What CLOCK_DESCRIPTION tells as profileIdentity (15.5.3.1.2), six octets: a profile may have one a delay mechanism. */
  readonly profileIdentity: Readonly<Record<DelayMechanism, readonly number[]>>;
}
