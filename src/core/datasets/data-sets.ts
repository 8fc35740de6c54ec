/** The data sets of a clock and of its ports, with the members' names in the standard (clause 8.2). */
import type { ClockIdentity, PortIdentity } from '../time/identity.js';
import type { TimeInterval } from '../time/time-interval.js';
import type { ClockQuality } from '../wire/messages/announce.js';

/** 8.2.1: what this clock is by itself. */
export interface DefaultDS {
  readonly clockIdentity: ClockIdentity;
  readonly numberPorts: number;
  readonly clockQuality: ClockQuality;
  readonly priority1: number;
  readonly priority2: number;
  readonly domainNumber: number;
  /** 12 bits (7.1.4). */
  readonly sdoId: number;
  /** Of a clock with one port: never a master (9.2.2.1). */
  readonly slaveOnly: boolean;
}

/** 8.2.2: how this clock stands to its master. */
export interface CurrentDS {
  /** Paths between the grandmaster and this clock; 0: it is the grandmaster. */
  readonly stepsRemoved: number;
  readonly offsetFromMaster: TimeInterval;
  readonly meanDelay: TimeInterval;
}

/** 8.2.3: whom this clock follows; itself if it is the grandmaster. */
export interface ParentDS {
  readonly parentPortIdentity: PortIdentity;
  readonly grandmasterIdentity: ClockIdentity;
  readonly grandmasterClockQuality: ClockQuality;
  readonly grandmasterPriority1: number;
  readonly grandmasterPriority2: number;
}

/** 8.2.4: of the grandmaster's time. */
export interface TimePropertiesDS {
  /** In whole seconds, TAI - UTC. */
  readonly currentUtcOffset: number;
  readonly currentUtcOffsetValid: boolean;
  readonly leap59: boolean;
  readonly leap61: boolean;
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
  /** False: the epoch is the grandmaster's own (ARB, 7.2.1). */
  readonly ptpTimescale: boolean;
  /** Enumeration of table 6. */
  readonly timeSource: number;
}

/** Table 20 (8.2.15.3.1): what a port does. */
export type PortState =
  | 'INITIALIZING'
  | 'FAULTY'
  | 'DISABLED'
  | 'LISTENING'
  | 'PRE_MASTER'
  | 'MASTER'
  | 'PASSIVE'
  | 'UNCALIBRATED'
  | 'SLAVE';

/** 8.2.15.4.4: how the path to a neighbour is measured. */
export type DelayMechanism = 'e2e' | 'p2p';

/** 8.2.15: one port; the intervals are logarithms to the base 2 of seconds (7.7.2.1). */
export interface PortDS {
  readonly portIdentity: PortIdentity;
  readonly portState: PortState;
  readonly logMinDelayReqInterval: number;
  readonly logAnnounceInterval: number;
  /** In announce intervals. */
  readonly announceReceiptTimeout: number;
  readonly logSyncInterval: number;
  readonly delayMechanism: DelayMechanism;
  readonly logMinPdelayReqInterval: number;
  /** 0 where delayMechanism is not p2p, and while the link is not measured (8.2.15.3.3). */
  readonly meanLinkDelay: TimeInterval;
  /** Never a slave, whoever is heard there (8.2.15.5.2). */
  readonly masterOnly: boolean;
}

/** 7.6.2.6 and 7.6.3: nothing is known of an oscillator that nobody has measured. */
export const unknownClockAccuracy = 0xfe;
export const unknownOffsetScaledLogVariance = 0xffff;
