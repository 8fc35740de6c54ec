import { describe, expect, it } from 'vitest';
import {
  difference,
  half,
  maxTimeInterval,
  minTimeInterval,
  sumOf,
  timeInterval,
  timeIntervalFromNs,
  timeIntervalToNs,
  zeroTimeInterval,
} from '../../../../src/core/time/time-interval.js';

describe('TimeInterval', () => {
  it('is 0x0000000000028000 for 2.5 ns, the example of 5.3.2', () => {
    expect(timeIntervalFromNs(2.5)).toBe(0x0000000000028000n);
    expect(timeIntervalToNs(timeInterval(0x28000n))).toBe(2.5);
  });

  it('keeps fractions of a nanosecond, negative ones too', () => {
    expect(timeIntervalFromNs(-0.25)).toBe(-0x4000n);
    expect(timeIntervalToNs(timeIntervalFromNs(-1234.0625))).toBe(-1234.0625);
  });

  it('saturates at both ends', () => {
    expect(timeInterval(1n << 80n)).toBe(maxTimeInterval);
    expect(timeInterval(-(1n << 80n))).toBe(minTimeInterval);
    expect(sumOf(minTimeInterval, timeInterval(-1n))).toBe(minTimeInterval);
    expect(difference(minTimeInterval, timeInterval(1n))).toBe(minTimeInterval);
    expect(difference(zeroTimeInterval, minTimeInterval)).toBe(maxTimeInterval);
  });

  it('stays "too big to be represented" whatever is added or taken away', () => {
    const large = timeInterval(-5n);
    expect(sumOf(maxTimeInterval, large)).toBe(maxTimeInterval);
    expect(sumOf(large, maxTimeInterval)).toBe(maxTimeInterval);
    expect(difference(maxTimeInterval, timeInterval(5n))).toBe(maxTimeInterval);
    expect(half(maxTimeInterval)).toBe(maxTimeInterval);
  });

  it('sums exactly where only the partial sums leave the range', () => {
    const big = timeInterval(maxTimeInterval - 1n);
    expect(sumOf(big, big, timeInterval(1n - maxTimeInterval))).toBe(big);
  });

  it('halves towards minus infinity', () => {
    expect(half(timeInterval(7n))).toBe(3n);
    expect(half(timeInterval(-7n))).toBe(-4n);
  });
});
