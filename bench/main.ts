/**
 * npm run bench -- [--quick] [--repetitions N] [--suite NAME ...]
 * npm run bench -- --beside TREE [--quick] [--repetitions N] [--suite NAME ...] [--json]
 *
 * Measures every subject with every suite, prints the result and writes it to bench/results; or compares two builds and prints
 * that. Nothing else should run on the machine meanwhile.
 */

import { resolve } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { missingPrerequisite } from '../test/support/netns/prerequisites.js';
import { commitOf, compareBuilds } from './beside.js';
import { measureAnswers } from './answers.js';
import { measureBoundaryClockLoad } from './boundary-clock.js';
import { bridgeTable, measureBridge } from './bridge.js';
import { measureBridgeFollowing } from './bridge-follow.js';
import { COMPARED_SUITES, comparisonTable } from './comparison.js';
import { measureFloods } from './floods.js';
import { measureFootprint } from './footprint.js';
import { measureManagementLoad } from './management-load.js';
import { Measurements } from './measurements.js';
import { raisePriority } from '../test/support/netns/scheduling.js';
import { measurePeerToPeer } from './peer-to-peer.js';
import { describeRun, writeReport } from './report.js';
import { measureRigCeiling } from './rig.js';
import { measureSimulation } from './simulation.js';
import { measureSlaveOffsets } from './slave-offset.js';
import { availableSubjects } from './subjects.js';
import { suites } from './suites.js';
import { judge, tell } from './targets.js';
import { measureTransit } from './transit.js';
import { measureUnpinned, TRIALS } from './unpinned.js';

/** What is called once a run rather than once for every subject and repetition. */
const ONCE_A_RUN = [
  'rig',
  'transit',
  'unpinned',
  'slave-offset',
  'peer-to-peer',
  'boundary-clock',
  'management-load',
  'answers',
  'bridge',
  'bridge-follow',
  'floods',
  'footprint',
  'simulation',
];

/** Exit codes: a target missed beyond the spread of its repetitions, or a build worse; a suite that could not measure. */
const [MISSED, FAILED] = [1, 2];

const comparedSuites: readonly string[] = COMPARED_SUITES;

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 [options]\n\nMeasures beside ptp4l and writes to bench/results')
  .option('quick', { type: 'boolean', default: false, describe: 'Some minutes, for a first look' })
  .option('repetitions', { type: 'number', default: 3, describe: 'Starts of every subject' })
  .option('suite', {
    type: 'string',
    array: true,
    choices: [...Object.keys(suites), ...ONCE_A_RUN],
    describe: 'These only [all]',
  })
  .option('trial', {
    type: 'string',
    array: true,
    choices: Object.keys(TRIALS),
    describe: 'Of the suite unpinned: other ways to schedule, besides',
  })
  .option('seed', {
    type: 'number',
    default: 1,
    describe: 'Of what the floods send, and of the noise that answers have behind them',
  })
  .option('beside', {
    type: 'string',
    describe: 'Compares this build with that of another checkout instead',
  })
  .option('json', { type: 'boolean', implies: 'beside', describe: 'The comparison as JSON' })
  .example('$0 --suite transit --suite slave-offset', 'two suites')
  .example('$0 --beside ../before', 'what a change has cost')
  .check(({ beside, suite }) => {
    const alone = suite?.filter((name) => !comparedSuites.includes(name)) ?? [];
    if (beside === undefined || alone.length === 0) return true;
    throw new Error(`two builds are not compared by ${alone.join(', ')}`);
  })
  .strict()
  .parseAsync();
const chosen = options.suite ?? [...Object.keys(suites), ...ONCE_A_RUN];
const { repetitions } = options;
const durations = options.quick
  ? {
      timingMs: 500,
      transitTurns: 3,
      transitTurnMs: 500,
      trialMs: 200,
      idleMs: 3_000,
      offsets: 80,
      slaveOffsets: { rounds: 2, offsets: 80 },
      simulatedSeconds: 100,
      boundaryClockMs: 2_000,
      polledMs: 5_000,
      answers: 2_000,
      bridgeTurns: 3,
      bridgeTransfers: 1,
      bridgeTransferSeconds: 1,
      bridgeOffsets: 24,
      treeMoves: 4,
      floodMs: 300,
      floodTurns: 1,
      unpinnedRounds: 3,
      unpinnedMs: 500,
    }
  : {
      timingMs: 1_500,
      transitTurns: 20,
      transitTurnMs: 500,
      trialMs: 500,
      idleMs: 5_000,
      offsets: 480,
      slaveOffsets: { rounds: 25, offsets: 96 },
      simulatedSeconds: 600,
      boundaryClockMs: 10_000,
      polledMs: 20_000,
      answers: 10_000,
      bridgeTurns: 7,
      bridgeTransfers: 5,
      bridgeTransferSeconds: 2,
      bridgeOffsets: 48,
      treeMoves: 16,
      floodMs: 1_000,
      floodTurns: 3,
      unpinnedRounds: 20,
      unpinnedMs: 500,
    };

const missing = missingPrerequisite('ptp4l', 'pmc', 'tcpdump', 'iperf3', 'nft');
if (missing !== undefined) {
  console.error(`bench: ${missing}`);
  process.exit(1);
}

raisePriority();
// At the start: what is changed meanwhile is not what was measured.
const description = describeRun(repetitions, options.quick);
const measurements = new Measurements();
const subjects = availableSubjects();
const context = { measurements, judgedOnly: options.quick, ...durations };

/** What was measured before and will be after a suite that fails is worth as much. */
async function timed(title: string, measure: () => Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    await measure();
  } catch (error) {
    console.error(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = FAILED;
    return;
  }
  console.error(`${title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

async function repeat(round: string): Promise<void> {
  // Subjects take turns, so that whatever else the machine does in the meantime meets all of them.
  for (const name of chosen) {
    const suite = suites[name];
    if (suite === undefined) continue;
    for (const subject of subjects) {
      if (subject.suites?.includes(name) === false) continue;
      await timed(`${round} ${name}: ${subject.name}`, () => suite(subject, context));
    }
  }
}

/** Every verdict needs repetitions. */
async function repeatedly(measure: () => Promise<void> | void): Promise<void> {
  for (let repetition = 0; repetition < repetitions; repetition++) await measure();
}

/** Each takes turns of its own. */
async function measureOnce(): Promise<void> {
  const once: Readonly<Record<string, () => Promise<void>>> = {
    rig: () => repeatedly(() => measureRigCeiling(measurements, durations.trialMs)),
    transit: () => repeatedly(() => measureTransit(measurements, subjects, durations)),
    unpinned: () => measureUnpinned(measurements, durations, options.trial ?? []),
    'slave-offset': () => measureSlaveOffsets(measurements, durations.slaveOffsets),
    'peer-to-peer': () => measurePeerToPeer(measurements, durations.offsets),
    'boundary-clock': () =>
      repeatedly(() => measureBoundaryClockLoad(measurements, durations.boundaryClockMs)),
    'management-load': () =>
      repeatedly(() => measureManagementLoad(measurements, durations.polledMs)),
    answers: () => repeatedly(() => measureAnswers(measurements, durations, options.seed)),
    bridge: () => measureBridge(measurements, durations),
    'bridge-follow': () => measureBridgeFollowing(measurements, durations.treeMoves),
    floods: () => repeatedly(() => measureFloods(measurements, durations, options.seed)),
    footprint: () => repeatedly(() => measureFootprint(measurements, durations.idleMs)),
    simulation: () => repeatedly(() => measureSimulation(measurements, durations.simulatedSeconds)),
  };
  for (const [name, measure] of Object.entries(once)) {
    if (chosen.includes(name)) await timed(name, measure);
  }
}

async function measureAll(): Promise<void> {
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    await repeat(`${repetition}/${repetitions}`);
  }
  await measureOnce();
  const verdicts = judge(measurements);
  console.log(writeReport(description, { verdicts, told: tell(measurements), measurements }));
  if (verdicts.some(({ outcome }) => outcome === 'missed')) process.exitCode ??= MISSED;
  const forMeasurementsPage = bridgeTable(measurements);
  if (forMeasurementsPage !== '') {
    console.log(`For docs/measurements.md:\n\n${forMeasurementsPage}`);
  }
}

async function measureBeside(tree: string): Promise<void> {
  const comparisons = await compareBuilds(tree, {
    suites: COMPARED_SUITES.filter((name) => chosen.includes(name)),
    rounds: repetitions,
    quick: options.quick,
  });
  const results = { ...description, other: commitOf(tree), comparisons };
  if (options.json === true) console.log(JSON.stringify(results, undefined, 2));
  else
    console.log(`${description.commit} beside ${results.other}\n\n${comparisonTable(comparisons)}`);
  if (comparisons.some(({ outcome }) => outcome === 'worse')) process.exitCode = MISSED;
}

await (options.beside === undefined ? measureAll() : measureBeside(resolve(options.beside)));
