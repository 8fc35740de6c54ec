/**
 * The delay of an end-to-end path, filtered (clause 11.3.2), and which measurements of it count: none that no path has, and
 * none that stands out alone. A path that has become another one is believed after a few measurements.
 */
import { medianOf } from '../servo/median.js';
import { movingMedian, withSample, type MovingMedian } from '../servo/moving-median.js';
import type { Instant } from '../time/instant.js';
import { timeIntervalToNs, type TimeInterval } from '../time/time-interval.js';
import type { DiscardReason } from './discard-reason.js';

export interface PathDelays {
  readonly window: MovingMedian;
  /** Receipt of the Sync that the latest one was measured by. */
  readonly sync: Instant;
  /** The latest ones in a row that stand out, oldest first. */
  readonly apart: readonly TimeInterval[];
}

/** Path delays that the median is taken of. Without it, one request that was held up would shift all offsets until the next. */
export const meanPathDelayMedianLength = 9;

/** So many in a row that stand out are those of another path. */
export const newPathDelays = 5;
/** From so many on, a window says how much its delays differ. */
const minSamples = 5;
/** Of their median deviation: fifteen times the standard deviation of normal noise. */
const outlierFactor = 10;
/** What stands out by less is what a busy host makes of a software time stamp. */
const minOutlierNs = 20_000;

/**
 * Of those that one Sync is part of, the first alone counts: a Sync that was held up would spoil them all.
 *
 * @param plausible what a path can have, in nanoseconds; absent: whatever is measured counts
 * @param sync receipt of the Sync that it was measured by
 */
export function withPathDelay(
  plausible: { readonly min: number; readonly max: number } | undefined,
  before: PathDelays | undefined,
  latest: TimeInterval,
  sync: Instant,
): { readonly pathDelays?: PathDelays; readonly refused?: DiscardReason } {
  const known = before && { pathDelays: before };
  if (plausible === undefined) return { pathDelays: appended(before, latest, sync) };
  const latestNs = timeIntervalToNs(latest);
  if (latestNs < plausible.min || latestNs > plausible.max) {
    return { ...known, refused: 'pathDelayOutOfRange' };
  }
  if (before?.sync === sync) return { pathDelays: before };
  if (before === undefined || !standsOut(before.window, latestNs)) {
    return { pathDelays: appended(before, latest, sync) };
  }
  const apart = [...before.apart, latest];
  if (apart.length < newPathDelays) {
    return { pathDelays: { ...before, sync, apart }, refused: 'pathDelayOutlier' };
  }
  const [first = latest, ...others] = apart;
  const begun = movingMedian(meanPathDelayMedianLength, first);
  return { pathDelays: { window: others.reduce(withSample, begun), sync, apart: [] } };
}

function appended(before: PathDelays | undefined, latest: TimeInterval, sync: Instant): PathDelays {
  const window =
    before === undefined
      ? movingMedian(meanPathDelayMedianLength, latest)
      : withSample(before.window, latest);
  return { window, sync, apart: [] };
}

/** Longer, as by a message that was held up, or shorter, as by a Sync that was corrected by too much. */
function standsOut({ samples, median }: MovingMedian, latestNs: number): boolean {
  if (samples.length < minSamples) return false;
  const medianNs = timeIntervalToNs(median);
  const deviation = medianOf(samples.map((each) => Math.abs(timeIntervalToNs(each) - medianNs)));
  return Math.abs(latestNs - medianNs) > Math.max(minOutlierNs, outlierFactor * deviation);
}
