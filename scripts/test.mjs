// npm test: installs and builds what is missing, then runs the checks; the last line counts them. What needs
// processors, or waits, runs side by side; what holds real time to limits runs afterwards, and beside it only what takes the
// processors' idle time.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  addCounts,
  countDoctest,
  countVitest,
  summaryLine,
  vitestFailures,
} from './count-results.mjs';
import {
  buildTools,
  labTools,
  main,
  missing,
  projectRoot,
  serviceTools,
  setUp,
  testTools,
} from './setup.mjs';
import { endCommandsWithThisProgram, runCommand, sideBySide } from './side-by-side.mjs';

const usage = `npm test                     formats, lint, types and all tests but the hardware lab; those in namespaces as root
npm test -- --quick          formats, lint, types, and the tests that need no root and little time: left out are the C++
                             tests, the simulation and the namespaces
npm test -- ARGUMENTS        vitest alone with these, as in: npm test -- --project=unit
npm run test:hw              the hardware lab alone; with PTP_SWITCH_TEST_HARDWARE=1 \`npm test\` runs it as well
PTP_SWITCH_TEST_FUZZ=1       \`npm test\` fuzzes parser and forwarder as well, for half a minute each`;

const FUZZ_SECONDS = 30;

const resultDirectory = join(projectRoot, 'test-results');
const passed = { passed: 1, failed: 0, skipped: 0 };
const failed = { passed: 0, failed: 1, skipped: 0 };
const skipped = { passed: 0, failed: 0, skipped: 1 };
/** @type {string[]} */
const failures = [];

const statics = [
  check('eslint', 'eslint', '.'),
  check('types', 'tsc', '-p', 'tsconfig.json', '--noEmit'),
  check('prettier', 'prettier', '--check', '--log-level=warn', '.'),
  check('types of src/core, without Node', 'tsc', '-p', 'src/core/tsconfig.json'),
  {
    title: 'clang-format',
    run: (options) => passes('clang-format', 'npm', ['run', '--silent', 'lint:cpp'], options),
  },
];
const fuzzing = {
  title: 'fuzz targets',
  run: (options) => {
    const limits = ['--jobs', '1', '--seconds', String(FUZZ_SECONDS)];
    const script = join(projectRoot, 'scripts/fuzz.mjs');
    return passes('fuzz targets', process.execPath, [script, ...limits], options);
  },
};
const quick = ['tidy', 'unit', 'property', 'native'];

/** The longest first: whatever is short fits in beside the rest of it. */
const sideBySideChecks = [
  // Mostly waits for what happens in real time, and is held to none: it has a slot besides the processors'.
  vitestCheck('network namespaces', ['netns']),
  { title: 'C++ tests under AddressSanitizer and UBSan', run: runDataplaneTests },
  vitestCheck('vitest', [...quick, 'sim']),
];

await main(async () => {
  const [first, ...others] = process.argv.slice(2);
  if (first === '--help') {
    console.log(usage);
    return 0;
  }
  endCommandsWithThisProgram();
  rmSync(resultDirectory, { recursive: true, force: true });
  mkdirSync(resultDirectory);
  if (first === '--quick' && others.length === 0) {
    await setUp({ required: buildTools });
    const checks = [vitestCheck('vitest', quick), ...statics];
    return report(await together(checks, availableParallelism()));
  }
  const absent = await setUp({
    required: buildTools,
    optional: [...labTools, ...testTools, ...serviceTools],
  });
  if (process.getuid() !== 0) absent.push({ package: 'root' });
  if (absent.length > 0) {
    const names = absent.map((tool) => tool.package).join(', ');
    console.log(`Tests that need these are skipped: ${names}`);
  }
  if (first !== undefined) {
    return report((await runVitest('vitest', [first, ...others], { live: true })).result);
  }
  let count = await together(sideBySideChecks, availableParallelism() + 1);
  // What is held to times waits most of the time.
  const idle = (process.env.PTP_SWITCH_TEST_FUZZ ? [fuzzing, ...statics] : statics).map(inIdleTime);
  const meanwhile = together(idle, availableParallelism() + 1);
  count = addCounts(count, await alone('network namespaces held to times', 'netns-time'));
  count = addCounts(count, await meanwhile);
  // Two guests, a processor each.
  if (process.env.PTP_SWITCH_TEST_HARDWARE) {
    count = addCounts(count, await alone('hardware lab', 'hw'));
  }
  return report(count);
});

/** A vitest project that holds real time to limits, or takes all processors: only idle time may be used beside it. */
async function alone(title, project) {
  console.log(`\n${title}: started`);
  const args = [`--project=${project}`];
  const { result } = await runVitest(title.replaceAll(' ', '-'), args, { live: true });
  console.log(`${title}: ${summaryLine(result)}`);
  return result;
}

async function together(checks, slots) {
  const counts = await sideBySide(checks, {
    slots,
    show: (text) => console.log(text),
    summary: summaryLine,
  });
  return counts.reduce(addCounts);
}

function report(total) {
  const line = summaryLine(total);
  writeFileSync(join(resultDirectory, 'summary.txt'), `${line}\n`);
  if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}`);
  console.log(`\n${line}`);
  // Tests that are skipped have said why; that there are none at all is a mistake.
  return total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1;
}

/** A check by a program of an npm package. */
function check(title, program, ...args) {
  const command = join(projectRoot, 'node_modules/.bin', program);
  return { title, run: (options) => passes(title, command, args, options) };
}

/** The same check with the processors' idle time alone: it gives way to whatever else wants to run. */
function inIdleTime({ title, run }) {
  return { title: `${title}, in idle time`, run: () => run({ inIdleTime: true }) };
}

async function passes(title, command, args, options = {}) {
  const { succeeded, output } = await runCommand(command, args, { cwd: projectRoot, ...options });
  if (!succeeded) failures.push(title);
  return { result: succeeded ? passed : failed, output };
}

async function runDataplaneTests() {
  if (missing(testTools).some((tool) => tool.package === 'doctest-dev')) {
    return { result: skipped, output: 'skipped: doctest-dev is missing' };
  }
  const options = { cwd: projectRoot };
  const build = await runCommand('npm', ['run', 'build:cpp-test'], options);
  if (!build.succeeded) {
    failures.push('the build of the C++ tests');
    return { result: failed, output: build.output };
  }
  const runs = [
    await runDoctest('dataplane_test', []),
    await runDoctest('engine_test', process.getuid() === 0 ? [] : ['--test-suite-exclude=veth']),
  ];
  return {
    result: runs.map(({ result }) => result).reduce(addCounts),
    output: runs.map(({ output }) => output).join(''),
  };
}

async function runDoctest(name, args) {
  const program = join(projectRoot, 'build/Release', name);
  const run = await runCommand(program, ['--reporters=xml', ...args], { cwd: projectRoot });
  const result = countDoctest(run.stdout, run.succeeded);
  if (result.failed > 0) failures.push(name);
  return { result, output: run.succeeded ? '' : run.output };
}

function vitestCheck(title, projects) {
  return {
    title,
    run: () =>
      runVitest(
        title.replaceAll(' ', '-'),
        projects.map((project) => `--project=${project}`),
        { live: false },
      ),
  };
}

async function runVitest(name, args, { live }) {
  const file = join(resultDirectory, `${name}.json`);
  const { succeeded, output } = await runCommand(
    join(projectRoot, 'node_modules/.bin/vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
    { cwd: projectRoot, live },
  );
  if (!existsSync(file)) {
    failures.push(`${name}: no report`);
    return { result: failed, output };
  }
  const results = JSON.parse(readFileSync(file, 'utf8'));
  failures.push(...vitestFailures(results, projectRoot));
  return { result: countVitest(results, succeeded), output };
}
