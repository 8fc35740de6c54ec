import { describe, expect, it } from 'vitest';
import { movingMedian, withSample } from '../../../../src/core/servo/moving-median.js';
import { timeInterval, type TimeInterval } from '../../../../src/core/time/time-interval.js';

const units = (...values: readonly number[]) => values.map((value) => timeInterval(BigInt(value)));

function medianAfter(length: number, ...values: readonly number[]): TimeInterval {
  const [first, ...rest] = units(...values);
  if (first === undefined) throw new Error('no samples');
  return rest.reduce(withSample, movingMedian(length, first)).median;
}

describe('a moving median', () => {
  it('is the first sample, then the middle of what there is', () => {
    expect(medianAfter(5, 7)).toBe(7n);
    expect(medianAfter(5, 7, 11)).toBe(9n);
    expect(medianAfter(5, 7, 11, 1)).toBe(7n);
    expect(medianAfter(5, -8, -2, -4, -6)).toBe(-5n);
  });

  it('is not moved by a minority of wild samples', () => {
    expect(medianAfter(5, 10, 11, 1_000_000, 12, -1_000_000)).toBe(11n);
  });

  it('follows a change once that is the majority, and forgets what is older than its length', () => {
    expect(medianAfter(5, 10, 10, 10, 10, 10, 90, 90)).toBe(10n);
    expect(medianAfter(5, 10, 10, 10, 10, 10, 90, 90, 90)).toBe(90n);
    expect(medianAfter(3, 1, 2, 3, 4, 5)).toBe(4n);
  });
});
