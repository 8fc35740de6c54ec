/** What the live screen takes of a switch's answers, in the words and units that it shows. */
import type { StatusAnswer } from '../../control/answers.js';
import type { ClockStatus } from '../../daemon/status/clock-status.js';
import type {
  InstanceStats,
  PortStats,
  PortStatus,
  ResidenceStats,
  Stats,
} from '../../daemon/status/status.js';

export type Counts = Readonly<Record<string, number>>;

export interface PortReading {
  readonly interface: string;
  /** `isolated`: the loop guard keeps it out. */
  readonly link: PortStatus['link'] | 'isolated';
  readonly timestamping: string;
  /** Its state in each instance that is a clock; what the bridge has it, where that is not forwarding. */
  readonly roles: readonly string[];
  readonly received: Counts;
  readonly sent: Counts;
  readonly dropped: Counts;
  /** The others, dotted: "timestamp.transmitMissing". */
  readonly others: Counts;
  readonly residence: ResidenceStats;
  readonly meanLinkDelayNs: number | null;
}

export interface InstanceReading {
  readonly name: string;
  /** In a word; empty where there is nothing to say. */
  readonly state: string;
  readonly words: string;
  /** Null while it follows nobody, and of what is no clock. */
  readonly offsetNs: number | null;
}

export interface Reading {
  readonly version: string;
  /** Another one: the counters began anew. */
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly ports: readonly PortReading[];
  readonly instances: readonly InstanceReading[];
  /** What is wrong, in words: a line each. */
  readonly problems: readonly string[];
}

export interface Answers {
  readonly status: StatusAnswer;
  readonly ports: readonly PortStatus[];
  readonly stats: Stats;
  readonly clocks: readonly ClockStatus[];
}

export function readingOf({ status, ports, stats, clocks }: Answers): Reading {
  const { version, pid, uptimeSeconds } = status;
  return {
    ...{ version, pid, uptimeSeconds },
    ports: stats.ports.map((port) =>
      portReading(
        port,
        ports.find((it) => it.interface === port.interface),
      ),
    ),
    instances: stats.instances.flatMap((instance) => instanceReadings(instance, clocks)),
    problems: ports.flatMap(problemsOf),
  };
}

function portReading(stats: PortStats, status: PortStatus | undefined): PortReading {
  const { rx = {}, tx = {}, drop = {}, ...groups } = stats.counters;
  const { clockPorts = [], bridgeState } = status ?? {};
  const several = new Set(clockPorts.map(({ domainNumber }) => domainNumber)).size > 1;
  return {
    interface: stats.interface,
    link: stats.isolation === null ? stats.link : 'isolated',
    timestamping: stats.timestamping,
    roles: [
      ...(bridgeState !== undefined && bridgeState !== 'forwarding' ? [bridgeState] : []),
      ...clockPorts.map(({ domainNumber, portState }) =>
        several ? `d${domainNumber} ${portState}` : portState,
      ),
    ],
    ...{ received: rx, sent: tx, dropped: drop },
    others: Object.fromEntries(
      Object.entries(groups).flatMap(([group, counts]) =>
        Object.entries(counts).map(([name, count]) => [`${group}.${name}`, count]),
      ),
    ),
    residence: stats.residenceNs,
    meanLinkDelayNs: stats.meanLinkDelayNs,
  };
}

/** A transparent clock has one line for each domain that passes. */
function instanceReadings(
  { name, syntonisation }: InstanceStats,
  clocks: readonly ClockStatus[],
): InstanceReading[] {
  const status = clocks.find(({ clock }) => clock.instance === name);
  if (status !== undefined) return [clockReading(status)];
  if (syntonisation.length === 0) {
    return [{ name, state: '', words: 'no Sync passes', offsetNs: null }];
  }
  return syntonisation.map(({ domainNumber, state, source, rateOffsetPpb }) => ({
    ...{ name, state, offsetNs: null },
    words: `domain ${domainNumber}: Sync of ${source}${rateOffsetPpb === null ? '' : `, rate ${signed(rateOffsetPpb / 1000)} ppm`}`,
  }));
}

function clockReading({ clock, parent }: ClockStatus): InstanceReading {
  const { instance: name, lockState: state, lockReason, offsets } = clock;
  const follows = clock.timeFrom === 'master';
  const latest = offsets['10s'];
  const slave = clock.ports.find(({ portState }) => /^(SLAVE|UNCALIBRATED)$/.test(portState));
  const quality =
    latest === undefined || latest.rms === null || latest.max === null
      ? ''
      : `, ${latest.rms.toFixed(0)} ns rms, ${latest.max.toFixed(0)} max in 10 s`;
  return {
    ...{ name, state },
    words: follows
      ? `follows ${parent.grandmasterIdentity}${slave === undefined ? '' : ` by ${slave.interface}`}${state === 'locked' ? quality : `: ${lockReason}`}`
      : lockReason,
    offsetNs: follows ? clock.offsetFromMasterNs : null,
  };
}

function problemsOf({ interface: name, isolation, peerDelay, clock }: PortStatus): string[] {
  return [
    ...(isolation === null
      ? []
      : [`${name}: isolated: what comes in by ${isolation.loopWith} has come round to it`]),
    ...(peerDelay?.problem ? [`${name}: ${peerDelay.problem}`] : []),
    ...(clock?.related === false
      ? [`${name}: its hardware clock is being related: corrections wait`]
      : []),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
