/** The `ip` command of iproute2, which makes namespaces and cables. */
import { spawnSync } from 'node:child_process';
import { environmentWithSbin } from '../../bridge/programs.js';

/**
 * Runs `ip` to its end and returns what it printed.
 * @throws Error with its first complaint
 */
export function ip(args: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync('ip', args, {
    input,
    encoding: 'utf8',
    env: environmentWithSbin,
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    const complaint = stderr.trim().split('\n')[0] ?? '';
    throw new Error(
      `lab: ip ${args.join(' ')}: ${complaint}: the lab needs a machine, or a privileged container, that may make network namespaces`,
    );
  }
  return stdout;
}

/**
 * Runs a list of its commands in one process; throws as `ip` does.
 * @param options `-force` goes on after a command that failed
 */
export function ipBatch(commands: readonly string[], options: readonly '-force'[] = []): void {
  if (commands.length > 0) ip([...options, '-batch', '-'], `${commands.join('\n')}\n`);
}
