import { describe, expect, test } from 'vitest';
import {
  identityClockMap,
  ptpTimeOf,
  steppedBy,
  withRate,
} from '../../../../src/core/servo/clock-map.js';
import { instantFromNs, type Instant } from '../../../../src/core/time/instant.js';
import { unitsPerNs } from '../../../../src/core/time/time-interval.js';
import { timestampFromInstant } from '../../../../src/core/time/timestamp.js';

const noon = instantFromNs(1_700_000_000_000_000_000n);
const later = (seconds: bigint) => (noon + seconds * 1_000_000_000n * unitsPerNs) as Instant;

describe('clock map', () => {
  test('a change of rate does not move the clock at its moment', () => {
    const fast = withRate(identityClockMap, noon, 1e-6);
    expect(ptpTimeOf(fast, noon)).toBe(noon);
    const slow = withRate(fast, later(10n), -1e-6);
    expect(ptpTimeOf(slow, later(10n))).toBe(ptpTimeOf(fast, later(10n)));
  });

  test('1 ppm is 1 us in a second', () => {
    const fast = withRate(identityClockMap, noon, 1e-6);
    expect(ptpTimeOf(fast, later(1n)) - later(1n)).toBe(1000n * unitsPerNs);
  });

  test('a step is exact, however far', () => {
    const decades = 1_700_000_000_000_000_001n * unitsPerNs;
    expect(ptpTimeOf(steppedBy(identityClockMap, -decades), noon)).toBe(0n);
    const step = 37n * 1_000_000_000n * unitsPerNs;
    expect(ptpTimeOf(steppedBy(identityClockMap, step), noon)).toBe(noon + step);
  });

  test('what it reads can always be told', () => {
    const beforeTheEpoch = steppedBy(identityClockMap, -2n * noon);
    const afterAllTimes = steppedBy(identityClockMap, 1n << 120n);
    for (const map of [beforeTheEpoch, afterAllTimes]) {
      expect(() => timestampFromInstant(ptpTimeOf(map, noon))).not.toThrow();
    }
  });
});
