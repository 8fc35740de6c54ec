// npm test: installs and builds what is missing, then every check there is, cheapest first; the last line counts them.
// `npm test -- ARGUMENTS` runs vitest alone with them. The hardware lab takes minutes of every processor: it has a
// command of its own, `npm run test:hw`, and takes part where PTP_SWITCH_TEST_HARDWARE is set.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const resultDirectory = join(projectRoot, 'test-results');
const vitestReport = join(resultDirectory, 'vitest.json');
const passed = { passed: 1, failed: 0, skipped: 0 };
const failed = { passed: 0, failed: 1, skipped: 0 };
const skipped = { passed: 0, failed: 0, skipped: 1 };
/** @type {string[]} */
const failures = [];

const checks = [
  ['eslint', () => check('eslint', '.')],
  ['prettier', () => check('prettier', '--check', '--log-level=warn', '.')],
  ['clang-format', () => (run('npm', ['run', '--silent', 'lint:cpp']) ? passed : failed)],
  ['types', () => check('tsc', '-p', 'tsconfig.json', '--noEmit')],
  ['types of src/core, without Node', () => check('tsc', '-p', 'src/core/tsconfig.json')],
  ['C++ tests under AddressSanitizer and UBSan', runDataplaneTests],
  ['vitest', () => runVitest(['--project=!hw'])],
  ...(process.env.PTP_SWITCH_TEST_HARDWARE
    ? [['hardware lab', () => runVitest(['--project=hw'])]]
    : []),
];

await main(async () => {
  rmSync(resultDirectory, { recursive: true, force: true });
  mkdirSync(resultDirectory);
  const absent = await setUp({
    required: buildTools,
    optional: [...labTools, ...testTools, ...serviceTools],
  });
  if (process.getuid() !== 0) absent.push({ package: 'root' });
  if (absent.length > 0) {
    const names = absent.map((tool) => tool.package).join(', ');
    console.log(`Tests that need these are skipped: ${names}`);
  }
  const vitestArguments = process.argv.slice(2);
  if (vitestArguments.length > 0) return report(runVitest(vitestArguments));
  let total = { passed: 0, failed: 0, skipped: 0 };
  for (const [index, [title, runCheck]] of checks.entries()) {
    console.log(`\n[${index + 1}/${checks.length}] ${title}`);
    const count = runCheck();
    console.log(`${title}: ${summaryLine(count)}`);
    total = addCounts(total, count);
  }
  return report(total);
});

function report(total) {
  const line = summaryLine(total);
  writeFileSync(join(resultDirectory, 'summary.txt'), `${line}\n`);
  if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}`);
  console.log(`\n${line}`);
  // Tests that are skipped have said why; that there are none at all is a mistake.
  return total.failed === 0 && total.passed + total.skipped > 0 ? 0 : 1;
}

function check(program, ...args) {
  return run(join(projectRoot, 'node_modules/.bin', program), args) ? passed : failed;
}

function run(command, args) {
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawnSync(command, args, { cwd: projectRoot, stdio }).status === 0;
}

function runDataplaneTests() {
  if (missing(testTools).some((tool) => tool.package === 'doctest-dev')) {
    console.log('skipped: doctest-dev is missing');
    return skipped;
  }
  const build = spawnSync('npm', ['run', 'build:cpp-test'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (build.status !== 0) {
    console.log(`${build.stdout}${build.stderr}`);
    return failed;
  }
  const program = join(projectRoot, 'build/Release/dataplane_test');
  const result = spawnSync(program, ['--reporters=xml'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const exitedCleanly = result.status === 0;
  if (!exitedCleanly) console.log(result.stdout);
  return countDoctest(result.stdout, exitedCleanly);
}

function runVitest(args) {
  rmSync(vitestReport, { force: true });
  const exitedCleanly = run(join(projectRoot, 'node_modules/.bin/vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${vitestReport}`,
    ...args,
  ]);
  if (!existsSync(vitestReport)) return failed;
  const results = JSON.parse(readFileSync(vitestReport, 'utf8'));
  failures.push(...vitestFailures(results, projectRoot));
  return countVitest(results, exitedCleanly);
}
