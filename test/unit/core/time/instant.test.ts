import { describe, expect, it } from 'vitest';
import {
  durationOfLogInterval,
  instantAfter,
  instantFromNs,
  instantToNs,
  intervalBetween,
  type Instant,
} from '../../../../src/core/time/instant.js';
import {
  maxTimeInterval,
  minTimeInterval,
  timeInterval,
  timeIntervalFromNs,
} from '../../../../src/core/time/time-interval.js';
import { instantFromTimestamp, timestampFromInstant } from '../../../../src/core/time/timestamp.js';

describe('Instant', () => {
  it('gives whole nanoseconds rounded down, before the epoch too', () => {
    expect(instantToNs((3n * 65536n + 65535n) as Instant)).toBe(3n);
    expect(instantToNs(-1n as Instant)).toBe(-1n);
    expect(instantToNs((-2n * 65536n) as Instant)).toBe(-2n);
  });

  it('differs from another by a signed interval', () => {
    const earlier = instantFromNs(1_795_373_607_152_132_638n);
    const later = instantAfter(earlier, timeIntervalFromNs(12.5));
    expect(intervalBetween(earlier, later)).toBe(timeIntervalFromNs(12.5));
    expect(intervalBetween(later, earlier)).toBe(timeIntervalFromNs(-12.5));
  });

  it('differs by a saturated interval when clocks are decades apart', () => {
    const now = instantFromNs(1_795_373_607_152_132_638n);
    expect(intervalBetween(instantFromNs(0n), now)).toBe(maxTimeInterval);
    expect(intervalBetween(now, instantFromNs(0n))).toBe(minTimeInterval);
  });
});

describe('durationOfLogInterval', () => {
  it.each([
    [0, 1e9],
    [1, 2e9],
    [-4, 62.5e6],
    [-7, 7.8125e6],
  ])('of %i is %d ns', (logInterval, ns) => {
    expect(durationOfLogInterval(logInterval)).toBe(ns);
  });
});

describe('Timestamp', () => {
  it('is 2.000000001 s as 5.3.3 writes it', () => {
    const { timestamp, fraction } = timestampFromInstant(instantFromNs(2_000_000_001n));
    expect(timestamp).toEqual({ secondsField: 2, nanosecondsField: 1 });
    expect(fraction).toBe(0n);
  });

  it('leaves the fraction of a nanosecond for the correctionField', () => {
    const instant = instantAfter(instantFromNs(999_999_999n), timeInterval(0xffffn));
    const { timestamp, fraction } = timestampFromInstant(instant);
    expect(timestamp).toEqual({ secondsField: 0, nanosecondsField: 999_999_999 });
    expect(fraction).toBe(0xffffn);
    expect(instantAfter(instantFromTimestamp(timestamp), fraction)).toBe(instant);
  });

  it('reaches to the end of 48 bits of seconds and no further', () => {
    const last = { secondsField: 2 ** 48 - 1, nanosecondsField: 999_999_999 };
    const instant = instantFromTimestamp(last);
    expect(timestampFromInstant(instant).timestamp).toEqual(last);
    expect(() => timestampFromInstant(instantAfter(instant, timeIntervalFromNs(1)))).toThrow(
      RangeError,
    );
    expect(() => timestampFromInstant(instantFromNs(-1n))).toThrow(RangeError);
  });
});
