/** Timestamp (clause 5.3.3), the form in which instants travel in messages: whole nanoseconds, unsigned. */
import { instantFromNs, instantToNs, type Instant } from './instant.js';
import { timeInterval, unitsPerNs, type TimeInterval } from './time-interval.js';

export interface Timestamp {
  /** Unsigned, 48 bits. */
  readonly secondsField: number;
  /** Below 10^9. */
  readonly nanosecondsField: number;
}

/** 5.3.3: nanosecondsField is always less than this. */
export const nanosecondsPerSecond = 1_000_000_000;

const maxSeconds = 2 ** 48 - 1;

/** What an originTimestamp may hold where nobody reads it (9.5.9.4, 11.3.2, 13.5.2.1). */
export const zeroTimestamp: Timestamp = { secondsField: 0, nanosecondsField: 0 };

export function instantFromTimestamp(timestamp: Timestamp): Instant {
  return instantFromNs(
    BigInt(timestamp.secondsField) * BigInt(nanosecondsPerSecond) +
      BigInt(timestamp.nanosecondsField),
  );
}

/**
 * Whole nanoseconds in `timestamp`, the rest (0 to just under 1 ns) in `fraction`: messages carry it in their
 * correctionField. Throws RangeError before the epoch and beyond 48 bits of seconds: no clock of ours reads that.
 */
export function timestampFromInstant(instant: Instant): {
  readonly timestamp: Timestamp;
  readonly fraction: TimeInterval;
} {
  const ns = instantToNs(instant);
  const secondsField = Number(ns / BigInt(nanosecondsPerSecond));
  if (ns < 0n || secondsField > maxSeconds) {
    throw new RangeError(`no Timestamp for ${ns} ns: its seconds are unsigned, 48 bits`);
  }
  return {
    timestamp: { secondsField, nanosecondsField: Number(ns % BigInt(nanosecondsPerSecond)) },
    fraction: timeInterval(instant - ns * unitsPerNs),
  };
}
