/** What the switch must reach, most of it relative to linuxptp's transparent clock in the same run. */

import { BARE_BRIDGE } from './bridge.js';
import { BACKGROUND_RATES, BRIDGE_LOAD_MBITS, DIRECT_CABLE, metric } from './metrics.js';
import type { Measurements } from './measurements.js';

const OURS = 'ptp-switch';
const BUSY = 'ptp-switch --busy-poll';
const PTP4L = 'ptp4l E2E_TC';
const PTP4L_ON_OWN_PROCESSOR = 'ptp4l E2E_TC, own processor';

export interface Verdict {
  readonly target: string;
  /** What was measured, and its limit, in the same unit. */
  readonly value: number;
  readonly limit: number;
  readonly reached: boolean;
}

interface Target {
  readonly title: string;
  readonly limit: number;
  readonly atLeast?: boolean;
  /** Undefined where its figures were not measured. */
  readonly value: (measurements: Measurements) => number | undefined;
}

function ratio(dividend: number | undefined, divisor: number | undefined): number | undefined {
  return dividend === undefined || divisor === undefined ? undefined : dividend / divisor;
}

/** Ours over a peer's, ptp4l's unless said. */
function ratioToPeer(name: string, subject = OURS, peer = PTP4L): Target['value'] {
  return (measurements) =>
    measurements.medianOfPairs(name, [subject, peer], (ours, theirs) => ours / theirs);
}

function own(name: string): Target['value'] {
  return (measurements) => measurements.median(name, OURS);
}

const [quietest, loudest] = [BACKGROUND_RATES[0], BACKGROUND_RATES[BACKGROUND_RATES.length - 1]!];

const targets: readonly Target[] = [
  {
    title: '2 ports: loss-free pairs/s over ptp4l',
    limit: 2,
    atLeast: true,
    value: ratioToPeer(metric.twoPortPairs),
  },
  {
    title: '8 ports: % delivered at 16,000 pairs/s',
    limit: 100,
    atLeast: true,
    value: own(metric.eightPortDelivered),
  },
  ...(['l2', 'udp4'] as const).flatMap((transport): Target[] => [
    {
      title: `${transport}: Sync transit p50 at 1,000/s over ptp4l`,
      limit: 0.8,
      value: ratioToPeer(metric.transit(transport, 'Sync', 'p50')),
    },
    {
      title: `${transport}: the same with --busy-poll, each on a processor of its own`,
      limit: 0.3,
      value: ratioToPeer(metric.transit(transport, 'Sync', 'p50'), BUSY, PTP4L_ON_OWN_PROCESSOR),
    },
    {
      title: `${transport}: standard deviation of the Sync residual within 100 over ptp4l`,
      limit: 1.1,
      value: ratioToPeer(metric.residual(transport, 'Sync', 'deviation within 100')),
    },
    {
      title: `${transport}: standard deviation of the Delay_Req residual within 100 over ptp4l`,
      limit: 1.1,
      value: ratioToPeer(metric.residual(transport, 'Delay_Req', 'deviation within 100')),
    },
  ]),
  {
    title: `Follow_Up transit under ${loudest} over ${quietest} background Delay_Req/s`,
    limit: 1.5,
    value: (measurements) =>
      ratio(
        measurements.median(metric.followUpUnder(loudest), OURS),
        measurements.median(metric.followUpUnder(quietest), OURS),
      ),
  },
  ...(['cold', 'warm'] as const).map((path): Target => ({
    title: `slave: median |offset| beyond a direct cable, ${path} path, ns`,
    limit: 100,
    value: (measurements) =>
      measurements.medianOfPairs(
        metric.slaveOffset(path, 'median |offset|'),
        [OURS, DIRECT_CABLE],
        (through, direct) => through - direct,
      ),
  })),
  {
    title: 'boundary clock: % answered of 8,000 Delay_Req/s on 8 ports',
    limit: 100,
    atLeast: true,
    value: own(metric.boundaryClockAnswered),
  },
  {
    title: 'boundary clock: % of a core meanwhile',
    limit: 60,
    value: own(metric.boundaryClockProcessor),
  },
  ...(['merged', 'single'] as const).map((segments): Target => ({
    title: `bridge: TCP throughput with the switch over without, ${segments} segments`,
    limit: 0.98,
    atLeast: true,
    value: ratioToPeer(metric.bridgeThroughput(segments), OURS, BARE_BRIDGE),
  })),
  {
    title: `bridge: rms of the slave offset beside ${BRIDGE_LOAD_MBITS} Mbit/s of TCP, ns`,
    limit: 2_000,
    value: own(metric.bridgeOffsetRms('load')),
  },
  ...(['blocking', 'forwarding'] as const).map((state): Target => ({
    title: `bridge: a port ${state} is followed after, longest of all, ms`,
    limit: 100,
    value: own(metric.bridgeFollowed(state, 'maximum')),
  })),
  ...(['e2e', 'p2p'] as const).map((delayMechanism): Target => ({
    title: `20 switches simulated, ${delayMechanism}, 16 Sync/s: seconds a processor second`,
    limit: 100,
    atLeast: true,
    value: own(metric.simulation(delayMechanism)),
  })),
  { title: 'idle: % of a core', limit: 1, value: own(metric.idleProcessor) },
  { title: 'resident memory, MB', limit: 120, value: own(metric.residentMemory) },
  { title: 'start to first frame forwarded, ms', limit: 1_000, value: own(metric.start) },
];

/** One verdict for each target whose figures were measured. */
export function judge(measurements: Measurements): Verdict[] {
  return targets.flatMap(({ title, limit, atLeast, value: measure }) => {
    const value = measure(measurements);
    if (value === undefined) return [];
    const reached = atLeast === true ? value >= limit : value <= limit;
    const sign = atLeast === true ? '>=' : '<=';
    return [{ target: `${title}, ${sign} ${limit}`, value, limit, reached }];
  });
}
