/** Summary figures of a sample; the unit is the sample's. */

export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Root of the mean square: of errors, whose true value is zero. */
  readonly rms: number;
  readonly median: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
}

/** The value below which the fraction `rank` of the ascending `sorted` lies (nearest rank). */
function quantile(sorted: readonly number[], rank: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(rank * sorted.length) - 1));
  return sorted[index]!;
}

/** Throws on an empty sample: there is nothing to say about it. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('no values to summarize');
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: values.length,
    mean,
    standardDeviation: Math.sqrt(squares / Math.max(1, values.length - 1)),
    rms: Math.sqrt(mean ** 2 + squares / values.length),
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    min: sorted[0]!,
    max: sorted[sorted.length - 1]!,
  };
}

export function median(values: readonly number[]): number {
  return summarize(values).median;
}

/**
 * Median and spread of a sample, neither of which a few values far off can move: the limits of a mean and a standard
 * deviation apply to them as they are.
 */
export interface RobustSummary {
  readonly count: number;
  readonly median: number;
  /** The median deviation from the median, scaled so that of normally distributed values it is the standard deviation. */
  readonly spread: number;
  /** What the root of the mean square is to mean and standard deviation. */
  readonly rms: number;
}

/** Of normally distributed values the standard deviation is so many times the median deviation. */
const SPREAD_OF_MEDIAN_DEVIATION = 1.4826;

export function summarizeRobustly(values: readonly number[]): RobustSummary {
  const middle = median(values);
  const medianDeviation = median(values.map((value) => Math.abs(value - middle)));
  const spread = SPREAD_OF_MEDIAN_DEVIATION * medianDeviation;
  return { count: values.length, median: middle, spread, rms: Math.hypot(middle, spread) };
}
