/** Running statistics of a time receiver's samples, in constant space. */
import { durationNs, type DurationNs } from '../time/instant.js';

/** Mean and variance by Welford's recurrence, which stays exact where a sum of squares cancels out. */
export interface OffsetStatistics {
  readonly count: number;
  readonly meanNs: DurationNs;
  readonly minNs: DurationNs;
  readonly maxNs: DurationNs;
  /** Sum of squared distances from the mean, in ns^2. */
  readonly squaredDistances: number;
}

export const noSamples: OffsetStatistics = {
  count: 0,
  meanNs: durationNs(0),
  minNs: durationNs(Infinity),
  maxNs: durationNs(-Infinity),
  squaredDistances: 0,
};

export function withSample(statistics: OffsetStatistics, offsetNs: DurationNs): OffsetStatistics {
  const count = statistics.count + 1;
  const distance = offsetNs - statistics.meanNs;
  const meanNs = durationNs(statistics.meanNs + distance / count);
  return {
    count,
    meanNs,
    minNs: durationNs(Math.min(statistics.minNs, offsetNs)),
    maxNs: durationNs(Math.max(statistics.maxNs, offsetNs)),
    squaredDistances: statistics.squaredDistances + distance * (offsetNs - meanNs),
  };
}

/** Of the samples themselves (divisor: count); 0 without any. */
export function standardDeviationNs(statistics: OffsetStatistics): DurationNs {
  if (statistics.count === 0) return durationNs(0);
  return durationNs(Math.sqrt(statistics.squaredDistances / statistics.count));
}
