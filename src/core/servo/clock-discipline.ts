/**
 * Keeps a clock that others can read, hardware's or the system's, at a time that is known better: as the clock's rate
 * against that time is measured, it is corrected whole, and what it is off besides is brought down over some seconds.
 */
import { durationNs } from '../time/instant.js';

/** Where the clock stands against the time that it is to show. */
export interface ClockSighting {
  /** Clock minus time, ns. */
  readonly aheadNs: bigint;
  /** Clock seconds per second of the time, minus 1. */
  readonly rateOffset: number;
}

/** What to do to a clock; the rate is changed before the clock is stepped. */
export interface ClockCorrection {
  /** Set the clock forward by. */
  readonly stepNs: bigint;
  /** Let it run faster by, on top of its present rate: 1e-6 is 1 ppm. */
  readonly rateChange: number;
}

/** How often a clock is looked at. */
export const disciplineInterval = durationNs(250e6);

/** Further off than this it is set: slewing would take too long. */
const stepThresholdNs = 20_000n;

/** The remaining offset is brought down over this: long enough to average noise, short enough for an oscillator that wanders. */
const timeConstantNs = 2e9;

export function disciplined({ aheadNs, rateOffset }: ClockSighting): ClockCorrection {
  const isFar = aheadNs > stepThresholdNs || -aheadNs > stepThresholdNs;
  if (isFar) return { stepNs: -aheadNs, rateChange: -rateOffset };
  return { stepNs: 0n, rateChange: -rateOffset - Number(aheadNs) / timeConstantNs };
}
