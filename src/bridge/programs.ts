/** Runs the programs by which the kernel's network is read and set up: ip, bridge and tc of iproute2, nft of nftables. */
import { execFile, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { delimiter } from 'node:path';
import type { Readable } from 'node:stream';

/** For child processes: an ordinary user's PATH leaves out the folders where Debian keeps these. */
export const environmentWithSbin: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter),
};

/** Enough for the listing of a box with dozens of interfaces and hundreds of VLANs. */
const maxOutputBytes = 64 * 1024 * 1024;

export type Program = 'ip' | 'bridge' | 'tc' | 'nft' | 'setpriv';

const debianPackages: Readonly<Record<Program, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  setpriv: 'util-linux',
};

/** What the kernel or one of its programs refused: one line for the operator, with the remedy where one is known. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}

/** Begins a complaint that is of no interface by itself, such as one of nft. */
const ofNoInterface = 'bridge: ';

/** The same, of that bridge where it names no interface by itself. */
export function ofBridge(name: string, error: unknown): unknown {
  if (!(error instanceof BridgeError) || !error.message.startsWith(ofNoInterface)) return error;
  return new BridgeError(`${name}: ${error.message.slice(ofNoInterface.length)}`);
}

/**
 * Runs a program to its end and returns its standard output.
 * @throws BridgeError with its first complaint
 */
export function runProgram(program: Program, args: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = run(program, args, input);
  if (error !== undefined) throw explain(program, error);
  if (status !== 0) throw complaint(program, args, stderr);
  return stdout;
}

function run(program: Program, args: readonly string[], input: string) {
  return spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: environmentWithSbin,
    maxBuffer: maxOutputBytes,
  });
}

/** The same without blocking this process. */
export function startProgram(program: Program, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      encoding: 'utf8',
      env: environmentWithSbin,
      maxBuffer: maxOutputBytes,
    } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (typeof error.code === 'string') reject(explain(program, error));
      else reject(complaint(program, args, stderr));
    });
  });
}

/** A program that runs on, and whose lines tell of changes. */
export type Monitor = ChildProcessByStdio<null, Readable, null>;

/** It ends with this process, however that ends. */
export function startMonitor(command: readonly string[]): Monitor {
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environmentWithSbin,
  });
}

/** Output of a program's JSON mode; an empty output, which iproute2 has for an empty list, is an empty list. */
export function parseJson(program: Program, text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BridgeError(
      `${program}: answered with something that is not JSON: update its package`,
    );
  }
}

/**
 * Runs a list of commands of `ip` or `bridge` in one process; the first that fails ends it.
 * @throws BridgeError that names the interface of that command
 */
export function runBatch(program: 'ip' | 'bridge', commands: readonly string[]): void {
  if (commands.length === 0) return;
  const { error, status, stderr } = run(program, ['-batch', '-'], `${commands.join('\n')}\n`);
  if (error !== undefined) throw explain(program, error);
  if (status !== 0) throw batchComplaint(program, commands, stderr);
}

/** @param stderr of the program: what is wrong, then `Command failed -:N`, where N is the line of the batch */
export function batchComplaint(
  program: 'ip' | 'bridge',
  commands: readonly string[],
  stderr: string,
): BridgeError {
  const failed = commands[Number(/^Command failed [^\n]*:(\d+)/m.exec(stderr)?.[1] ?? NaN) - 1];
  if (failed === undefined) return complaint(program, ['-batch', '-'], stderr);
  const name = /\b(?:dev|name) (\S+)/.exec(failed)?.[1] ?? 'bridge';
  return new BridgeError(
    `${name}: ${program} ${failed}: ${firstLine(stderr)}${remedyFor(failed, stderr)}`,
  );
}

function explain(
  program: Program,
  error: { readonly code?: unknown; readonly message: string },
): BridgeError {
  if (error.code !== 'ENOENT')
    return new BridgeError(`${ofNoInterface}${program}: ${error.message}`);
  const remedy = `apt-get install ${debianPackages[program]}`;
  return new BridgeError(
    `${ofNoInterface}there is no ${program} command: install it with ${remedy}`,
  );
}

function complaint(program: Program, args: readonly string[], stderr: string): BridgeError {
  const command = args.join(' ');
  return new BridgeError(
    `${ofNoInterface}${program} ${command}: ${firstLine(stderr)}${remedyFor(command, stderr)}`,
  );
}

function firstLine(stderr: string): string {
  return stderr.trim().split('\n')[0] || 'failed';
}

/** What to do about a complaint, where that is known; begins with a colon. */
export function remedyFor(command: string, stderr: string): string {
  if (/not permitted/i.test(stderr)) return ': run it as root, or with CAP_NET_ADMIN';
  // What the kernel says of an interface that no bridge can have; out of memory, for one, is no fault of the interface.
  const unfit = /invalid argument|busy|not supported|enslav/i.test(stderr);
  return / master /.test(command) && unfit
    ? ': use an Ethernet interface that is in no bridge, bond or team'
    : '';
}
