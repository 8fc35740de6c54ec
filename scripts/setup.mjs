// Brings a fresh machine to where the scripts can run: Debian packages, npm packages, the compiled addon, dist/.
// Plain Node only: it runs before any npm package is there. A part that is in place is left alone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, createWriteStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringBack } from './bundled-build.mjs';
import { nodeSupport, nodeSupportNotice } from './node-support.mjs';

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const stateDirectory = join(projectRoot, '.setup');

/**
 * What a Debian package is needed for here, told by a command or a file that it brings, so that the same thing
 * installed another way counts as well.
 * @typedef {{ package: string, command?: string, file?: string }} Tool
 */

/** @type {readonly Tool[]} Without these nothing can be built. */
export const buildTools = [
  { package: 'g++', command: 'g++' },
  { package: 'make', command: 'make' },
  { package: 'python3', command: 'python3' },
];

/** @type {readonly Tool[]} The built-in lab and the benchmarks make network namespaces with these. */
export const labTools = [{ package: 'iproute2', command: 'ip' }];

/** @type {readonly Tool[]} The peers and instruments of the tests. */
export const testTools = [
  { package: 'doctest-dev', file: '/usr/include/doctest/doctest.h' },
  { package: 'linuxptp', command: 'ptp4l' },
  { package: 'ptpd', command: 'ptpd' },
  { package: 'tcpdump', command: 'tcpdump' },
  { package: 'tshark', command: 'tshark' },
  { package: 'ethtool', command: 'ethtool' },
  { package: 'strace', command: 'strace' },
  { package: 'nftables', command: 'nft' },
  { package: 'iperf3', command: 'iperf3' },
  { package: 'busybox', command: 'busybox' },
  { package: 'udhcpd', command: 'udhcpd' },
];

/** A compiler that fuzzes, with the run time of its sanitizers. */
export const fuzzTools = [
  { package: 'clang', command: 'clang++' },
  { package: 'libclang-rt-dev', file: '/usr/share/doc/libclang-rt-dev' },
  { package: 'doctest-dev', file: '/usr/include/doctest/doctest.h' },
];

/** Of `npm test` alone: what runs the switch as a service, and a terminal to be seen from outside. */
export const serviceTools = [
  { package: 'systemd', command: 'systemctl' },
  { package: 'tmux', command: 'tmux' },
];

/** An obstacle that the person at the keyboard has to remove; the message says how. */
export class SetupError extends Error {}

/**
 * Installs and builds what is missing.
 * @param {{ required: readonly Tool[], optional?: readonly Tool[] }} needs `required` stops the set-up when it cannot
 *   be installed; `optional` does not: the caller skips what needs it.
 * @returns {Promise<readonly Tool[]>} the optional tools that are still missing
 * @throws {SetupError}
 */
export async function setUp({ required, optional = [] }) {
  checkNode();
  mkdirSync(stateDirectory, { recursive: true });
  let worked = await installDebianPackages(required, optional);
  // A broken `npm pack` may have left it aside.
  bringBack(projectRoot);
  worked = (await installNpmPackages()) || worked;
  worked = (await build('addon', addonInputs(), addonIsBuilt, 'build:addon')) || worked;
  worked =
    (await build(
      'dist',
      ['src', 'tsconfig.json', 'tsconfig.build.json', 'rolldown.config.js'],
      distIsBuilt,
      'build:ts',
    )) || worked;
  if (!worked) console.log('Set-up: everything is in place.');
  return missing(optional);
}

/** Runs a script that begins with a set-up; obstacles become a line of text and exit code 1. */
export async function main(script) {
  try {
    process.exitCode = await script();
  } catch (error) {
    if (error.code === 'EACCES') {
      console.error(`${error.path}: no permission: run this as root or as the owner of the folder`);
    } else if (error instanceof SetupError) {
      console.error(error.message);
    } else {
      throw error;
    }
    process.exitCode = 1;
  }
}

/** @param {readonly Tool[]} tools */
export function missing(tools) {
  return tools.filter((tool) => (tool.file ? !existsSync(tool.file) : !onPath(tool.command)));
}

/** The programs of Debian's sbin are wanted by name, also where an ordinary user's PATH leaves sbin out. */
function onPath(command) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Said at every run, for a compile error or a missing function further on would not lead to the cause. */
function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const notice = nodeSupportNotice(process.version, engines.node);
  if (notice === undefined) return;
  if (nodeSupport(process.version, engines.node) === 'too old') throw new SetupError(notice);
  console.log(notice);
}

/**
 * Installs what is missing of some Debian packages; without them nothing goes on.
 * @throws {SetupError}
 */
export async function requireTools(tools) {
  mkdirSync(stateDirectory, { recursive: true });
  await installDebianPackages(tools, []);
}

async function installDebianPackages(required, optional) {
  const absent = missing([...required, ...optional]);
  if (absent.length === 0) return false;
  const packages = absent.map((tool) => tool.package);
  const obstacle = !onPath('apt-get')
    ? 'this system has no apt-get'
    : process.getuid() !== 0
      ? 'only root can install Debian packages'
      : undefined;
  if (obstacle !== undefined) {
    const names = packages.join(' ');
    const remedy = onPath('apt-get')
      ? `sudo apt-get update && sudo apt-get install -y ${names}`
      : `install what your system has for the Debian packages ${names}`;
    const text = `missing: ${absent.map(describe).join(', ')}: ${obstacle}: ${remedy}`;
    if (missing(required).length > 0) throw new SetupError(text);
    console.log(text);
    return false;
  }
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=600'];
  await step(`Debian packages: ${packages.join(' ')}`, 'debian', [
    [...apt, 'update'],
    [...apt, 'install', '-y', '--no-install-recommends', ...packages],
  ]);
  return true;
}

function describe(tool) {
  return `${tool.command ?? tool.file} (Debian package ${tool.package})`;
}

async function installNpmPackages() {
  if (npmPackagesMatchLock()) return false;
  await step('npm packages and, with them, the C++ addon', 'npm', [
    ['npm', 'ci', '--no-audit', '--no-fund'],
  ]);
  return true;
}

/** npm leaves a record of what it installed; packages for other platforms are optional and absent from it. */
function npmPackagesMatchLock() {
  const record = join(projectRoot, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, entry]) =>
      path === '' ||
      (installed[path] === undefined
        ? entry.optional === true
        : installed[path].version === entry.version),
  );
}

function addonInputs() {
  return ['binding.gyp', ...['wire', 'dataplane', 'io', 'node'].map((part) => `addon/${part}`)];
}

function addonIsBuilt() {
  const directory = join(projectRoot, 'build/Release');
  return existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('.node'));
}

function distIsBuilt() {
  return existsSync(join(projectRoot, 'dist/cli/main.js'));
}

/** Builds when the product is missing or its inputs are not those of the last build. */
async function build(name, inputs, isBuilt, npmScript) {
  const stamp = join(stateDirectory, `${name}.sha256`);
  const digest = digestOf([...inputs, 'package-lock.json']);
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (current && isBuilt()) return false;
  await step(name === 'addon' ? 'C++ addon' : 'TypeScript', name, [['npm', 'run', npmScript]]);
  writeFileSync(stamp, digest);
  return true;
}

/** Contents are compared and not times, which a fresh clone, a checkout and a copy all change. */
function digestOf(inputs) {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of inputs.flatMap((input) => filesBelow(join(projectRoot, input)))) {
    hash.update(`\0${relative(projectRoot, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Every file below a path, or the file itself, sorted; nothing where there is nothing. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/**
 * Runs commands one after the other, their output in a log file, one line of progress on the screen.
 * @throws {SetupError} with the end of the log
 */
async function step(title, logName, commands) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const live = process.stdout.isTTY;
  const line = `Set-up: ${title} ...`;
  process.stdout.write(line);
  const ticking = live && setInterval(() => process.stdout.write(`\r${line} ${seconds()}`), 1000);
  const logFile = join(stateDirectory, `${logName}.log`);
  try {
    await runLogged(commands, logFile);
  } catch (error) {
    const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-40).join('\n');
    throw new SetupError(`\n${tail}\n${error.message}; all of it: ${relative('.', logFile)}`);
  } finally {
    clearInterval(ticking);
  }
  console.log(`${live ? `\r${line}` : ''} done in ${seconds()}`);
}

async function runLogged(commands, logFile) {
  const log = createWriteStream(logFile);
  try {
    for (const [command, ...args] of commands) {
      log.write(`$ ${command} ${args.join(' ')}\n`);
      const code = await exitCode(command, args, (chunk) => log.write(chunk));
      if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ended with ${code}`);
    }
  } finally {
    await new Promise((resolve) => log.end(resolve));
  }
}

/** Runs a command in the project's root without standard input. */
function exitCode(command, args, onOutput) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      // node-gyp, which npm starts, compiles one file at a time unless it is told otherwise.
      env: { JOBS: 'max', ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
}
