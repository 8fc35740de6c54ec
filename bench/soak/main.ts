/**
 * npm run soak -- [--hours N | --minutes N] [--seed S] [--json]
 *
 * Holds a switch to its promises while it is maltreated. The exit code is 1 if one was broken.
 */

import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { missingPrerequisite } from '../../test/support/netns/prerequisites.js';
import { soakText, summaries } from './report.js';
import { soak } from './soak.js';

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run soak --')
  .usage('$0 [options]\n\nA switch under faults at random, and whether it keeps its promises')
  .option('hours', { type: 'number', conflicts: 'minutes', describe: 'How long' })
  .option('minutes', { type: 'number', describe: 'How long [10]' })
  .option('seed', { type: 'number', describe: 'Of the faults [that of the moment]' })
  .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
  .example('$0 --hours 1', 'what a release is held to')
  .strict()
  .parseAsync();

const missing = missingPrerequisite('g++', 'tc');
if (missing !== undefined) {
  console.error(`soak: ${missing}`);
  process.exit(1);
}

const minutes = options.hours === undefined ? (options.minutes ?? 10) : options.hours * 60;
const seed = options.seed ?? Date.now() % 1_000_000;
console.error(`soak: seed ${seed}, ${minutes} minutes`);
const report = await soak({
  seed,
  faults: { forSeconds: minutes * 60 },
  onStruck: ({ name, atSeconds, what, resumedMs, lost }) => {
    const after = resumedMs === undefined ? 'never' : `after ${resumedMs.toFixed(0)} ms`;
    const detail = what === '' ? '' : `: ${what}`;
    console.error(`${atSeconds.toFixed(1)} s: ${name}${detail}: resumed ${after}, ${lost} lost`);
  },
  onViolation: ({ kind, text }) => console.error(`VIOLATION: ${kind}: ${text}`),
});
console.log(
  options.json
    ? JSON.stringify({ ...report, faults: summaries(report.struck) }, undefined, 2)
    : soakText(report),
);
process.exitCode = report.violations.length === 0 ? 0 : 1;
