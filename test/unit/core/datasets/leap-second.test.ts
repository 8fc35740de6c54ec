/** When a leap second is, that is announced. */
import { describe, expect, test } from 'vitest';
import { initialTimeProperties } from '../../../../src/core/datasets/time-properties.js';
import {
  afterLeapSecond,
  announcedLeapSecond,
  isEndOfMonth,
  isToBeAnnounced,
  leapSecondAt,
} from '../../../../src/core/datasets/leap-second.js';
import { instantFromNs, type Instant } from '../../../../src/core/time/instant.js';

const utc = (text: string) => BigInt(Date.parse(text)) / 1_000n;
/** The PTP time at which UTC is that, TAI - UTC being 36 s. */
const ptp = (text: string, offset = 36n): Instant =>
  instantFromNs((utc(text) + offset) * 1_000_000_000n);
const announcing = (leap: 'leap59' | 'leap61') => ({
  ...initialTimeProperties,
  ...{ currentUtcOffset: 36, currentUtcOffsetValid: true, [leap]: true },
});

describe('9.4: the leap second that is announced', () => {
  test('is at the end of the UTC day: as of 2016-12-31 it was', () => {
    for (const time of ['2016-12-31T12:00:00Z', '2016-12-31T23:59:59Z']) {
      expect(announcedLeapSecond(announcing('leap61'), ptp(time))).toEqual({
        ...{ at: ptp('2017-01-01T00:00:00Z'), change: 1, utcOffset: 36 },
      });
    }
    // One that is left out would have been the last second of the day.
    expect(announcedLeapSecond(announcing('leap59'), ptp('2016-12-31T12:00:00Z'))).toEqual({
      ...{ at: ptp('2016-12-31T23:59:59Z'), change: -1, utcOffset: 36 },
    });
  });

  test('there is none without the flags, nor with both', () => {
    const now = ptp('2016-12-31T12:00:00Z');
    expect(announcedLeapSecond(initialTimeProperties, now)).toBeUndefined();
    const both = { ...announcing('leap59'), leap61: true };
    expect(announcedLeapSecond(both, now)).toBeUndefined();
  });

  test('is announced within the twelve hours before it', () => {
    const leapSecond = leapSecondAt(utc('2017-01-01T00:00:00Z'), 36, 1);
    const isAnnounced = (time: string) => isToBeAnnounced(leapSecond, ptp(time));
    expect(isAnnounced('2016-12-31T11:59:59Z')).toBe(false);
    expect(isAnnounced('2016-12-31T12:00:00Z')).toBe(true);
    expect(isAnnounced('2016-12-31T23:59:59Z')).toBe(true);
    expect(isAnnounced('2017-01-01T00:00:00Z')).toBe(false);
  });

  test('after it the offset is another one, and nothing is announced any more', () => {
    const leapSecond = leapSecondAt(utc('2017-01-01T00:00:00Z'), 36, 1);
    expect(afterLeapSecond(announcing('leap61'), leapSecond)).toMatchObject({
      ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, leap59: false, leap61: false },
    });
  });
});

test.each([
  ['1970-02-01T00:00:00Z', false],
  ['1972-01-01T00:00:00Z', false],
  ['1972-07-01T00:00:00Z', true],
  ['2016-12-31T00:00:00Z', false],
  ['2017-01-01T00:00:00Z', true],
  ['2024-03-01T00:00:00Z', true],
  ['2024-02-29T00:00:00Z', false],
  ['2100-03-01T00:00:00Z', true],
  ['2100-03-02T00:00:00Z', false],
  ['2400-03-01T00:00:00Z', true],
  ['+010000-01-01T00:00:00Z', true],
  ['+010000-02-01T00:00:00Z', false],
])('the day before %s is the last of a month: %s', (dayEnd, expected) => {
  expect(isEndOfMonth(utc(dayEnd))).toBe(expected);
});

test('a day millions of years from now is as soon looked at as any, and is none of a leap second', () => {
  const begin = performance.now();
  for (const power of [40n, 44n, 47n, 48n]) expect(isEndOfMonth(2n ** power)).toBe(false);
  // Counting the months up to there takes seconds.
  expect(performance.now() - begin).toBeLessThan(100);
});
