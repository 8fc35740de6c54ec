/**
 * Transit as everybody has it first: nobody has put the switch on a processor (no `--cpu`), and everything is an ordinary
 * process. At 16 and at 1,000 pairs a second, while nothing else runs, while idle work keeps a processor awake, and beside two
 * processes that take all they get of both. Beside the switch and ptp4l can stand trials of other ways to schedule the forwarding
 * thread, set from outside.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { run } from '../test/support/netns/command.js';
import type { Child } from '../test/support/netns/child.js';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { Switch } from '../test/support/netns/switch.js';
import type { Measurements } from './measurements.js';
import {
  metric,
  SURROUNDINGS,
  UNPINNED_RATES,
  type Surroundings,
  type UnpinnedRate,
} from './metrics.js';
import { GENERATOR_CPU } from './placement.js';
import { Rig } from './rig.js';

const PTP4L_START_TIMEOUT_MS = 10_000;
/** The name that the engine gives its thread. */
const FORWARDING_THREAD = 'ptp-switch';
const PROCESSORS = 2;
/** That a turn takes at least, for a 95th percentile. */
const LEAST_PAIRS = 40;
/** Undoes the raised priority of the rig. */
const ORDINARY = ['nice', '-n', '20'];
const LOAD_PROGRAM = ['sh', '-c', 'while :; do :; done'];

/** How the forwarding thread is scheduled instead: a program with its arguments; the thread's id comes last. */
export const TRIALS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'SCHED_FIFO, any processor': [['chrt', '--fifo', '--pid', '1']],
  'SCHED_FIFO, one processor': [
    ['chrt', '--fifo', '--pid', '1'],
    ['taskset', '--cpu-list', '--pid', String(GENERATOR_CPU)],
  ],
  SCHED_DEADLINE: [
    [
      ...['chrt', '--deadline', '--sched-runtime', '500000', '--sched-deadline', '1000000'],
      ...['--sched-period', '1000000', '--pid', '0'],
    ],
  ],
  'the usual slice': [['chrt', '--other', '--pid', '0']],
  'nice 0': [['renice', '0', '--pid']],
};

export interface UnpinnedDurations {
  readonly unpinnedRounds: number;
  readonly unpinnedMs: number;
}

interface Standing {
  readonly name: string;
  readonly rig: Rig;
}

export async function measureUnpinned(
  measurements: Measurements,
  { unpinnedRounds, unpinnedMs }: UnpinnedDurations,
  trials: readonly string[],
): Promise<void> {
  const standing: Standing[] = [];
  try {
    standing.push(await startSwitch('ptp-switch', []));
    standing.push(await startPtp4l());
    for (const name of trials) standing.push(await startSwitch(name, TRIALS[name] ?? []));
    for (const surroundings of SURROUNDINGS) {
      await within(surroundings, standing[0]!.rig, async () => {
        for (let round = 0; round < unpinnedRounds; round++) {
          const order = round % 2 === 0 ? standing : standing.toReversed();
          for (const rate of UNPINNED_RATES) {
            for (const each of order) {
              const milliseconds = Math.max(unpinnedMs, (1_000 * LEAST_PAIRS) / rate);
              await measureTransit(measurements, each, { surroundings, rate, milliseconds });
            }
          }
        }
      });
    }
  } finally {
    for (const { rig } of standing) await rig.close();
  }
}

async function within(
  surroundings: Surroundings,
  rig: Rig,
  measure: () => Promise<void>,
): Promise<void> {
  const count = surroundings === 'busy' ? PROCESSORS : 0;
  const takers: Child[] = Array.from({ length: count }, () =>
    rig.device.spawn(ORDINARY[0]!, [...ORDINARY.slice(1), ...LOAD_PROGRAM]),
  );
  try {
    await measure();
  } finally {
    await Promise.all(takers.map((taker) => taker.stop('SIGKILL')));
  }
}

interface UnpinnedLoad {
  readonly surroundings: Surroundings;
  readonly rate: UnpinnedRate;
  readonly milliseconds: number;
}

async function measureTransit(
  measurements: Measurements,
  { name, rig }: Standing,
  { surroundings, rate, milliseconds }: UnpinnedLoad,
): Promise<void> {
  const { pairs } = await rig.offer({
    ...{ pairs: rate, milliseconds },
    ...(surroundings === 'awake'
      ? { cpu: GENERATOR_CPU, yielding: true }
      : { cpu: 'any' as const, sleeping: true }),
  });
  if (pairs.residualNs.count === 0) throw new Error(`${name}: nothing got through`);
  for (const [message, timing] of [
    ['Sync', pairs.eventTransitNs],
    ['Follow_Up', pairs.generalTransitNs],
  ] as const) {
    for (const rank of ['p50', 'p95'] as const) {
      const figure = metric.unpinnedTransit(surroundings, rate, message, rank);
      measurements.add(figure, name, timing[rank]);
    }
  }
  measurements.add(
    metric.unpinnedResidual(surroundings, rate),
    name,
    pairs.residualNs.medianDeviation,
  );
}

async function startSwitch(
  name: string,
  scheduling: readonly (readonly string[])[],
): Promise<Standing> {
  const rig = new Rig({ sinks: 1 });
  const instance = new Switch(rig.network, rig.device, rig.deviceInterfaces, { through: ORDINARY });
  await instance.waitUntilForwarding();
  const thread = forwardingThread(instance.child.pid);
  for (const [program, ...args] of scheduling) run(program!, [...args, String(thread)]);
  return { name, rig };
}

async function startPtp4l(): Promise<Standing> {
  const rig = new Rig({ sinks: 1 });
  const peer = Ptp4l.transparentClock(rig.network, rig.device, {
    interfaces: rig.deviceInterfaces,
  });
  await peer.child.waitForLine(/port 0: INITIALIZING to LISTENING/, PTP4L_START_TIMEOUT_MS);
  setPriority(peer.child.pid, 0);
  return { name: 'ptp4l E2E_TC', rig };
}

function forwardingThread(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  const found = threads.find((thread) => {
    const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
    return thread !== pid && name === FORWARDING_THREAD;
  });
  if (found === undefined) throw new Error(`process ${pid} has no thread ${FORWARDING_THREAD}`);
  return found;
}
