/** Short-lived system commands, run to their end. */

import { spawnSync } from 'node:child_process';

const COMMAND_TIMEOUT_MS = 30_000;
const OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;

/** Runs a command and returns its standard output. Throws with the command line and its errors if it fails. */
export function run(command: string, args: readonly string[], input?: string): string {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    ...(input === undefined ? {} : { input }),
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ${result.signal ?? `exit ${result.status}`}\n${result.stderr}`,
    );
  }
  return result.stdout;
}

/** Runs `ip` on a list of its commands in one process. */
export function ipBatch(commands: readonly string[], namespace?: string): void {
  const args = [...(namespace === undefined ? [] : ['-n', namespace]), '-batch', '-'];
  run('ip', args, commands.join('\n') + '\n');
}
