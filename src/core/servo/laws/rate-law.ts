/**
 * What a servo is by its kind: how offsets become a rate. When to step, what to believe and when to call it a lock is
 * common to all kinds (servo.ts).
 */
import type { DurationNs } from '../../time/instant.js';

/** A believable offset, small enough to be slewed. */
export interface BelievedSample {
  /** Positive when the clock is ahead of its master. */
  readonly offset: DurationNs;
  /** Since the sample before, and since the latest believed sample: outliers may lie between. */
  readonly interval: DurationNs;
  readonly sinceBelieved: DurationNs;
  /** Running mean of the intervals, this one included. */
  readonly meanInterval: DurationNs;
  readonly locked: boolean;
  /** The rate offset of the master against the raw counter, as it was known before. */
  readonly learnedRateOffset: number;
  /** No rate beyond this is learned. */
  readonly maxRate: number;
}

export interface Correction<Memory> {
  readonly memory: Memory;
  readonly learnedRateOffset: number;
  /** At which the clock is to run until the next sample. */
  readonly rateOffset: number;
}

export type RateLaw<Memory> = (memory: Memory, sample: BelievedSample) => Correction<Memory>;

/**
 * An offset is brought down by no more than this on top of the learned rate: whoever follows this clock sees its rate
 * change by so much at most, 500 ppm.
 */
export const maxSlew = 500e-6;

/** What a rate may change by from one sample to the next: a crystal that is cooled, a program that slews its clock; 25 ppm. */
export const possibleRateChange = 25e-6;

export function within(bound: number, value: number): number {
  return Math.min(bound, Math.max(-bound, value));
}

/**
 * Of the mean interval: samples that come closer together count as so far apart. What follows from one lasts until the next,
 * and the one after a burst is no nearer than usual.
 */
const shortestInterval = 1 / 2;

/** For how long a correction will probably last. */
export function expectedInterval({
  interval,
  meanInterval,
}: Pick<BelievedSample, 'interval' | 'meanInterval'>): number {
  return Math.max(interval, shortestInterval * meanInterval);
}
