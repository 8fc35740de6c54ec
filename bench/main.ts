/** npm run bench -- [--quick] [--repetitions N] [--suite NAME ...]: measures, prints, and writes bench/results. */

import { parseArgs } from 'node:util';
import { missingPrerequisite } from '../test/support/netns/prerequisites.js';
import { Measurements } from './measurements.js';
import { suites, type SuiteContext } from './suites.js';
import { availableSubjects } from './subjects.js';

const missing = missingPrerequisite('ptp4l', 'pmc', 'tcpdump');
if (missing !== undefined) {
  console.error(`bench: ${missing}`);
  process.exit(1);
}
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    repetitions: { type: 'string' },
    suite: { type: 'string', multiple: true, default: Object.keys(suites) },
  },
});
const repetitions = Number(options.repetitions ?? (options.quick ? 1 : 3));
const measurements = new Measurements();
const context: SuiteContext = {
  measurements,
  timingMs: options.quick ? 500 : 1_500,
  trialMs: options.quick ? 200 : 500,
};
const subjects = availableSubjects();

// Subjects take turns, so that whatever else the machine does in the meantime meets all of them.
for (let repetition = 1; repetition <= repetitions; repetition++) {
  for (const name of options.suite) {
    for (const subject of subjects) {
      const start = performance.now();
      await suites[name]!(subject, context);
      const seconds = (performance.now() - start) / 1000;
      console.error(
        `${repetition}/${repetitions} ${name}: ${subject.name} (${seconds.toFixed(1)} s)`,
      );
    }
  }
}
console.log(JSON.stringify(measurements, undefined, 2));
