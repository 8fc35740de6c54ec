/** Waiting for a condition with a deadline; the only place of this harness where time merely passes. */

import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;

/**
 * Resolves with the first value of `probe` that is neither undefined nor false.
 * Throws an error that names `what` after `timeoutMs`; `describe` may add what was there instead. A probe that costs
 * something where processors are slow is made less often, by `intervalMs`.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs: number,
  describe: () => string = () => '',
  intervalMs = POLL_INTERVAL_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}\n${describe()}`);
    }
    await delay(intervalMs);
  }
}
