import { describe, expect, it } from 'vitest';
import {
  noSamples,
  standardDeviationNs,
  withSample,
} from '../../../../src/core/port/offset-statistics.js';
import { durationNs } from '../../../../src/core/time/instant.js';

const of = (...samples: number[]) =>
  samples.reduce((statistics, sample) => withSample(statistics, durationNs(sample)), noSamples);

describe('offset statistics', () => {
  it('tell count, mean, extremes and standard deviation', () => {
    const statistics = of(2, 4, 4, 4, 5, 5, 7, 9);
    expect(statistics).toMatchObject({ count: 8, meanNs: 5, minNs: 2, maxNs: 9 });
    expect(standardDeviationNs(statistics)).toBeCloseTo(2, 12);
  });

  it('do not lose a small spread beside a large offset', () => {
    const statistics = of(1e12 + 1, 1e12 - 1, 1e12 + 1, 1e12 - 1);
    expect(standardDeviationNs(statistics)).toBeCloseTo(1, 6);
  });

  it('are nothing of nothing', () => {
    expect(noSamples.count).toBe(0);
    expect(standardDeviationNs(noSamples)).toBe(0);
  });
});
