/**
 * The guest's clock counts instructions, and while the processor is idle it skips to the next timer. Files come from
 * outside the guest, in a time of their own: were the processor idle while a program is loaded, the clock would rush ahead
 * and every time-out expire. So a process of the least priority keeps it busy from the import of this module on, except
 * while nothing is loaded and time is merely to pass: see asleep(). What the guest has read once it keeps.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';

const spinner = spawn('nice', ['-n', '19', 'sh', '-c', 'echo spins; while :; do :; done'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(spinner.stdout, 'data');
process.once('exit', () => spinner.kill('SIGKILL'));
// It is no reason to go on.
spinner.stdout.destroy();
spinner.unref();

/** Of files that are in the guest's memory whole; programs that run one after the other share it. */
const READ = '/run/files-read';

let sleepers = 0;

/**
 * Reads whole whatever file a running program has mapped: of these the kernel reads a page when it is first needed, which
 * may be while the processor is otherwise idle.
 */
function readMappedFiles(): void {
  const read = existsSync(READ) ? readFileSync(READ, 'utf8').split('\n') : [];
  const mapped = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => [...mapsOf(pid).matchAll(/(?<= )\/(?!dev\/)\S+$/gm)].map(([file]) => file));
  const unread = [...new Set(mapped)].filter((file) => !read.includes(file));
  if (unread.length === 0) return;
  execFileSync('cat', unread, { stdio: ['ignore', 'ignore', 'inherit'] });
  appendFileSync(READ, `${unread.join('\n')}\n`);
}

function mapsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

/**
 * Lets the processor be idle, and so time pass quickly, until `run` ends, which starts no programs. Those that run have
 * all of their files in memory before: nothing from outside the guest is waited for, and so nothing of what comes when
 * depends on how busy this machine is.
 */
export async function asleep<T>(run: () => Promise<T>): Promise<T> {
  readMappedFiles();
  if (sleepers++ === 0) spinner.kill('SIGSTOP');
  try {
    return await run();
  } finally {
    if (--sleepers === 0) spinner.kill('SIGCONT');
  }
}
