/**
 * The status and counters of a running switch in shapes that scripts rely on, made from the engine's ports and
 * counters.
 */
import type { ClockStatus } from './clock-status.js';
import type { FollowedState } from '../../bridge/follow.js';
import type { InstanceConfig } from '../../config/config.js';
import type { PortState } from '../../core/datasets/data-sets.js';
import type {
  CounterLayout,
  Counters,
  PortClock,
  PortInfo,
  TimestampingMode,
} from '../../native/data-plane.js';
import { droppedOf, type Dropped } from '../../observe/drop-classes.js';
import type { Isolation } from './notices.js';
import type { Discards } from './discard-counts.js';
import { noneUnclaimed, type NotTakenStatus, type Unclaimed } from './not-taken.js';
import type { PeerDelayStatus } from './peer-delay-table.js';
import type { SyntonisationStatus } from './syntonisation-table.js';

/** `absent`: there is no interface of that name just now. */
export type PortLink = 'up' | 'down' | 'absent';

/** The state of a port as a port of the kernel's bridge; empty without a bridge. */
export interface BridgePortStatus {
  /** PTP messages pass a port only while it is `forwarding`. */
  readonly bridgeState?: FollowedState;
  /**
   * With pruneMulticast: transports whose multicast is not forwarded to the port, because there is no listener behind
   * it.
   */
  readonly prunedTransports?: readonly ('udp4' | 'udp6')[];
}

export interface PortStatus extends BridgePortStatus {
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly mac: string;
  readonly link: PortLink;
  readonly timestamping: TimestampingMode;
  readonly timestampingReason: string;
  /** What merges received packets and is turned off while the switch runs, as ethtool calls it. */
  readonly offloadsTurnedOff: readonly string[];
  /** Null unless the loop guard keeps the port out for a while. */
  readonly isolation: Isolation | null;
  /** N of /dev/ptpN; null without a hardware clock. */
  readonly phcIndex: number | null;
  /** The hardware clock against the common timebase; null with software time stamps. */
  readonly clock: PortClock | null;
  /** On the first transport on which it is measured; null while it is measured on none. */
  readonly meanLinkDelayNs: number | null;
  /** Null where the port's link is not measured. */
  readonly peerDelay: PeerDelayStatus | null;
  /** State of the port in each instance that is a boundary or ordinary clock; absent where there is none. */
  readonly clockPorts?: readonly ClockPortStatus[];
}

/** Residence times of the event messages that left by the port, in nanoseconds; null before the first. */
export interface ResidenceStats {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  /** Percentiles are the upper bound of their histogram bucket, but never beyond `max`. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface PortStats {
  readonly interface: string;
  readonly link: PortLink;
  readonly isolation: Isolation | null;
  readonly timestamping: TimestampingMode;
  /** By group and name: counters.rx.Sync, counters.drop.badVersion. They only grow. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What of them did not go on: lost, not for here, or no message. */
  readonly dropped: Dropped;
  /** Frames that were handed up and that nobody took, by reason; they only grow. */
  readonly unclaimed: Unclaimed;
  readonly residenceNs: ResidenceStats;
  readonly clock: PortClock | null;
  readonly meanLinkDelayNs: number | null;
  readonly peerDelay: PeerDelayStatus | null;
  /** PTP that comes in by the port and that no instance takes. */
  readonly notTaken: readonly NotTakenStatus[];
}

export type InstanceStats = InstanceConfig & {
  /** What the instance is called; no two of a switch have the same name. */
  readonly name: string;
  /** One entry for each domain whose Sync messages the switch forwards. */
  readonly syntonisation: readonly SyntonisationStatus[];
  /** Of a transparent clock management requests alone; what it forwards is counted by port. */
  readonly discarded: Discards;
};

export interface Stats {
  readonly ports: readonly PortStats[];
  readonly instances: readonly InstanceStats[];
  /** Frames and other records of the engine that were left out, because they met a fault of this program. */
  readonly failedRecords: number;
}

/** What a transparent clock knows of time: the rates of the grandmasters whose Syncs pass. */
export interface TransparentClockStatus {
  /** What the instance is called; no two of a switch have the same name. */
  readonly instance: string;
  readonly type: 'e2e-tc' | 'p2p-tc';
  readonly domain: number | 'any';
  /** One entry for each domain whose Sync messages it forwards. */
  readonly syntonisation: readonly SyntonisationStatus[];
}

export function transparentClocksOf(
  instances: readonly InstanceStats[],
): readonly TransparentClockStatus[] {
  return instances.flatMap(({ name: instance, type, domain, syntonisation }) =>
    type === 'e2e-tc' || type === 'p2p-tc' ? [{ instance, type, domain, syntonisation }] : [],
  );
}

/** The group of plain counters that goes with the residence histogram. */
const residenceGroup = 'residence';

export interface ClockPortStatus {
  readonly instance: string;
  readonly domainNumber: number;
  readonly portState: PortState;
}

/** What is known of a port beside the data plane's own. */
interface PortFacts {
  readonly isolation: Isolation | null;
  readonly peerDelay: PeerDelayStatus | undefined;
  readonly bridgePort: BridgePortStatus;
  readonly clockPorts: readonly ClockPortStatus[];
}

export function portStatus(
  info: PortInfo,
  { isolation, peerDelay, bridgePort, clockPorts }: PortFacts,
): PortStatus {
  return {
    interface: info.interface,
    interfaceIndex: info.interfaceIndex,
    mac: info.mac,
    link: linkOf(info),
    timestamping: info.timestamping,
    timestampingReason: info.timestampingReason,
    offloadsTurnedOff: info.offloadsTurnedOff,
    isolation,
    phcIndex: info.phcIndex < 0 ? null : info.phcIndex,
    clock: info.clock,
    ...peerDelayOf(peerDelay),
    ...bridgePort,
    ...(clockPorts.length > 0 && { clockPorts }),
  };
}

export function statsOf({
  ports,
  counters: { layout, values },
  peerDelays,
  isolations,
  instances,
  notTaken,
  unclaimed,
  failedRecords,
}: {
  readonly ports: readonly PortInfo[];
  readonly counters: Counters;
  /** By port. */
  readonly peerDelays: readonly (PeerDelayStatus | undefined)[];
  readonly isolations: readonly (Isolation | null)[];
  readonly instances: readonly InstanceStats[];
  readonly notTaken: readonly NotTakenStatus[];
  /** By port. */
  readonly unclaimed: readonly Unclaimed[];
  readonly failedRecords: number;
}): Stats {
  return {
    ports: ports.map((info, index) => {
      const block = values.subarray(index * layout.stride, (index + 1) * layout.stride);
      const ofPort = countersOf(block, layout);
      return {
        interface: info.interface,
        link: linkOf(info),
        isolation: isolations[index] ?? null,
        timestamping: info.timestamping,
        counters: ofPort,
        dropped: droppedOf(ofPort.drop),
        unclaimed: unclaimed[index] ?? noneUnclaimed(),
        residenceNs: residenceOf(block, layout),
        clock: info.clock,
        ...peerDelayOf(peerDelays[index]),
        notTaken: notTaken.filter((it) => it.interface === info.interface),
      };
    }),
    instances,
    failedRecords,
  };
}

function peerDelayOf(
  peerDelay: PeerDelayStatus | undefined,
): Pick<PortStatus, 'meanLinkDelayNs' | 'peerDelay'> {
  const measured = peerDelay?.links.find(({ state }) => state === 'measured');
  return { meanLinkDelayNs: measured?.meanLinkDelayNs ?? null, peerDelay: peerDelay ?? null };
}

export function linkOf({ present, link }: PortInfo): PortLink {
  return present ? (link ? 'up' : 'down') : 'absent';
}

function countersOf(block: BigUint64Array, layout: CounterLayout): PortStats['counters'] {
  const groups: Record<string, Record<string, number>> = {};
  for (const [index, dotted] of layout.names.entries()) {
    const [group, name] = splitName(dotted);
    if (group !== residenceGroup) (groups[group] ??= {})[name] = Number(block[index]);
  }
  return groups;
}

function splitName(dotted: string): readonly [group: string, name: string] {
  const dot = dotted.indexOf('.');
  return [dotted.slice(0, dot), dotted.slice(dot + 1)];
}

function residenceOf(block: BigUint64Array, layout: CounterLayout): ResidenceStats {
  const value = (name: string): number =>
    Number(block[layout.names.indexOf(`${residenceGroup}.${name}`)] ?? 0n);
  const count = value('count');
  if (count === 0) return { count, min: null, mean: null, p50: null, p99: null, max: null };
  const max = value('maxNs');
  const { offset, upperBoundsNs } = layout.residence;
  const histogram = block.subarray(offset, offset + upperBoundsNs.length);
  return {
    count,
    min: value('minNs'),
    mean: value('sumNs') / count,
    p50: percentile(histogram, upperBoundsNs, 0.5, max),
    p99: percentile(histogram, upperBoundsNs, 0.99, max),
    max,
  };
}

/** Adds up the histogram rather than taking `count`, because the engine goes on counting while this is read. */
function percentile(
  histogram: BigUint64Array,
  upperBoundsNs: readonly number[],
  fraction: number,
  max: number,
): number {
  const total = histogram.reduce((sum, bucket) => sum + Number(bucket), 0);
  const rank = Math.max(1, fraction * total);
  let seen = 0;
  const index = histogram.findIndex((bucket) => (seen += Number(bucket)) >= rank);
  return Math.min(upperBoundsNs[index] ?? max, max);
}

/** How the ports of all clocks on an interface stand. */
export function clockPortsOf(name: string, clocks: readonly ClockStatus[]): ClockPortStatus[] {
  return clocks.flatMap(({ clock: { instance, domainNumber, ports } }) =>
    ports
      .filter((port) => port.interface === name)
      .map(({ portState }) => ({ instance, domainNumber, portState })),
  );
}
