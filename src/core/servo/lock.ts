/**
 * When a clock counts as locked: when its offsets are no more than their own noise, or below what somebody has configured.
 * What noise is, the offsets tell themselves: it changes from one to the next, while a clock that is off leans to one side.
 */
import { durationNs, type DurationNs } from '../time/instant.js';
import { within } from './laws/rate-law.js';

export interface Trend {
  readonly samples: number;
  readonly latest: DurationNs;
  /** Running mean of the offsets, with their signs. */
  readonly leaning: DurationNs;
  /** Standard deviation of one of them, by how they differ from one to the next. */
  readonly noise: DurationNs;
}

export const noTrend: Trend = {
  samples: 0,
  latest: durationNs(0),
  leaning: durationNs(0),
  noise: durationNs(0),
};

/** Weight of the latest in the means, and how many samples it takes before they say anything. */
const weight = 1 / 8;
const minSamples = 8;

/** Of normal noise, from the mean magnitude of differences to the standard deviation of one sample: sqrt(pi) / 2. */
const deviationOfDifferences = 0.886;
/** One difference counts as no more than so many times what they were: a step is no noise. */
const mostOfOne = 4;

/**
 * The mean may lean by one standard deviation of a sample, which is four of its own; and by this, whatever the noise: the
 * finest time stamps have none, and nobody calls a clock lost for it.
 */
const alwaysLocked = durationNs(1e3);

/** The lock is lost at twice what it is reached at, so that it does not come and go with the noise. */
const hysteresis = 2;

export function withTrend({ samples, latest, leaning, noise }: Trend, offset: DurationNs): Trend {
  if (samples === 0) return { samples: 1, latest: offset, leaning: offset, noise: durationNs(0) };
  const share = Math.max(weight, 1 / (samples + 1));
  const difference = deviationOfDifferences * Math.abs(offset - latest);
  const counted =
    samples < minSamples ? difference : within(mostOfOne * Math.max(1, noise), difference);
  return {
    samples: Math.min(minSamples, samples + 1),
    latest: offset,
    leaning: durationNs(leaning + share * (offset - leaning)),
    noise: durationNs(noise + Math.max(weight, 1 / samples) * (counted - noise)),
  };
}

export function isLockedBy(
  threshold: DurationNs | 'auto',
  {
    trend,
    meanOffset,
    samples,
    wasLocked,
  }: {
    readonly trend: Trend;
    /** Of the magnitudes. */
    readonly meanOffset: DurationNs;
    /** Since acquiring began. */
    readonly samples: number;
    readonly wasLocked: boolean;
  },
): boolean {
  if (!wasLocked && samples < minSamples) return false;
  const factor = wasLocked ? hysteresis : 1;
  if (threshold !== 'auto') return meanOffset <= factor * threshold;
  return Math.abs(trend.leaning) <= factor * Math.max(alwaysLocked, trend.noise);
}
