/**
 * What is looked at once a second: everything that events and a history are made of, in plain numbers with their units. It is
 * made by the daemon of what a switch knows, and is a copy: nothing of it changes after.
 */
import type { Transport, UnmeasuredReason } from '../core/io.js';

export interface Snapshot {
  /** Of a clock that never goes back, nanoseconds: for rates and for how long something lasts. */
  readonly monotonicNs: number;
  /** The system clock, milliseconds since 1970: for people. */
  readonly unixMs: number;
  /** In the order of the configuration. */
  readonly ports: readonly PortSnapshot[];
  readonly counters: CounterSnapshot;
  /** Of every boundary and ordinary clock. */
  readonly clocks: readonly ClockSnapshot[];
  readonly transparentClocks: readonly TransparentClockSnapshot[];
  /** Of every domain whose Sync messages pass. */
  readonly domains: readonly DomainSnapshot[];
  /** PTP that comes in and that no instance takes, while it goes on. */
  readonly unusable: readonly UnusableSnapshot[];
  /** Records of the engine that were left out, because they met a fault of this program; it only grows. */
  readonly failedRecords: number;
}

export interface PortSnapshot {
  readonly interface: string;
  /** `absent`: there is no interface of that name. */
  readonly link: 'up' | 'down' | 'absent';
  readonly timestamping: 'hardware' | 'software';
  /** Why, in words. */
  readonly timestampingReason: string;
  /** The hardware clock against the common timebase; null with software time stamps. */
  readonly hardwareClock: HardwareClockSnapshot | null;
  /** The interface whose messages have come round, while the loop guard keeps the port out; else null. */
  readonly isolatedWith: string | null;
  /** What spanning tree has decided; null without a bridge. */
  readonly bridgeState: string | null;
  /** Of each transport that the link is measured on; empty where it is not. */
  readonly linkDelays: readonly LinkDelaySnapshot[];
}

export interface HardwareClockSnapshot {
  readonly related: boolean;
  readonly offsetNs: number;
  readonly ratePpb: number;
  readonly uncertaintyNs: number;
}

export interface LinkDelaySnapshot {
  readonly transport: Transport;
  readonly state: 'measured' | UnmeasuredReason;
  /** The same in words. */
  readonly description: string;
  /** Null unless it is measured. */
  readonly meanLinkDelayNs: number | null;
  /** Seconds of the neighbour's in a second of ours; null while it is not known well. */
  readonly neighborRateRatio: number | null;
  readonly neighbor: string | null;
}

/** The engine's counters: a copy of all ports' blocks, one after the other. They only grow. */
export interface CounterSnapshot {
  /** Where a counter is within the block of a port: "rx.Sync", "drop.badVersion". */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Values of one port. */
  readonly stride: number;
  /** The histogram of residences within the block: bucket i ends with upperBoundsNs[i]. */
  readonly residence: { readonly offset: number; readonly upperBoundsNs: readonly number[] };
  readonly values: Float64Array;
}

/** Of one port; 0 where there is no such counter. */
export function counterOf(
  { indexOf, stride, values }: CounterSnapshot,
  port: number,
  name: string,
): number {
  const index = indexOf.get(name);
  return index === undefined ? 0 : (values[port * stride + index] ?? 0);
}

export interface ClockSnapshot {
  /** What the instance is called. */
  readonly name: string;
  readonly type: 'bc' | 'oc';
  readonly domain: number;
  readonly sdoId: number;
  /** Null without a tag, and where its ports differ. */
  readonly vlan: number | null;
  readonly clockIdentity: string;
  /** It is never a master. */
  readonly slaveOnly: boolean;
  readonly time: TimePropertiesSnapshot;
  readonly parent: ParentSnapshot;
  readonly lockState: 'unlocked' | 'acquiring' | 'locked' | 'holdover';
  readonly holdover: 'none' | 'unspecified' | 'withinSpecification' | 'beyondSpecification';
  /** Messages that it lacks to be in lock, and how: "Sync", "absent". */
  readonly missing: readonly {
    readonly messageType: string;
    readonly how: string;
    /** The same in words. */
    readonly text: string;
  }[];
  /** Null while it follows nobody. */
  readonly offsetFromMasterNs: number | null;
  readonly meanDelayNs: number | null;
  /** Those that it was steered by since the snapshot before; null: there were none. */
  readonly offsets: OffsetsSnapshot | null;
  /** How much faster than its time stamps it runs. */
  readonly ratePpb: number;
  /** Since the parent's latest Sync, nanoseconds; null before the first. */
  readonly latestSyncAgeNs: number | null;
  /** In the order of their portNumbers. */
  readonly ports: readonly ClockPortSnapshot[];
  readonly foreignMasters: readonly ForeignMasterSnapshot[];
}

/** Of offsets from the master. */
export interface OffsetsSnapshot {
  readonly count: number;
  /** Square nanoseconds. */
  readonly sumOfSquares: number;
  /** With their signs. */
  readonly minNs: number;
  readonly maxNs: number;
}

/** What the grandmaster tells of its time. */
export interface TimePropertiesSnapshot {
  /** TAI - UTC in seconds; null where it is not said to be valid. */
  readonly utcOffset: number | null;
  readonly leapSecond: 'none' | 'insert' | 'delete';
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
  /** False: it is of no timescale but the grandmaster's own. */
  readonly ptpTimescale: boolean;
  /** Enumeration of table 6. */
  readonly timeSource: number;
}

/** What is announced of a grandmaster. */
export interface GrandmasterSnapshot {
  readonly grandmasterIdentity: string;
  readonly priority1: number;
  readonly clockClass: number;
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
  readonly priority2: number;
  /** From the grandmaster to who announces it. */
  readonly stepsRemoved: number;
}

export interface ParentSnapshot extends GrandmasterSnapshot {
  /** The clock itself, port 0, while it follows nobody. */
  readonly portIdentity: string;
  /** The interface by which it is followed; null while the clock follows nobody. */
  readonly interface: string | null;
}

export interface ClockPortSnapshot {
  readonly interface: string;
  readonly portNumber: number;
  readonly transport: Transport;
  /** Null without a tag. */
  readonly vlan: number | null;
  readonly portState: string;
  /** Why, as it was decided last (9.3.3); null where nothing is decided. */
  readonly decision: DecisionSnapshot | null;
  /** Null unless it is measured peer to peer. */
  readonly meanLinkDelayNs: number | null;
  /** Messages that came to nothing, by reason; they only grow. */
  readonly discarded: Readonly<Record<string, number>>;
}

export interface DecisionSnapshot {
  readonly code: 'M1' | 'M2' | 'M3' | 'P1' | 'P2' | 'S1';
  /** What was found the better: of that grandmaster, announced by that port, heard by that interface. */
  readonly winner: GrandmasterSnapshot & {
    readonly sender: string;
    /** Null: it is what this clock is by itself. */
    readonly interface: string | null;
  };
}

export interface ForeignMasterSnapshot extends GrandmasterSnapshot {
  readonly interface: string;
  readonly portIdentity: string;
  /** It is the best of its port. */
  readonly best: boolean;
  /** What has become of it: `followed`, or why not. */
  readonly standing: string;
  /** The same in words. */
  readonly standingText: string;
  /** The interval that it tells, a logarithm to the base 2 of seconds. */
  readonly logAnnounceInterval: number;
}

export interface TransparentClockSnapshot {
  readonly name: string;
  readonly type: 'e2e-tc' | 'p2p-tc';
  readonly domain: number | 'any';
}

/** A domain whose Syncs pass: how far its rate is known. */
export interface DomainSnapshot {
  /** By which instance they pass. */
  readonly instance: string;
  readonly domain: number;
  readonly sdoId: number;
  readonly state: 'unlocked' | 'acquiring' | 'locked';
  /** Grandmaster against this box; null before there is a rate. */
  readonly rateOffsetPpb: number | null;
  /** portIdentity of who sends its Syncs. */
  readonly source: string;
}

export interface UnusableSnapshot {
  readonly interface: string;
  readonly sdoId: number;
  readonly domain: number;
  readonly transport: Transport;
  /** Null without a tag. */
  readonly vlan: number | null;
  readonly announce: boolean;
  /** What differs from what an instance would take: `otherDomain`, `otherHost`. */
  readonly reason: string;
  /** The same in words, with the interface and the remedy. */
  readonly description: string;
  /** Since this kind was heard first. */
  readonly messages: number;
}
