/**
 * When a clock follows its grandmaster: the limits on its offsets over 30 s.
 *
 * A software time stamp is taken some hundred nanoseconds before or after the event it is meant for. Now and then an
 * interrupt, or the stop of a whole virtual machine, falls in between and takes tens of microseconds; on a busy machine
 * that is once in half a minute, and one such frame exceeds the limits. So they are for any 30 s on end, and the wait
 * for these is bounded.
 */

import { summarize, type Summary } from './statistics.js';
import { until } from './wait.js';

/** At 16 Sync/s. */
const OFFSETS = 480;
const MEAN_LIMIT_NS = 1_000;
const STANDARD_DEVIATION_LIMIT_NS = 2_000;
/** On a machine whose host is busy minutes went by without one. */
export const FOLLOWING_TIMEOUT_MS = 600_000;

/** Offsets as they come, in nanoseconds. */
export interface OffsetSource {
  /** How many so far. */
  readonly count: number;
  /** The last `count` ones; undefined until there are so many. */
  latest(count: number): readonly number[] | undefined;
}

function follows({ mean, standardDeviation }: Summary): boolean {
  return Math.abs(mean) < MEAN_LIMIT_NS && standardDeviation < STANDARD_DEVIATION_LIMIT_NS;
}

/** Resolves with the first 30 s in which the slave follows within the limits, in nanoseconds. */
export async function waitForFollowing(offsets: OffsetSource): Promise<Summary> {
  return waitForWindow(offsets, OFFSETS, follows);
}

/** Resolves with the first `count` offsets on end whose rms is below the limit, in nanoseconds. */
export async function waitForRms(
  offsets: OffsetSource,
  count: number,
  rmsLimitNs: number,
): Promise<Summary> {
  return waitForWindow(offsets, count, ({ rms }) => rms < rmsLimitNs);
}

async function waitForWindow(
  offsets: OffsetSource,
  count: number,
  holds: (window: Summary) => boolean,
): Promise<Summary> {
  let last: Summary | undefined;
  return until(
    `${count} offsets on end within the limits`,
    () => {
      const window = offsets.latest(count);
      last = window && summarize(window);
      return last !== undefined && holds(last) && last;
    },
    FOLLOWING_TIMEOUT_MS,
    () => `${offsets.count} offsets; the last ${count}, in nanoseconds: ${JSON.stringify(last)}`,
  );
}
