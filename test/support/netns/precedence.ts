/** Keeps what else the machine does from being measured. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { atEnd } from './cleanup.js';

const HIGHEST_PRIORITY = -20;
/** Where the scheduler groups processes by session, a nice value counts only among those of one's own. */
const SESSION = '/proc/self/autogroup';

/** Puts this process and all it starts, generator and subjects alike, before all others. */
export function takePrecedence(): void {
  setPriority(HIGHEST_PRIORITY);
  if (!existsSync(SESSION)) return;
  // Such as "/autogroup-5 nice 0". The session goes on after this process: give it back as it was.
  const usual = readFileSync(SESSION, 'utf8').trim().split(' ').at(-1) ?? '0';
  try {
    writeFileSync(SESSION, String(HIGHEST_PRIORITY));
  } catch (error) {
    // Who never got a session of his own is in the root group, which has no weight to set: there the nice value counts.
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return;
    throw error;
  }
  atEnd(() => writeFileSync(SESSION, usual));
}
