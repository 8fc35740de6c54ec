/**
 * The guest's clock counts instructions, and while the processor is idle it skips to the next timer. Files come from
 * outside the guest, in a time of their own: were the processor idle while a program is loaded, the clock would rush ahead
 * and every time-out expire. So a process of the least priority keeps it busy from the import of this module on, except
 * while nothing is loaded and time is merely to pass: see asleep().
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const spinner = spawn('nice', ['-n', '19', 'sh', '-c', 'echo spins; while :; do :; done'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(spinner.stdout, 'data');
process.once('exit', () => spinner.kill('SIGKILL'));
// It is no reason to go on.
spinner.stdout.destroy();
spinner.unref();

/** Lets the processor be idle, and so time pass quickly, until `run` ends, which starts no programs. */
export async function asleep<T>(run: () => Promise<T>): Promise<T> {
  spinner.kill('SIGSTOP');
  try {
    return await run();
  } finally {
    spinner.kill('SIGCONT');
  }
}
