/**
 * npm run bench -- [--quick] [--repetitions N] [--suite NAME ...]
 *
 * Measures every subject with every suite, prints the result and writes it to bench/results. A run takes some twenty-five
 * minutes, a quick one a few. Nothing else should run on the machine meanwhile.
 */

import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { missingPrerequisite } from '../test/support/netns/prerequisites.js';
import { measureBoundaryClockLoad } from './boundary-clock.js';
import { bridgeTable, measureBridge } from './bridge.js';
import { measureBridgeFollowing } from './bridge-follow.js';
import { measureFootprint } from './footprint.js';
import { Measurements } from './measurements.js';
import { raisePriority } from '../test/support/netns/scheduling.js';
import { measurePeerToPeer } from './peer-to-peer.js';
import { describeRun, writeReport } from './report.js';
import { measureRigCeiling } from './rig.js';
import { measureSimulation } from './simulation.js';
import { measureSlaveOffsets } from './slave-offset.js';
import { availableSubjects } from './subjects.js';
import { suites } from './suites.js';
import { judge } from './targets.js';
import { measureTransit } from './transit.js';

/** What is called once a run rather than once for every subject and repetition. */
const ONCE_A_RUN = [
  'rig',
  'transit',
  'slave-offset',
  'peer-to-peer',
  'boundary-clock',
  'bridge',
  'bridge-follow',
  'footprint',
  'simulation',
];

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 [options]\n\nMeasures beside ptp4l and writes to bench/results')
  .option('quick', { type: 'boolean', default: false, describe: 'A few minutes, for a first look' })
  .option('repetitions', { type: 'number', describe: 'Starts of every subject [3, quick: 1]' })
  .option('suite', {
    type: 'string',
    array: true,
    choices: [...Object.keys(suites), ...ONCE_A_RUN],
    describe: 'These only [all]',
  })
  .example('$0 --suite transit --suite slave-offset', 'two suites')
  .strict()
  .parseAsync();
const chosen = options.suite ?? [...Object.keys(suites), ...ONCE_A_RUN];
const repetitions = options.repetitions ?? (options.quick ? 1 : 3);
const durations = options.quick
  ? {
      timingMs: 500,
      transitTurns: 2,
      transitTurnMs: 500,
      trialMs: 200,
      idleMs: 3_000,
      offsets: 80,
      slaveOffsets: { rounds: 2, offsets: 80 },
      simulatedSeconds: 100,
      boundaryClockMs: 2_000,
      bridgeTurns: 3,
      bridgeTransfers: 1,
      bridgeTransferSeconds: 1,
      bridgeOffsets: 24,
      treeMoves: 2,
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
      bridgeTurns: 7,
      bridgeTransfers: 5,
      bridgeTransferSeconds: 2,
      bridgeOffsets: 48,
      treeMoves: 16,
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
const context = { measurements, ...durations };

/** What was measured before and will be after a suite that fails is worth as much. */
async function timed(title: string, measure: () => Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    await measure();
  } catch (error) {
    console.error(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
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

/** Each takes turns of its own. */
async function measureOnce(): Promise<void> {
  const once: Readonly<Record<string, () => Promise<void>>> = {
    rig: () => measureRigCeiling(measurements, durations.trialMs),
    transit: async () => {
      for (let start = 0; start < repetitions; start++) {
        await measureTransit(measurements, subjects, durations);
      }
    },
    'slave-offset': () => measureSlaveOffsets(measurements, durations.slaveOffsets),
    'peer-to-peer': () => measurePeerToPeer(measurements, durations.offsets),
    'boundary-clock': () => measureBoundaryClockLoad(measurements, durations.boundaryClockMs),
    bridge: () => measureBridge(measurements, durations),
    'bridge-follow': () => measureBridgeFollowing(measurements, durations.treeMoves),
    footprint: () => measureFootprint(measurements, durations.idleMs),
    simulation: () => Promise.resolve(measureSimulation(measurements, durations.simulatedSeconds)),
  };
  for (const [name, measure] of Object.entries(once)) {
    if (chosen.includes(name)) await timed(name, measure);
  }
}

for (let repetition = 1; repetition <= repetitions; repetition++) {
  await repeat(`${repetition}/${repetitions}`);
}
await measureOnce();
console.log(writeReport(description, measurements, judge(measurements)));
const forMeasurementsPage = bridgeTable(measurements);
if (forMeasurementsPage !== '') console.log(`For docs/measurements.md:\n\n${forMeasurementsPage}`);
