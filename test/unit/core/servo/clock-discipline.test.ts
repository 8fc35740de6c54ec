import { describe, expect, test } from 'vitest';
import { disciplined, disciplineInterval } from '../../../../src/core/servo/clock-discipline.js';

/** Looks at a clock again and again, each correction in force until the next look; what it is ahead by, ns. */
function followed(aheadNs: number, rateOffset: number, looks: number): number {
  for (let look = 0; look < looks; look++) {
    const { stepNs, rateChange } = disciplined({
      aheadNs: BigInt(Math.round(aheadNs)),
      rateOffset,
    });
    rateOffset += rateChange;
    aheadNs += Number(stepNs) + rateOffset * disciplineInterval;
  }
  return aheadNs;
}

describe('a clock that is kept at a time', () => {
  test('is set where slewing would take too long, its rate corrected with it', () => {
    const correction = disciplined({ aheadNs: -37_000_000_000n, rateOffset: 40e-6 });
    expect(correction).toEqual({ stepNs: 37_000_000_000n, rateChange: -40e-6 });
  });

  test('is slewed where it is near: it never goes back', () => {
    const { stepNs, rateChange } = disciplined({ aheadNs: 20_000n, rateOffset: 0 });
    expect(stepNs).toBe(0n);
    expect(rateChange).toBeCloseTo(-10e-6, 9);
  });

  test.each([20_000, -20_000, 500, -500])('comes from %d ns ahead to none within 20 s', (ahead) => {
    expect(Math.abs(followed(ahead, 10e-6, 80))).toBeLessThan(5);
  });

  test('one that is years off is set to the nanosecond', () => {
    const years = 1_800_000_000_123_456_789n;
    expect(disciplined({ aheadNs: years, rateOffset: 0 }).stepNs).toBe(-years);
  });
});
