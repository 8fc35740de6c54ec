/** Has the scheduler prefer what is measured, so that the other work of the machine does not decide the figures. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { atEnd } from './cleanup.js';

const HIGHEST_PRIORITY = -20;
/** Where the scheduler groups processes by session, a nice value counts only among the processes of one session. */
const SESSION = '/proc/self/autogroup';

/** Gives this process, and all that it starts from now on (generator and subjects alike), the highest priority of ordinary ones. */
export function raisePriority(): void {
  setPriority(HIGHEST_PRIORITY);
  if (!existsSync(SESSION)) return;
  // The file reads "/autogroup-5 nice 0". The session outlives this process, so its value is restored at the end.
  const usual = readFileSync(SESSION, 'utf8').trim().split(' ').at(-1) ?? '0';
  try {
    writeFileSync(SESSION, String(HIGHEST_PRIORITY));
  } catch (error) {
    // A process that was never given a session of its own is in the root group, which has no value to set: there the
    // nice value of the process counts by itself.
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return;
    throw error;
  }
  atEnd(() => writeFileSync(SESSION, usual));
}
