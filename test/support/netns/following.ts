/**
 * When a slave follows its grandmaster: the limits on its offsets over 30 s at 16 Sync/s.
 *
 * A software time stamp is taken some hundred nanoseconds before or after the event it is meant for. Now and then an
 * interrupt, or the stop of a whole virtual machine, falls in between and takes tens of microseconds; on a busy machine
 * that is once in half a minute, and one such frame exceeds the limits. So they are for any 30 s on end, and the wait
 * for these is bounded.
 */

import type { OffsetSampler } from './offset-sampler.js';
import { summarize, type Summary } from './statistics.js';
import { until } from './wait.js';

const OFFSETS = 480;
const MEAN_LIMIT_NS = 1_000;
const STANDARD_DEVIATION_LIMIT_NS = 2_000;
export const FOLLOWING_TIMEOUT_MS = 240_000;

function follows({ mean, standardDeviation }: Summary): boolean {
  return Math.abs(mean) < MEAN_LIMIT_NS && standardDeviation < STANDARD_DEVIATION_LIMIT_NS;
}

/** Resolves with the first 30 s in which the slave follows within the limits, in nanoseconds. */
export async function waitForFollowing(offsets: OffsetSampler): Promise<Summary> {
  let last: Summary | undefined;
  return until(
    '30 s of offsets within the limits',
    () => {
      const window = offsets.latest(OFFSETS);
      last = window && summarize(window);
      return last !== undefined && follows(last) && last;
    },
    FOLLOWING_TIMEOUT_MS,
    () => `${offsets.count} offsets; the last 30 s, in nanoseconds: ${JSON.stringify(last)}`,
  );
}
