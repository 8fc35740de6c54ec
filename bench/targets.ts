/** What the switch must reach, most of it relative to linuxptp's transparent clock in the same run. */

import { BARE_BRIDGE } from './bridge.js';
import {
  ANSWERS,
  BACKGROUND_RATES,
  BRIDGE_LOAD_MBITS,
  DIRECT_CABLE,
  FLOOD_RATES,
  FLOODS,
  INTERFACE_COUNTS,
  metric,
  POLLED_TRANSPORTS,
  UNPINNED_RATES,
  type FloodPlace,
} from './metrics.js';
import type { Combined, Measurements } from './measurements.js';
import {
  outcomeOf,
  rangeToJudge,
  spreadOf,
  type Bound,
  type Limit,
  type Outcome,
  type Spread,
} from './verdict.js';

const OURS = 'ptp-switch';
const BUSY = 'ptp-switch --busy-poll';
const PTP4L = 'ptp4l E2E_TC';
const PTP4L_ON_OWN_PROCESSOR = 'ptp4l E2E_TC, own processor';

/** What the collector of the runtime moves resident memory by, with nothing kept. */
const FLAT_MEMORY_MB = 8;

/** What was measured and how far its repetitions lie apart. */
export interface Finding {
  readonly title: string;
  readonly spread: Spread;
  /** Where the rig was the limit: what the figures are instead of exact. */
  readonly bound?: Bound | undefined;
}

export interface Verdict extends Finding {
  readonly limit: Limit;
  /** What the repetitions were to agree within. */
  readonly range: readonly [number, number];
  readonly outcome: Outcome;
}

interface Line {
  readonly title: string;
  /** Empty where its figures were not measured. */
  readonly figures: (measurements: Measurements) => Combined;
}

interface Target extends Line {
  readonly limit: number;
  readonly side?: Limit['side'];
  /** No single one may pass the limit. */
  readonly everyOne?: boolean;
}

/** Ours over a peer's, ptp4l's unless said. */
function ratioToPeer(name: string, subject = OURS, peer = PTP4L): Line['figures'] {
  return (measurements) => measurements.ratios(name, subject, peer);
}

function own(name: string): Line['figures'] {
  return (measurements) => ({ values: measurements.values(name, OURS) });
}

/**
 * Of several figures, each of the port flooded over the same of the interface aside in the same turn: the worst of each turn.
 * Of a figure that is missing in either nothing is known, and the loss has told why.
 */
function worstOverAside(names: readonly ((place: FloodPlace) => string)[]): Line['figures'] {
  return (measurements) => {
    const ratios = names.map((name) => {
      const aside = measurements.values(name('aside'), OURS);
      return measurements
        .values(name('port'), OURS)
        .slice(0, aside.length)
        .map((value, turn) => value / aside[turn]!);
    });
    const turns = Math.min(...ratios.map((each) => each.length));
    return {
      values: Array.from({ length: turns }, (_, turn) =>
        Math.max(...ratios.map((each) => each[turn]!)),
      ),
    };
  };
}

const floodTargets: readonly Target[] = FLOODS.flatMap((flood) =>
  FLOOD_RATES.flatMap((rate): Target[] => {
    const title = metric.floodTitle(flood, rate);
    const always: Target[] = [
      {
        title: `${title}: its frames of which no counter tells`,
        limit: 0,
        everyOne: true,
        figures: own(metric.floodUncounted(flood, rate)),
      },
    ];
    if (rate === 'most') {
      return [
        ...always,
        {
          title: `${title}: lost between the other ports though its own ring had room`,
          limit: 0,
          everyOne: true,
          figures: own(metric.floodUnexplained(flood, rate)),
        },
      ];
    }
    return [
      ...always,
      {
        title: `${title}: lost between the other ports`,
        limit: 0,
        everyOne: true,
        figures: own(metric.floodLost(flood, rate, 'port')),
      },
      {
        title: `${title}: p99 of the transit over that beside the same flood by no port, worst message`,
        limit: 2,
        figures: worstOverAside(
          ['Sync', 'Follow_Up', 'Delay_Req'].map(
            (message) => (place) => metric.floodTransit(flood, rate, place, message, 'p99'),
          ),
        ),
      },
      {
        title: `${title}: median deviation of the residual, the same`,
        limit: 2,
        figures: worstOverAside(
          ['Sync', 'Delay_Req'].map(
            (message) => (place) => metric.floodResidual(flood, rate, place, message),
          ),
        ),
      },
    ];
  }),
);

const [fewest, most] = INTERFACE_COUNTS;

const polledTargets: readonly Target[] = POLLED_TRANSPORTS.flatMap((transport): Target[] => [
  ...INTERFACE_COUNTS.map((interfaces): Target => {
    const name = metric.polled(transport, interfaces, 'Sync intervals within 30 %, %');
    // 9.5.9.2: with a confidence of 90 %.
    return { title: name, limit: 90, side: 'at least', figures: own(name) };
  }),
  {
    title: `boundary clock polled, ${transport}: processor on ${most} interfaces over that on ${fewest}`,
    limit: 1.1,
    figures: (measurements) => {
      const [few, many] = INTERFACE_COUNTS.map((interfaces) =>
        measurements.values(metric.polled(transport, interfaces, 'processor, % of a core'), OURS),
      );
      return {
        values: few!.slice(0, many!.length).map((value, repetition) => many![repetition]! / value),
      };
    },
  },
]);

const [quietest, loudest] = [BACKGROUND_RATES[0], BACKGROUND_RATES[BACKGROUND_RATES.length - 1]!];

const targets: readonly Target[] = [
  {
    title: '2 ports: loss-free pairs/s over ptp4l',
    limit: 2,
    side: 'at least',
    figures: ratioToPeer(metric.twoPortPairs),
  },
  {
    title: '8 ports: % delivered at 16,000 pairs/s',
    limit: 100,
    side: 'at least',
    figures: own(metric.eightPortDelivered),
  },
  ...(['l2', 'udp4'] as const).flatMap((transport): Target[] => [
    {
      title: `${transport}: Sync transit p50 at 1,000/s over ptp4l`,
      limit: 0.8,
      figures: ratioToPeer(metric.transit(transport, 'Sync', 'p50')),
    },
    {
      title: `${transport}: the same with --busy-poll, each on a processor of its own`,
      limit: 0.3,
      figures: ratioToPeer(metric.transit(transport, 'Sync', 'p50'), BUSY, PTP4L_ON_OWN_PROCESSOR),
    },
  ]),
  {
    title: 'not pinned: Sync transit p50 at 1,000/s over ptp4l',
    limit: 0.8,
    figures: ratioToPeer(metric.unpinnedTransit('quiet', 1_000, 'Sync', 'p50')),
  },
  ...UNPINNED_RATES.map((rate): Target => ({
    title: `not pinned, beside two processes that take both processors: Sync transit p95 at ${rate}/s over ptp4l`,
    limit: 1,
    figures: ratioToPeer(metric.unpinnedTransit('busy', rate, 'Sync', 'p95')),
  })),
  {
    title: `Follow_Up transit under ${loudest} over ${quietest} background Delay_Req/s`,
    limit: 1.5,
    figures: (measurements) => {
      const quiet = measurements.values(metric.followUpUnder(quietest), OURS);
      const loud = measurements.values(metric.followUpUnder(loudest), OURS);
      return { values: quiet.map((value, repetition) => loud[repetition]! / value) };
    },
  },
  {
    title: 'boundary clock: % answered of 8,000 Delay_Req/s on 8 ports',
    limit: 100,
    side: 'at least',
    figures: own(metric.boundaryClockAnswered),
  },
  {
    // Of a core one machine takes 46 % for it and another one 74, and ptp4l 19 to 42.
    title: 'boundary clock: processor meanwhile over that of ptp4l',
    limit: 2.5,
    figures: ratioToPeer(metric.boundaryClockProcessor, OURS, 'ptp4l BC'),
  },
  ...polledTargets,
  ...ANSWERS.map((answer): Target => ({
    title: metric.answer(answer, 'p99'),
    limit: 0.5,
    figures: own(metric.answer(answer, 'p99')),
  })),
  ...(['merged', 'single'] as const).map((segments): Target => ({
    title: `bridge: TCP throughput with the switch over without, ${segments} segments`,
    limit: 0.98,
    side: 'at least',
    figures: ratioToPeer(metric.bridgeThroughput(segments), OURS, BARE_BRIDGE),
  })),
  {
    title: `bridge: rms of the slave offset beside ${BRIDGE_LOAD_MBITS} Mbit/s of TCP, ns`,
    limit: 2_000,
    figures: own(metric.bridgeOffsetRms('load')),
  },
  ...(['blocking', 'forwarding'] as const).map((state): Target => ({
    title: `bridge: a port ${state} is followed after, longest of all, ms`,
    limit: 100,
    everyOne: true,
    figures: own(metric.bridgeFollowed(state)),
  })),
  ...(['e2e', 'p2p'] as const).map((delayMechanism): Target => ({
    title: `20 switches simulated, ${delayMechanism}, 16 Sync/s: seconds a processor second`,
    limit: 100,
    side: 'at least',
    figures: own(metric.simulation(delayMechanism)),
  })),
  ...floodTargets,
  ...FLOODS.map((flood): Target => ({
    title: metric.floodMemory(flood),
    limit: FLAT_MEMORY_MB,
    figures: own(metric.floodMemory(flood)),
  })),
  { title: 'idle: % of a core', limit: 1, figures: own(metric.idleProcessor) },
  { title: 'resident memory, MB', limit: 120, figures: own(metric.residentMemory) },
  { title: 'start to first frame forwarded, ms', limit: 1_000, figures: own(metric.start) },
];

/**
 * What comes out as the rig and the machine have it, behind whatever clock: it differs between two runs of one build by more
 * than between two clocks of one run, so a limit would judge the machine. It is told and not judged.
 */
const floorOfTheRig: readonly Line[] = [
  ...(['l2', 'udp4'] as const).flatMap((transport) =>
    (['Sync', 'Delay_Req'] as const).map((message): Line => ({
      title: `${transport}: standard deviation of the ${message} residual within 100 over ptp4l`,
      figures: ratioToPeer(metric.residual(transport, message, 'deviation within 100')),
    })),
  ),
  ...(['cold', 'warm'] as const).map((path): Line => ({
    title: `slave: median |offset| beyond a direct cable, ${path} path, ns`,
    figures: (measurements) =>
      measurements.differences(metric.slaveOffset(path, 'median |offset|'), OURS, DIRECT_CABLE),
  })),
];

/** One verdict for each target whose figures were measured. */
export function judge(measurements: Measurements): Verdict[] {
  return targets.flatMap((target) => {
    const limit: Limit = { value: target.limit, side: target.side ?? 'at most' };
    return findingOf(target, measurements).map((finding) => ({
      ...finding,
      limit,
      range: rangeToJudge(finding.spread, target.everyOne),
      outcome: outcomeOf(finding.spread, limit, { ...target, bound: finding.bound }),
    }));
  });
}

/** What is told without a verdict, of that which was measured. */
export function tell(measurements: Measurements): Finding[] {
  return floorOfTheRig.flatMap((line) => findingOf(line, measurements));
}

function findingOf({ title, figures }: Line, measurements: Measurements): Finding[] {
  const { values, bound } = figures(measurements);
  return values.length === 0 ? [] : [{ title, spread: spreadOf(values), bound }];
}
