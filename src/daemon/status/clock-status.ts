/**
 * The status of a boundary or ordinary clock: its data sets in shapes that scripts rely on, identities and times as
 * text and numbers.
 */
import type { Standing } from '../../core/bmca/standing.js';
import type { PortState, TimePropertiesDS } from '../../core/datasets/data-sets.js';
import type { UtcOffsetOrigin } from '../../core/datasets/utc-offset.js';
import type { ClockState } from '../../core/instance/clock-state.js';
import type { HoldoverState } from '../../core/instance/holdover.js';
import type { MissingMessage } from '../../core/port/receiving/receipts.js';
import type { LockState, ServoKind } from '../../core/servo/servo.js';
import type { OffsetWindow } from '../../core/servo/offset-history.js';
import type { NotTakenStatus } from './not-taken.js';
import { formatClockIdentity, formatPortIdentity } from '../../core/time/identity.js';
import { timeIntervalToNs } from '../../core/time/time-interval.js';
import type { ClockQuality } from '../../core/wire/messages/announce.js';
import { standingWords } from './standing-words.js';

/** A clock of the machine that an instance steers. */
export interface SteeredClockStatus {
  /** `/dev/ptp0` or `CLOCK_REALTIME`. */
  readonly name: string;
  /** The interfaces whose hardware clock it is. */
  readonly interfaces: readonly string[];
  /**
   * How far it was ahead of the time that it is to show, when it was last read; null before that, and while it is not
   * steered.
   */
  readonly aheadNs: number | null;
  /** Why it cannot be adjusted, in words; null: it can. */
  readonly problem: string | null;
  /** Of the system clock alone, which shows UTC. */
  readonly utc?: UtcStatus;
}

/** How the system clock stands to UTC, and what the kernel has been told. */
export interface UtcStatus {
  /** TAI - UTC in seconds, and who says so; null: not known, so the clock is left alone. */
  readonly utcOffset: number | null;
  readonly origin: UtcOffsetOrigin | null;
  /** At the end of this UTC day. */
  readonly leapSecond: 'none' | 'insert' | 'delete';
  /** What a master tells and is not believed; and how often one has begun to. */
  readonly refused: 'utcOffset' | 'leapSecond' | null;
  readonly refusals: number;
  /** The kernel has been told that it is (STA_UNSYNC). */
  readonly synchronised: boolean;
}

export interface ClockStatus {
  readonly clock: {
    /** What the instance is called; no two of a switch have the same name. */
    readonly instance: string;
    readonly clockIdentity: string;
    readonly sdoId: number;
    readonly domainNumber: number;
    readonly priority1: number;
    readonly priority2: number;
    readonly clockQuality: ClockQuality;
    readonly stepsRemoved: number;
    readonly offsetFromMasterNs: number;
    readonly meanDelayNs: number;
    readonly lockState: LockState;
    /** How good the time is while the master's is missing; `none`: it is not missing. */
    readonly holdover: HoldoverState;
    /** The kind of servo, which makes a rate from offsets. */
    readonly servo: ServoKind;
    /** Why the clock is in that lockState, in words. */
    readonly lockReason: string;
    /** The messages that it lacks to be in lock, and how: none has come, too late, refused, without a time stamp. */
    readonly missing: readonly MissingMessage[];
    /**
     * Offsets from the master over the last seconds, by length of the window; in nanoseconds, null before the first.
     */
    readonly offsets: Readonly<Record<string, Omit<OffsetWindow, 'seconds'>>>;
    /** Where the time is from now: `lostMaster`: a master that is not followed any more has told it. */
    readonly timeFrom: 'master' | 'lostMaster' | OwnTimeSource;
    /** Which clocks of the machine the instance steers; none with `virtual`. */
    readonly clock: 'virtual' | 'phc' | 'system';
    readonly steered: readonly SteeredClockStatus[];
    /** How much faster than its time stamps the clock runs. */
    readonly ratePpb: number;
    /**
     * Its time minus that of the machine (CLOCK_REALTIME). It holds the difference of TAI and UTC where the
     * grandmaster's time is TAI.
     */
    readonly aheadOfSystemClockNs: number;
    readonly ports: readonly {
      readonly interface: string;
      readonly portIdentity: string;
      readonly portState: PortState;
      /** How many messages were discarded, and answers missing, by reason; the numbers only grow. */
      readonly discarded: Readonly<Record<string, number>>;
    }[];
    /** PTP that comes in by its ports and that no instance takes. */
    readonly notTaken: readonly NotTakenStatus[];
  };
  readonly parent: {
    readonly parentPortIdentity: string;
    readonly grandmasterIdentity: string;
    readonly grandmasterClockQuality: ClockQuality;
    readonly grandmasterPriority1: number;
    readonly grandmasterPriority2: number;
  };
  readonly time: TimePropertiesDS;
  /** The best first, as the best master clock algorithm compares them; those that are never followed here are the last. */
  readonly foreignMasters: readonly ForeignMasterStatus[];
}

/** As `time:` of the configuration has it. */
export type OwnTimeSource = 'system' | 'phc' | 'free';

/** What an instance is called, the clocks of the machine that it steers, and where its own time is from. */
export interface InstanceFacts {
  readonly instance: string;
  readonly notTaken: readonly NotTakenStatus[];
  readonly source: OwnTimeSource;
  readonly kind: ClockStatus['clock']['clock'];
  readonly steered: readonly SteeredClockStatus[];
}

export interface ForeignMasterStatus {
  readonly interface: string;
  readonly sourcePortIdentity: string;
  readonly grandmasterIdentity: string;
  readonly grandmasterClockQuality: ClockQuality;
  readonly grandmasterPriority1: number;
  readonly grandmasterPriority2: number;
  readonly stepsRemoved: number;
  /** Its latest Announce is not older than that: whole announce intervals of the port are counted. */
  readonly heardWithinSeconds: number;
  /** It is the best master of its port (Erbest). */
  readonly best: boolean;
  /** What has become of it: it is followed, or why not. */
  readonly standing: Standing;
  /** The same in words. */
  readonly standingText: string;
  /** Its interval as it tells it, a logarithm to the base 2 of seconds. */
  readonly logAnnounceInterval: number;
  /** It repeats its sequenceId, which is to count its messages (7.3.7). */
  readonly sequenceIdStuck: boolean;
}

/**
 * @param ports in the order of their portNumbers
 * @param aheadOfSystemClockNs as in ClockStatus
 */
export function clockStatusOf(
  state: ClockState,
  { instance, notTaken, source, kind, steered }: InstanceFacts,
  ports: readonly Pick<ClockStatus['clock']['ports'][number], 'interface' | 'discarded'>[],
  aheadOfSystemClockNs: number,
): ClockStatus {
  const { defaultDS, currentDS, parentDS } = state;
  const { sdoId, domainNumber, priority1, priority2, clockQuality } = defaultDS;
  const interfaceOf = (portNumber: number) => ports[portNumber - 1]?.interface ?? '';
  return {
    clock: {
      instance,
      clockIdentity: formatClockIdentity(defaultDS.clockIdentity),
      ...{ sdoId, domainNumber, priority1, priority2, clockQuality },
      stepsRemoved: currentDS.stepsRemoved,
      offsetFromMasterNs: timeIntervalToNs(currentDS.offsetFromMaster),
      meanDelayNs: timeIntervalToNs(currentDS.meanDelay),
      lockState: state.lockState,
      holdover: state.holdover,
      servo: state.servo,
      lockReason: lockReason(state, notTaken),
      missing: state.missing,
      offsets: Object.fromEntries(
        state.offsetWindows.map(({ seconds, ...window }) => [`${seconds}s`, window]),
      ),
      timeFrom: currentDS.stepsRemoved > 0 ? 'master' : state.ownTime ? source : 'lostMaster',
      ...{ clock: kind, steered },
      ratePpb: state.rateOffset * 1e9,
      aheadOfSystemClockNs,
      ports: state.ports.map(({ portIdentity, portState }) => ({
        interface: interfaceOf(portIdentity.portNumber),
        portIdentity: formatPortIdentity(portIdentity),
        portState,
        discarded: ports[portIdentity.portNumber - 1]?.discarded ?? {},
      })),
      notTaken,
    },
    parent: {
      ...parentDS,
      parentPortIdentity: formatPortIdentity(parentDS.parentPortIdentity),
      grandmasterIdentity: formatClockIdentity(parentDS.grandmasterIdentity),
    },
    time: state.timePropertiesDS,
    foreignMasters: state.foreignMasters.map(
      ({ port, announce, best, standing, sequenceIdStuck, heardWithinSeconds }) => ({
        interface: interfaceOf(port.portNumber),
        sourcePortIdentity: formatPortIdentity(announce.header.sourcePortIdentity),
        grandmasterIdentity: formatClockIdentity(announce.grandmasterIdentity),
        grandmasterClockQuality: announce.grandmasterClockQuality,
        grandmasterPriority1: announce.grandmasterPriority1,
        grandmasterPriority2: announce.grandmasterPriority2,
        stepsRemoved: announce.stepsRemoved,
        heardWithinSeconds,
        ...{ best, standing, standingText: standingWords(standing, sequenceIdStuck) },
        ...{ logAnnounceInterval: announce.header.logMessageInterval, sequenceIdStuck },
      }),
    ),
  };
}

function lockReason(state: ClockState, notTaken: readonly NotTakenStatus[]): string {
  const { lockState, currentDS, meanOffset, holdover } = state;
  const alone = currentDS.stepsRemoved === 0;
  const missing = missingInWords(state.missing);
  switch (lockState) {
    case 'unlocked':
      if (missing !== undefined) return missing;
      if (!alone) return 'waiting for Syncs of the master and the delay of the path to it';
      return `${withoutMaster(state)}${butAnnounced(notTaken)}`;
    case 'acquiring':
      return missing ?? `the offset is being brought down: ${meanOffset.toFixed(0)} ns on average`;
    case 'locked':
      return `the offset is ${meanOffset.toFixed(0)} ns on average`;
    case 'holdover': {
      const reason = alone ? `${masterLost(state)}${butAnnounced(notTaken)}` : missing;
      return `${reason ?? 'the master is measured anew'}: its rate is kept${specificationReason[holdover]}`;
    }
  }
}

function withoutMaster({ defaultDS, foreignMasters }: ClockState): string {
  const heard = whyNotFollowed(foreignMasters);
  const why = heard === undefined ? 'heard' : `followed (${heard})`;
  if (defaultDS.slaveOnly) return `no master is ${why}`;
  return `no better clock is ${why}: this one is the grandmaster`;
}

/** Who is not followed any more may announce himself all the same. */
function masterLost({ foreignMasters }: ClockState): string {
  const heard = whyNotFollowed(foreignMasters);
  if (heard === undefined) return 'the master is gone and no other one is followed';
  return `no master is followed any more (${heard})`;
}

/** Undefined where nobody announces himself. */
function whyNotFollowed(foreignMasters: ClockState['foreignMasters']): string | undefined {
  const heard = foreignMasters.map((it) => standingWords(it.standing, it.sequenceIdStuck));
  return heard.length === 0 ? undefined : [...new Set(heard)].join('; ');
}

/** Nobody is to read that nobody announces while somebody does. */
function butAnnounced(notTaken: readonly NotTakenStatus[]): string {
  const announced = notTaken.filter(({ announce, reason }) => announce && reason !== 'otherHost');
  if (announced.length === 0) return '';
  return `; Announces come in that it does not take: ${announced.map(({ description }) => description).join('; ')}`;
}

function missingInWords(missing: readonly MissingMessage[]): string | undefined {
  if (missing.length === 0) return undefined;
  return missing.map(missingMessageInWords).join(', and ');
}

export function missingMessageInWords({ messageType, how }: MissingMessage): string {
  switch (how) {
    case 'absent':
      return `no ${messageType} of the master comes`;
    case 'late':
      return `every ${messageType} of the master comes too late`;
    case 'refused':
      return `what every ${messageType} of the master tells is refused`;
    case 'noTimestamp':
      return `this clock gets no time stamps of ${messageType}`;
  }
}

const specificationReason: Readonly<Record<HoldoverState, string>> = {
  none: '',
  unspecified: '',
  withinSpecification: ', within its specification',
  beyondSpecification: ', beyond its specification',
};
