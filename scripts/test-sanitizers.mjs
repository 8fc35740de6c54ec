// npm run test:sanitizers: the engine's C++ tests under ThreadSanitizer, and the tests of the addon in Node with an
// addon that AddressSanitizer watches. Not part of `npm test`, where the C++ tests run under AddressSanitizer: these two
// take a build of their own each.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, countDoctest, countVitest, summaryLine } from './count-results.mjs';
import { buildTools, main, projectRoot, requireTools, setUp, SetupError } from './setup.mjs';

const isRoot = process.getuid() === 0;

await main(async () => {
  await setUp({ required: buildTools });
  await requireTools([
    { package: 'doctest-dev', file: '/usr/include/doctest/doctest.h' },
    { package: 'iproute2', command: 'ip' },
  ]);
  if (!isRoot) console.log('Tests on real interfaces are left out: they need root');
  const total = addCounts(threadSanitizer(), addressSanitizer());
  console.log(summaryLine(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});

function threadSanitizer() {
  console.log('ThreadSanitizer: the engine');
  needs(projectRoot, 'npm', 'run', 'build:thread-test');
  const program = join(projectRoot, 'build/Release/engine_thread_test');
  const suites = isRoot ? [] : ['--test-suite-exclude=veth'];
  const run = call(projectRoot, {}, program, '--reporters=xml', ...suites);
  if (run.status !== 0) console.log(`${run.stdout}${run.stderr}`);
  return told(countDoctest(run.stdout, run.status === 0));
}

/** In a copy, because the addon of the project is to stay as it is. */
function addressSanitizer() {
  console.log('AddressSanitizer: the addon in Node');
  const folder = mkdtempSync(join(tmpdir(), 'ptp-switch-sanitizers-'));
  try {
    const inputs = ['package.json', 'binding.gyp', 'addon', 'src', 'test', 'vitest.config.ts'];
    for (const input of [...inputs, 'tsconfig.json', 'dist', 'config']) {
      cpSync(join(projectRoot, input), join(folder, input), { recursive: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    needs(folder, 'npm', 'run', 'build:sanitized-addon');
    const report = join(folder, 'report.json');
    const run = call(
      folder,
      { LD_PRELOAD: sanitizerLibrary(), ASAN_OPTIONS: 'detect_leaks=0' },
      process.execPath,
      'node_modules/vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      ...['--project=native', ...(isRoot ? ['--project=netns', 'addon'] : [])],
    );
    if (run.status !== 0) console.log(`${run.stdout}${run.stderr}`);
    return told(countVitest(JSON.parse(readFileSync(report, 'utf8')), run.status === 0));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Node itself is not built for the sanitizer, so its library has to be there before everything else. */
function sanitizerLibrary() {
  return needs(projectRoot, 'g++', '-print-file-name=libasan.so').trim();
}

function told(count) {
  console.log(summaryLine(count));
  return count;
}

function needs(directory, command, ...args) {
  const { status, stdout, stderr } = call(directory, {}, command, ...args);
  if (status === 0) return stdout;
  throw new SetupError(`${stdout}${stderr}\n${command} ${args.join(' ')}: ended with ${status}`);
}

function call(directory, environment, command, ...args) {
  return spawnSync(command, args, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}
