/** What a boundary clock tells of itself: its data sets in shapes that scripts rely on, identities and times as text and numbers. */
import type { PortState, TimePropertiesDS } from '../../core/datasets/data-sets.js';
import type { ClockState } from '../../core/instance/clock-state.js';
import type { HoldoverState } from '../../core/instance/holdover.js';
import type { LockState, ServoKind } from '../../core/servo/servo.js';
import type { OffsetWindow } from '../../core/servo/offset-history.js';
import { formatClockIdentity, formatPortIdentity } from '../../core/time/identity.js';
import { timeIntervalToNs } from '../../core/time/time-interval.js';
import type { ClockQuality } from '../../core/wire/messages/announce.js';

/** A clock that is steered, as shown. */
export interface SteeredClockStatus {
  /** `/dev/ptp0`, `CLOCK_REALTIME`. */
  readonly name: string;
  /** That have it. */
  readonly interfaces: readonly string[];
  /** Of the time that it is to show, at the latest look; null before the first, and while it is left alone. */
  readonly aheadNs: number | null;
}

export interface ClockStatus {
  readonly clock: {
    readonly clockIdentity: string;
    readonly domainNumber: number;
    readonly priority1: number;
    readonly priority2: number;
    readonly clockQuality: ClockQuality;
    readonly stepsRemoved: number;
    readonly offsetFromMasterNs: number;
    readonly meanDelayNs: number;
    readonly lockState: LockState;
    /** How good the time is while the master's stays away; `none`: it does not. */
    readonly holdover: HoldoverState;
    /** How offsets become a rate. */
    readonly servo: ServoKind;
    /** Why, in words. */
    readonly lockReason: string;
    /** Offsets from the master over the last seconds; nanoseconds, null before the first. */
    readonly offsets: Readonly<Record<string, Omit<OffsetWindow, 'seconds'>>>;
    /** What it steers: none with `virtual`. */
    readonly clock: 'virtual' | 'phc' | 'system';
    readonly steered: readonly SteeredClockStatus[];
    /** How much faster than its time stamps the clock runs. */
    readonly ratePpb: number;
    /** Its time minus that of the machine (CLOCK_REALTIME); in seconds of TAI, if its grandmaster's is. */
    readonly aheadOfSystemClockNs: number;
    readonly ports: readonly {
      readonly interface: string;
      readonly portIdentity: string;
      readonly portState: PortState;
      /** Messages and answers that came to nothing, by reason; they only grow. */
      readonly discarded: Readonly<Record<string, number>>;
    }[];
  };
  readonly parent: {
    readonly parentPortIdentity: string;
    readonly grandmasterIdentity: string;
    readonly grandmasterClockQuality: ClockQuality;
    readonly grandmasterPriority1: number;
    readonly grandmasterPriority2: number;
  };
  readonly time: TimePropertiesDS;
  readonly foreignMasters: readonly ForeignMasterStatus[];
}

/** Of the machine, that an instance steers. */
export interface SteeredClocks {
  readonly kind: ClockStatus['clock']['clock'];
  readonly steered: readonly SteeredClockStatus[];
}

export interface ForeignMasterStatus {
  readonly interface: string;
  readonly sourcePortIdentity: string;
  readonly grandmasterIdentity: string;
  readonly grandmasterPriority1: number;
  readonly stepsRemoved: number;
  /** It is the best that the port hears. */
  readonly best: boolean;
}

/**
 * @param ports in the order of their portNumbers
 * @param aheadOfSystemClockNs as in ClockStatus
 */
export function clockStatusOf(
  state: ClockState,
  { kind, steered }: SteeredClocks,
  ports: readonly Pick<ClockStatus['clock']['ports'][number], 'interface' | 'discarded'>[],
  aheadOfSystemClockNs: number,
): ClockStatus {
  const { defaultDS, currentDS, parentDS } = state;
  const { domainNumber, priority1, priority2, clockQuality } = defaultDS;
  const interfaceOf = (portNumber: number) => ports[portNumber - 1]?.interface ?? '';
  return {
    clock: {
      clockIdentity: formatClockIdentity(defaultDS.clockIdentity),
      ...{ domainNumber, priority1, priority2, clockQuality },
      stepsRemoved: currentDS.stepsRemoved,
      offsetFromMasterNs: timeIntervalToNs(currentDS.offsetFromMaster),
      meanDelayNs: timeIntervalToNs(currentDS.meanDelay),
      lockState: state.lockState,
      holdover: state.holdover,
      servo: state.servo,
      lockReason: lockReason(state),
      offsets: Object.fromEntries(
        state.offsetWindows.map(({ seconds, ...window }) => [`${seconds}s`, window]),
      ),
      ...{ clock: kind, steered },
      ratePpb: state.rateOffset * 1e9,
      aheadOfSystemClockNs,
      ports: state.ports.map(({ portIdentity, portState }) => ({
        interface: interfaceOf(portIdentity.portNumber),
        portIdentity: formatPortIdentity(portIdentity),
        portState,
        discarded: ports[portIdentity.portNumber - 1]?.discarded ?? {},
      })),
    },
    parent: {
      ...parentDS,
      parentPortIdentity: formatPortIdentity(parentDS.parentPortIdentity),
      grandmasterIdentity: formatClockIdentity(parentDS.grandmasterIdentity),
    },
    time: state.timePropertiesDS,
    foreignMasters: state.foreignMasters.map(({ port, announce, best }) => ({
      interface: interfaceOf(port.portNumber),
      sourcePortIdentity: formatPortIdentity(announce.header.sourcePortIdentity),
      grandmasterIdentity: formatClockIdentity(announce.grandmasterIdentity),
      grandmasterPriority1: announce.grandmasterPriority1,
      stepsRemoved: announce.stepsRemoved,
      best,
    })),
  };
}

function lockReason(state: ClockState): string {
  const { lockState, currentDS, meanOffset, defaultDS, holdover } = state;
  const alone = currentDS.stepsRemoved === 0;
  switch (lockState) {
    case 'unlocked':
      if (!alone) return 'waiting for Syncs of the master and the delay of the path to it';
      return defaultDS.slaveOnly
        ? 'no master is heard'
        : 'no better clock is heard: this one is the grandmaster';
    case 'acquiring':
      return `the offset is being brought down: ${meanOffset.toFixed(0)} ns on average`;
    case 'locked':
      return `the offset is ${meanOffset.toFixed(0)} ns on average`;
    case 'holdover':
      return (
        (alone
          ? 'the master is gone and no other one is heard: its rate is kept'
          : 'the master sends no Syncs: its rate is kept') + specificationReason[holdover]
      );
  }
}

const specificationReason: Readonly<Record<HoldoverState, string>> = {
  none: '',
  unspecified: '',
  withinSpecification: ', within its specification',
  beyondSpecification: ', beyond its specification',
};
