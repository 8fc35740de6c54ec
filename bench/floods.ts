/**
 * What one port's flood does to the others: Sync, Follow_Up, Delay_Req and Delay_Resp between two ports while a third one is
 * flooded, and for comparison while the same flood comes in by an interface that is no port of the switch.
 *
 *   source ── device ── sink
 *              │  └──── flooder, by a port of the subject
 *              └─────── flooder, by an interface that is none
 *
 * Flooder and load generator are on one processor, the subject on the other.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Jack } from '../test/support/netns/network.js';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { Switch } from '../test/support/netns/switch.js';
import { until } from '../test/support/netns/wait.js';
import { RigOverrun, type LoadReport, type Timing } from './load.js';
import type { Measurements } from './measurements.js';
import {
  FLOOD_RATES,
  FLOODS,
  metric,
  type Flood,
  type FloodPlace,
  type FloodRate,
} from './metrics.js';
import { GENERATOR_CPU, SUBJECT_CPU, TIMING_RATE } from './placement.js';
import { Rig } from './rig.js';

const PROGRAM = join(process.cwd(), '.setup/bench/ptp-flood');
/** Of the load generator: it starts, warms up and waits for the last message. */
const AROUND_LOAD_MS = 1_500;
const READY_TIMEOUT_MS = 10_000;
/** The engine asks the kernel for what a full ring has lost once a second. */
const RING_DROPS_KNOWN_MS = 1_300;
const READ_AGAIN_MS = 50;
/** As many frames as fill any table of the subject once, before its memory is read for the first time. */
const FILLING = { rate: 50_000, milliseconds: 2_000 } as const;
/** A generator that was held up for long may have lost frames of its own. */
const ATTEMPTS = 3;
const FLOODED_PORT = 'eth3';
/** Of ptp4l: it would write a line for every frame that it does not understand. */
const SILENT = 2;
const TRY = { pairs: TIMING_RATE, milliseconds: 50, cpu: GENERATOR_CPU };

export interface FloodDurations {
  readonly floodMs: number;
  /** Of each flood at each rate, for each start of a subject. */
  readonly floodTurns: number;
}

interface Standing {
  readonly name: string;
  readonly pid: number;
  readonly running: () => boolean;
  /** What it counts by itself; nothing for a subject that does not. */
  readonly counters: () => Promise<PortCounters | undefined>;
}

const subjects: readonly ((rig: Rig) => Promise<Standing>)[] = [
  async (rig) => {
    const instance = new Switch(rig.network, rig.device, rig.deviceInterfaces, {
      cpu: SUBJECT_CPU,
    });
    await instance.waitUntilForwarding();
    return {
      name: 'ptp-switch',
      pid: instance.child.pid,
      running: () => instance.child.running,
      counters: async () => countersOf((await instance.stats()).ports, FLOODED_PORT),
    };
  },
  async (rig) => {
    const peer = Ptp4l.transparentClock(rig.network, rig.device, {
      interfaces: rig.deviceInterfaces,
      cpu: SUBJECT_CPU,
      settings: { logging_level: SILENT },
    });
    await until(
      'ptp4l to forward',
      async () => (await rig.offer(TRY)).pairs.lost === 0,
      READY_TIMEOUT_MS,
      () => peer.child.output,
    );
    return {
      name: 'ptp4l E2E_TC',
      pid: peer.child.pid,
      running: () => peer.child.running,
      counters: () => Promise.resolve(undefined),
    };
  },
];

/** One start of each subject for each flood: one that ends by one flood is not to be missed beside the next. */
export async function measureFloods(
  measurements: Measurements,
  durations: FloodDurations,
  seed: number,
): Promise<void> {
  console.error(`floods: seed ${seed}`);
  for (const flood of FLOODS) {
    for (const start of subjects) {
      const rig = new Rig({ sinks: 1, flooded: true });
      try {
        await measureFlood(measurements, rig, await start(rig), { ...durations, flood, seed });
      } finally {
        await rig.close();
      }
    }
  }
}

/** Rate and place take turns, so that what the machine does meanwhile meets all of them. */
async function measureFlood(
  measurements: Measurements,
  rig: Rig,
  subject: Standing,
  { floodMs, floodTurns, flood, seed }: FloodDurations & { flood: Flood; seed: number },
): Promise<void> {
  const filling = { milliseconds: FILLING.milliseconds, seed };
  const flooder = await startFlooder(rig.flooders!.port, flood, FILLING.rate, filling);
  await flooder.report;
  const residentBefore = residentMegabytes(subject.pid);
  for (let turn = 0; turn < floodTurns; turn++) {
    const places: readonly FloodPlace[] = turn % 2 === 0 ? ['aside', 'port'] : ['port', 'aside'];
    for (const rate of FLOOD_RATES) {
      for (const place of places) {
        const load = { flood, rate, place, milliseconds: floodMs, seed: seed + turn };
        await measureOne(measurements, rig, subject, load);
      }
    }
  }
  if (!subject.running()) {
    console.error(`floods: ${subject.name} has ended under ${flood}`);
    return;
  }
  const grown = residentMegabytes(subject.pid) - residentBefore;
  measurements.add(metric.floodMemory(flood), subject.name, grown);
}

interface FloodedLoad {
  readonly flood: Flood;
  readonly rate: FloodRate;
  readonly place: FloodPlace;
  readonly milliseconds: number;
  readonly seed: number;
}

async function measureOne(
  measurements: Measurements,
  rig: Rig,
  subject: Standing,
  { flood, rate, place, milliseconds, seed }: FloodedLoad,
): Promise<void> {
  const before = await subject.counters();
  const { report, sent } = await offerFlooded(rig, { flood, rate, place, milliseconds, seed });
  const add = (name: string, value: number): void => measurements.add(name, subject.name, value);
  const lost = report.pairs.lost + report.exchanges.lost;
  add(metric.floodOffered(flood, rate, place), sent.perSecond);
  add(metric.floodLost(flood, rate, place), lost);
  const expected = report.pairs.expected + report.exchanges.expected;
  add(metric.floodLostPercent(flood, rate, place), (100 * lost) / expected);
  for (const [message, transit] of Object.entries(transitsOf(report))) {
    if (transit.count === 0) continue; // nothing got through, as the loss says
    add(metric.floodTransit(flood, rate, place, message, 'p50'), transit.p50);
    add(metric.floodTransit(flood, rate, place, message, 'p99'), transit.p99);
  }
  for (const [message, { residualNs }] of [
    ['Sync', report.pairs],
    ['Delay_Req', report.exchanges],
  ] as const) {
    if (residualNs.count === 0) continue;
    add(metric.floodResidual(flood, rate, place, message), residualNs.medianDeviation);
  }
  if (before === undefined || place === 'aside') return;
  const after = await countersAtRest(subject, sent.delivered, before);
  add(metric.floodUncounted(flood, rate), uncounted(sent.delivered, before, after));
  add(metric.floodUnexplained(flood, rate), unexplained(lost, before, after));
}

/** As soon as they tell of every frame of the flood, or when they have had the time to. */
async function countersAtRest(
  subject: Standing,
  delivered: number,
  before: PortCounters,
): Promise<PortCounters> {
  const deadline = performance.now() + RING_DROPS_KNOWN_MS;
  for (;;) {
    const now = (await subject.counters())!;
    if (uncounted(delivered, before, now) === 0 || performance.now() > deadline) return now;
    await delay(READ_AGAIN_MS);
  }
}

/** With the Follow_Up, which no correction can help. */
function transitsOf({ pairs, exchanges }: LoadReport): Readonly<Record<string, Timing>> {
  return {
    Sync: pairs.eventTransitNs,
    Follow_Up: pairs.generalTransitNs,
    Delay_Req: exchanges.eventTransitNs,
  };
}

async function offerFlooded(
  rig: Rig,
  { flood, rate, place, milliseconds, seed }: FloodedLoad,
): Promise<{ readonly report: LoadReport; readonly sent: FloodReport }> {
  // An attempt that is not judged has been counted by the subject all the same.
  let deliveredBefore = 0;
  for (let attempt = 1; ; attempt++) {
    const flooder = await startFlooder(rig.flooders![place], flood, rate, {
      milliseconds: milliseconds + AROUND_LOAD_MS,
      seed,
    });
    try {
      const report = await rig.offer({
        ...{ pairs: TIMING_RATE, exchanges: TIMING_RATE },
        // One that spun would keep the kernel's own thread for what was sent from the processor.
        ...{ milliseconds, cpu: GENERATOR_CPU, sleeping: true },
      });
      const sent = await flooder.end();
      return { report, sent: { ...sent, delivered: sent.delivered + deliveredBefore } };
    } catch (error) {
      deliveredBefore += (await flooder.end()).delivered;
      if (!(error instanceof RigOverrun) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Of what the flooder has sent. */
interface FloodReport {
  readonly seed: number;
  readonly sent: number;
  /** What the other end of the cable has taken. */
  readonly delivered: number;
  readonly perSecond: number;
}

/** Resolves when it floods; it ends by itself too. */
async function startFlooder(
  { namespace, interface: name }: Jack,
  flood: Flood,
  rate: FloodRate | typeof FILLING.rate,
  { milliseconds, seed }: { readonly milliseconds: number; readonly seed: number },
) {
  const child = namespace.spawn(PROGRAM, [
    ...['--interface', name, '--kind', flood, '--rate', String(rate === 'most' ? 0 : rate)],
    ...['--milliseconds', String(milliseconds), '--seed', String(seed)],
    ...['--cpu', String(GENERATOR_CPU)],
  ]);
  await child.waitForLine(/^ready$/, READY_TIMEOUT_MS);
  const report = child.exited.then(({ code }) => {
    const line = child.lines.at(-1) ?? '';
    if (code !== 0 || !line.startsWith('{')) throw new Error(`ptp-flood: ${child.output}`);
    return JSON.parse(line) as FloodReport;
  });
  return {
    report,
    end: async (): Promise<FloodReport> => {
      await child.stop();
      return report;
    },
  };
}

/** What the counters of the switch say of a flood, each in all. */
export interface PortCounters {
  /** At the flooded port: frames taken from its ring, forwarded or refused, by whatever name. */
  readonly taken: number;
  /** At the flooded port: what its ring had no room for. */
  readonly ringFull: number;
  /** The same at all other ports. */
  readonly otherRingsFull: number;
}

type Groups = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Reasons why a frame is not even counted as received: the frame's own faults. */
const MALFORMED = [
  ...['shortFrame', 'tooManyVlanTags', 'badIpHeader', 'badIpChecksum', 'ipFragment'],
  ...['badUdpLength', 'badUdpChecksum', 'badVersion', 'reservedMessageType', 'badMessageLength'],
  ...['frameTooLong', 'badSourceAddress', 'mergedByOffload'],
];

export function countersOf(
  ports: readonly { readonly interface: string; readonly counters: Groups }[],
  floodedPort: string,
): PortCounters {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const ringFull = (counters: Groups): number => counters['drop']?.['receiveRingFull'] ?? 0;
  const flooded = ports.find(({ interface: name }) => name === floodedPort)!.counters;
  return {
    taken:
      sum(Object.values(flooded['rx'] ?? {})) +
      (flooded['path']?.['notPtp'] ?? 0) +
      sum(MALFORMED.map((reason) => flooded['drop']?.[reason] ?? 0)),
    ringFull: ringFull(flooded),
    otherRingsFull: sum(
      ports.filter((port) => port.interface !== floodedPort).map((port) => ringFull(port.counters)),
    ),
  };
}

/** Frames of the flood that neither were taken nor found the ring full, as far as the counters tell. */
export function uncounted(delivered: number, before: PortCounters, after: PortCounters): number {
  return delivered - (after.taken - before.taken) - (after.ringFull - before.ringFull);
}

/**
 * What was lost though the flooded port's ring had room, so that the subject kept up; and what other ports' rings had no room
 * for, which is never to be.
 */
export function unexplained(lost: number, before: PortCounters, after: PortCounters): number {
  const keptUp = after.ringFull === before.ringFull;
  return (keptUp ? lost : 0) + after.otherRingsFull - before.otherRingsFull;
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}
