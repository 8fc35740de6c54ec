/** How a switch is, in one answer: what is shown on one screen, and what its health is told from. */
import type { Dropped } from './drop-classes.js';
import type {
  ClockSnapshot,
  DomainSnapshot,
  ForeignMasterSnapshot,
  GrandmasterSnapshot,
  PortSnapshot,
  TimePropertiesSnapshot,
  UnusableSnapshot,
} from './snapshot.js';

/** Dates are UTC by this machine's clock (ISO 8601). */
export interface Summary {
  readonly ports: readonly PortSummary[];
  /** The boundary and ordinary clocks. */
  readonly clocks: readonly ClockSummary[];
  readonly transparentClocks: readonly TransparentClockSummary[];
  /** PTP that comes in and that no instance takes, while it goes on. */
  readonly unusable: readonly UnusableSnapshot[];
  /** Records of the engine that were left out, because they met a fault of this program. */
  readonly failedRecords: number;
  /** What is wrong just now, as the events have it. */
  readonly alarms: readonly AlarmSummary[];
}

/** Without what the events have. */
export type ObservedSummary = Omit<Summary, 'alarms'>;

/** A condition that was raised and is not over. */
export interface AlarmSummary {
  readonly kind: string;
  readonly severity: string;
  readonly since: string;
  readonly instance: string | null;
  readonly interface: string | null;
  readonly text: string;
  readonly remedy: string | null;
}

/** Since when something is as it is. */
export interface Since {
  readonly since: string;
  /** How often it has changed since it was first seen. */
  readonly changes: number;
}

export interface CountSummary {
  readonly lastMinute: number;
  readonly last15Minutes: number;
  readonly sinceStart: number;
  /** Null: never. */
  readonly lastAt: string | null;
}

/** Nanoseconds; null without messages. */
export interface ResidenceSummary {
  readonly messages: number;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  readonly maxAt: string | null;
}

/** Of the offsets that the clock was steered by, nanoseconds; null without offsets. */
export interface OffsetSummary {
  readonly offsets: number;
  readonly rmsNs: number | null;
  /** The largest magnitude. */
  readonly maxNs: number | null;
  readonly maxAt: string | null;
}

/** The last minute, the last quarter of an hour, and since the start. */
export interface Windows<Window> {
  readonly lastMinute: Window;
  readonly last15Minutes: Window;
  readonly sinceStart: Window;
}

export interface PortSummary extends Omit<PortSnapshot, 'timestampingReason'> {
  readonly linkSince: Since;
  /** Averages of the last ten seconds; null before there are two looks. */
  readonly receivedPerSecond: number | null;
  readonly sentPerSecond: number | null;
  readonly syncReceivedPerSecond: number | null;
  readonly syncSentPerSecond: number | null;
  /** Since the start. */
  readonly dropped: Dropped;
  /** Messages that should have gone on and did not. */
  readonly lost: CountSummary & {
    /** By reason, of the last quarter of an hour, the most first. */
    readonly reasons: Readonly<Record<string, number>>;
  };
  /** Time stamps that did not come. */
  readonly timestampsMissing: CountSummary;
  readonly residence: Windows<ResidenceSummary>;
  /** Of the first transport on which it is measured, else of a clock that measures it; null while it is not. */
  readonly meanLinkDelayNs: number | null;
  /** In the clocks that have a port here. */
  readonly roles: readonly RoleSummary[];
}

export interface RoleSummary extends Since {
  /** What the clock is called. */
  readonly instance: string;
  readonly domain: number;
  readonly portState: string;
  /** How it was decided (9.3.3): the code, and why in words; null where nothing is decided. */
  readonly code: string | null;
  readonly why: string | null;
}

export interface GrandmasterSummary extends GrandmasterSnapshot, Since {
  readonly time: TimePropertiesSnapshot;
  /** The interface by which it is followed; null: the clock is the grandmaster itself. */
  readonly interface: string | null;
  /** Changes in the last quarter of an hour. */
  readonly changesLast15Minutes: number;
}

export interface ClockSummary extends Pick<
  ClockSnapshot,
  | 'name'
  | 'type'
  | 'domain'
  | 'sdoId'
  | 'vlan'
  | 'clockIdentity'
  | 'slaveOnly'
  | 'lockState'
  | 'holdover'
  | 'missing'
  | 'offsetFromMasterNs'
  | 'meanDelayNs'
  | 'ratePpb'
  | 'latestSyncAgeNs'
> {
  readonly grandmaster: GrandmasterSummary;
  readonly parent: Since & { readonly portIdentity: string };
  readonly lock: Since;
  readonly offsets: Windows<OffsetSummary>;
  /** Who announces himself besides the parent. */
  readonly others: readonly ForeignMasterSnapshot[];
}

export interface TransparentClockSummary {
  readonly name: string;
  readonly type: 'e2e-tc' | 'p2p-tc';
  readonly domain: number | 'any';
  /** Those whose Syncs pass. */
  readonly domains: readonly Omit<DomainSnapshot, 'instance'>[];
}
