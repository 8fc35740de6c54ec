/** Points in time and lengths of time as the core counts them; no clock is read here. */
import type { Brand } from './brand.js';
import { timeInterval, unitsPerNs, type TimeInterval } from './time-interval.js';

/**
 * A point in time: units of 2^-16 ns since the PTP epoch, 1970-01-01T00:00:00 TAI (7.2.3). A clock that keeps another
 * timescale counts from its own epoch (ARB, 7.2.1). The unit is that of TimeInterval, so differences are exact.
 */
export type Instant = Brand<bigint, 'Instant'>;

/** A length of time for timers, in nanoseconds. */
export type DurationNs = Brand<number, 'DurationNs'>;

const nsPerSecond = 1e9;

/** The instant that many nanoseconds after the epoch. */
export function instantFromNs(ns: bigint): Instant {
  return (ns * unitsPerNs) as Instant;
}

/** Whole nanoseconds since the epoch, rounded down. */
export function instantToNs(instant: Instant): bigint {
  return instant / unitsPerNs - (instant < 0n && instant % unitsPerNs !== 0n ? 1n : 0n);
}

/** From `earlier` to `later`: negative if they come in the other order, saturated as every TimeInterval. */
export function intervalBetween(earlier: Instant, later: Instant): TimeInterval {
  return timeInterval(later - earlier);
}

/** The instant `interval` after `instant`. */
export function instantAfter(instant: Instant, interval: TimeInterval): Instant {
  return (instant + interval) as Instant;
}

export function durationNs(ns: number): DurationNs {
  return ns as DurationNs;
}

/** 7.7.2.1: message intervals are logarithms to the base 2 of the interval in seconds. */
export function durationOfLogInterval(logInterval: number): DurationNs {
  return durationNs(2 ** logInterval * nsPerSecond);
}
