/**
 * This build beside that of another checkout, in one run: `npm run bench -- --beside ../other`. Each build takes part twice, by
 * turns, so that what the machine does meets both, and so that one build against itself shows how much of a difference is the
 * machine's. Load generator, rig and this file are those of this checkout; a simulation is each checkout's own.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../test/support/netns/command.js';
import { Switch } from '../test/support/netns/switch.js';
import {
  compare,
  OTHER,
  OTHER_AGAIN,
  THIS,
  THIS_AGAIN,
  type ComparedSuite,
  type Comparison,
} from './comparison.js';
import { startToFirstFrame } from './footprint.js';
import { Measurements } from './measurements.js';
import { metric } from './metrics.js';
import { GENERATOR_CPU, SUBJECT_CPU, withSubject } from './placement.js';
import { Rig } from './rig.js';
import { HIGHEST_RATE, highestLossFreeRate } from './search.js';
import type { SimulationRequest } from './simulate-tree.js';
import { ptpSwitch, type Subject } from './subjects.js';
import { measureTransit } from './transit.js';

/** One build, once. */
interface Entrant {
  readonly name: string;
  readonly tree: string;
}

/** From where a doubling or two ends in loss, and the other steps go into the resolution: a percent. */
const CAPACITIES = [
  { suite: 'two-port-capacity', name: metric.twoPortPairs, sinks: 1, start: 64_000 },
  { suite: 'eight-port-capacity', name: metric.eightPortPairs, sinks: 7, start: 16_000 },
] as const;
const SEARCH_STEPS = 8;
/** Of one turn: some tenths of a second of the processor. */
const SIMULATED_SECONDS = 40;
/** A switch has started long before this, and its first frame is one of a thousand a second. */
const START_STREAM = { pairs: 1_000, milliseconds: 2_500 };

interface Durations {
  readonly simulationTurns: number;
  readonly transitTurns: number;
  readonly transitTurnMs: number;
  readonly trialMs: number;
  /** In each round. */
  readonly starts: number;
}
const THOROUGH: Durations = {
  ...{ simulationTurns: 20, starts: 4 },
  ...{ transitTurns: 10, transitTurnMs: 500, trialMs: 500 },
};
const QUICK: Durations = {
  ...{ simulationTurns: 8, starts: 1 },
  ...{ transitTurns: 3, transitTurnMs: 500, trialMs: 200 },
};

export interface ComparisonOptions {
  readonly suites: readonly ComparedSuite[];
  readonly rounds: number;
  readonly quick: boolean;
}

/** Rejects where the other checkout is not built. */
export async function compareBuilds(
  otherTree: string,
  { suites, rounds, quick }: ComparisonOptions,
): Promise<Comparison[]> {
  const durations = quick ? QUICK : THOROUGH;
  for (const path of ['dist/cli/main.js', 'bench/build.mjs']) {
    if (!existsSync(join(otherTree, path))) {
      throw new Error(`${otherTree} has no ${path}: --beside needs a checkout that was built`);
    }
  }
  const { build } = (await import(pathToFileURL(join(otherTree, 'bench/build.mjs')).href)) as {
    build: () => void;
  };
  build();
  const here = process.cwd();
  const entrants: readonly Entrant[] = [
    { name: OTHER, tree: otherTree },
    { name: THIS, tree: here },
    { name: OTHER_AGAIN, tree: otherTree },
    { name: THIS_AGAIN, tree: here },
  ];
  const measurements = new Measurements();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    // Nobody is always the first, or always after the same one.
    const turned = [...entrants.slice(round % 4), ...entrants.slice(0, round % 4)];
    const order = round % 2 === 0 ? turned : turned.reverse();
    await measureRound(measurements, order, { suites, durations });
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.error(`${round + 1}/${rounds} (${seconds} s)`);
  }
  return compare(measurements, suites);
}

async function measureRound(
  measurements: Measurements,
  entrants: readonly Entrant[],
  { suites, durations }: { suites: readonly ComparedSuite[]; durations: Durations },
): Promise<void> {
  const subjects = entrants.map(({ name, tree }): Subject => {
    return ptpSwitch(name, { commandLine: commandLineOf(tree) });
  });
  if (suites.includes('simulation')) {
    await measureSimulations(measurements, entrants, durations.simulationTurns);
  }
  for (let start = 0; suites.includes('footprint') && start < durations.starts; start++) {
    for (const entrant of entrants) await measureStart(measurements, entrant);
  }
  if (suites.includes('transit')) {
    const { transitTurns, transitTurnMs } = durations;
    await measureTransit(measurements, subjects, { transitTurns, transitTurnMs, timingMs: 0 });
  }
  for (const { suite, name, sinks, start } of CAPACITIES) {
    if (!suites.includes(suite)) continue;
    for (const subject of subjects) {
      await withSubject({ sinks }, subject, 'l2', SUBJECT_CPU, async (rig) => {
        const rate = await highestLossFreeRate(
          (load) => rig.offer(load),
          'pairs',
          { cpu: GENERATOR_CPU, milliseconds: durations.trialMs },
          { start, highest: HIGHEST_RATE, steps: SEARCH_STEPS },
        );
        measurements.addRate(name, subject.name, rate);
      });
    }
  }
}

function commandLineOf(tree: string): string {
  return join(tree, 'dist/cli/main.js');
}

/** All processes stand, and turns are short, for the same reason as those of the transit. */
async function measureSimulations(
  measurements: Measurements,
  entrants: readonly Entrant[],
  turns: number,
): Promise<void> {
  const program = join(import.meta.dirname, 'simulate-tree.js');
  const standing = entrants.map(({ name, tree }) => ({ name, child: fork(program, [tree]) }));
  try {
    // Nobody's turn is beside another one's preparations.
    await Promise.all(standing.map(({ child }) => nextMessage(child)));
    for (let turn = 0; turn < turns; turn++) {
      for (const { name, child } of turn % 2 === 0 ? standing : standing.toReversed()) {
        for (const delayMechanism of ['e2e', 'p2p'] as const) {
          const speed = await simulate(child, { delayMechanism, seconds: SIMULATED_SECONDS });
          measurements.add(metric.simulation(delayMechanism), name, Number(speed));
        }
      }
    }
  } finally {
    for (const { child } of standing) child.kill();
  }
}

/** Rejects if the process ends instead. */
function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('a simulation ended early'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

function simulate(child: ChildProcess, request: SimulationRequest): Promise<unknown> {
  const answer = nextMessage(child);
  child.send(request);
  return answer;
}

async function measureStart(measurements: Measurements, { name, tree }: Entrant): Promise<void> {
  const rig = new Rig({ sinks: 2 });
  try {
    const commandLine = commandLineOf(tree);
    const { milliseconds } = await startToFirstFrame(
      rig,
      () => new Switch(rig.network, rig.device, rig.deviceInterfaces, { commandLine }),
      START_STREAM,
    );
    measurements.add(metric.start, name, milliseconds);
  } finally {
    await rig.close();
  }
}

/** What a checkout is at. */
export function commitOf(tree: string): string {
  return run('git', ['-C', tree, 'describe', '--always', '--dirty']).trim();
}
