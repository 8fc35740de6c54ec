/** What a time receiver has measured, and what a clock shows, against the truth. */

export interface TimeError {
  /** True time since the start. */
  readonly seconds: number;
  readonly errorNs: number;
}

export interface Sample extends TimeError {
  /** The time source that it followed. */
  readonly source: string;
  /** Measured offset minus true offset. */
  readonly errorNs: number;
  /** The same for a receiver that knows no correctionField: what an ordinary switch would do to it. */
  readonly uncorrectedErrorNs: number;
  readonly meanPathDelayNs: number;
}

export interface ErrorSummary {
  readonly count: number;
  readonly meanNs: number;
  /** In the middle: what a few spoiled samples do not move. */
  readonly medianNs: number;
  readonly standardDeviationNs: number;
  readonly rmsNs: number;
  /** Greatest absolute value. */
  readonly worstNs: number;
}

/** Of the samples from `fromSecond` up to `toSecond`. */
export function errorsOf(
  samples: readonly TimeError[],
  fromSecond = 0,
  toSecond = Infinity,
): ErrorSummary {
  return summaryOf(within(samples, fromSecond, toSecond).map(({ errorNs }) => errorNs));
}

/** The errors of a receiver that knows no correctionField. */
export function uncorrectedErrorsOf(samples: readonly Sample[]): ErrorSummary {
  return summaryOf(samples.map(({ uncorrectedErrorNs }) => uncorrectedErrorNs));
}

export function within<Timed extends TimeError>(
  samples: readonly Timed[],
  fromSecond: number,
  toSecond: number,
): readonly Timed[] {
  return samples.filter(({ seconds }) => seconds >= fromSecond && seconds < toSecond);
}

function summaryOf(errors: readonly number[]): ErrorSummary {
  const count = errors.length;
  const meanNs = errors.reduce((sum, error) => sum + error, 0) / count;
  const variance = errors.reduce((sum, error) => sum + (error - meanNs) ** 2, 0) / count;
  const ascending = errors.toSorted((a, b) => a - b);
  return {
    count,
    meanNs,
    medianNs: ascending[Math.floor(count / 2)] ?? NaN,
    standardDeviationNs: Math.sqrt(variance),
    rmsNs: Math.hypot(meanNs, Math.sqrt(variance)),
    worstNs: Math.max(...[ascending[0] ?? NaN, ascending.at(-1) ?? NaN].map(Math.abs)),
  };
}
