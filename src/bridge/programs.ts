/** Runs the programs that set up the kernel's bridge and packet filter: ip and bridge of iproute2, nft of nftables. */
import { execFile, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** For child processes: an ordinary user's PATH leaves out the folders where Debian keeps these. */
export const environmentWithSbin: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter),
};

/** Enough for the listing of a box with dozens of interfaces and hundreds of VLANs. */
const maxOutputBytes = 64 * 1024 * 1024;

export type Program = 'ip' | 'bridge' | 'nft' | 'setpriv';

const debianPackages: Readonly<Record<Program, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  nft: 'nftables',
  setpriv: 'util-linux',
};

/** What the kernel or one of its programs refused: one line for the operator, with the remedy where one is known. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}

/**
 * Runs a program to its end and returns its standard output.
 * @throws BridgeError with its first complaint
 */
export function runProgram(program: Program, args: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: environmentWithSbin,
    maxBuffer: maxOutputBytes,
  });
  if (error !== undefined) throw explain(program, error);
  if (status !== 0) throw complaint(program, args, stderr);
  return stdout;
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

/** Runs a list of commands of `ip` or `bridge` in one process; the first that fails ends it. */
export function runBatch(program: 'ip' | 'bridge', commands: readonly string[]): void {
  if (commands.length === 0) return;
  runProgram(program, ['-batch', '-'], `${commands.join('\n')}\n`);
}

function explain(
  program: Program,
  error: { readonly code?: unknown; readonly message: string },
): BridgeError {
  if (error.code !== 'ENOENT') return new BridgeError(`${program}: ${error.message}`);
  const remedy = `apt-get install ${debianPackages[program]}`;
  return new BridgeError(`bridge: there is no ${program} command: install it with ${remedy}`);
}

function complaint(program: Program, args: readonly string[], stderr: string): BridgeError {
  const said = stderr.trim().split('\n')[0] ?? '';
  const remedy = /not permitted/i.test(stderr) ? ': run it as root, or with CAP_NET_ADMIN' : '';
  return new BridgeError(`bridge: ${program} ${args.join(' ')}: ${said || 'failed'}${remedy}`);
}
