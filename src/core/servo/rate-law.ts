/**
 * What a servo is by its kind: how offsets become a rate. When to step, what to believe and when to call it a lock is
 * common to all kinds (servo.ts).
 */
import type { DurationNs } from '../time/instant.js';

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
}

export interface Correction<Memory> {
  readonly memory: Memory;
  readonly learnedRateOffset: number;
  /** At which the clock is to run until the next sample. */
  readonly rateOffset: number;
}

export type RateLaw<Memory> = (memory: Memory, sample: BelievedSample) => Correction<Memory>;

/** 500 ppm: more than any oscillator that is in order needs. */
export const maxServoRateOffset = 500e-6;

export function bounded(rateOffset: number): number {
  return Math.min(maxServoRateOffset, Math.max(-maxServoRateOffset, rateOffset));
}

/**
 * Of the mean interval: samples that come closer together count as so far apart. What follows from one lasts until the next,
 * and the one after a burst is no nearer than usual.
 */
const shortestInterval = 1 / 2;

/** For how long a correction will probably last. */
export function expectedInterval({ interval, meanInterval }: BelievedSample): number {
  return Math.max(interval, shortestInterval * meanInterval);
}
