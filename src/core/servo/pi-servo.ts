/**
 * A proportional-integral servo: from offsets to the rate that makes them vanish. The gains follow from the interval
 * between samples, so that the loop behaves alike at every Sync rate: with an offset x and a natural frequency w,
 * rate = -(2 w x + w^2 * integral of x), which is critically damped.
 */
import { bounded, expectedInterval, maxServoRateOffset, type RateLaw } from './rate-law.js';

/** w times the sample interval: wide while acquiring, narrow in lock, where it averages the noise of the samples. */
const bandwidth = { acquiring: 0.3, locked: 0.06 } as const;

/** Slower samples make the loop no slower than this many nanoseconds between them would. */
const maxInterval = 4e9;
/** But no offset is to be corrected by more than itself until the next sample: 2 w T <= 1, or the loop would swing. */
const mostCorrected = 1;

/** A PI servo remembers nothing but the rate, which is kept for it. */
export const piLaw: RateLaw<undefined> = (memory, sample) => {
  const { offset, learnedRateOffset: learnedBefore } = sample;
  const gain = bandwidth[sample.locked ? 'locked' : 'acquiring'];
  const interval = expectedInterval(sample);
  const period = Math.max(Math.min(interval, maxInterval), (2 * gain * interval) / mostCorrected);
  // Per nanosecond of offset and nanosecond of interval: w = gain / period.
  const proportional = (2 * gain * offset) / period;
  // While the clock is slewed at the limit, the offset does not tell what the rate should be.
  const saturated = Math.abs(learnedBefore - proportional) > maxServoRateOffset;
  const learnedRateOffset = saturated
    ? learnedBefore
    : bounded(learnedBefore - (gain * gain * offset) / period);
  return { memory, learnedRateOffset, rateOffset: bounded(learnedRateOffset - proportional) };
};
