import { describe, expect, test } from 'vitest';
import { CorrectionComparison } from '../../../../src/lab/report/comparison.js';
import { maxErrors } from '../../../../src/lab/report/error-window.js';

function comparisonOf(...errorsNs: readonly number[]): CorrectionComparison {
  const comparison = new CorrectionComparison();
  for (const ns of errorsNs) comparison.add({ correctedNs: ns, uncorrectedNs: 100 * ns });
  return comparison;
}

describe('errors with and without the correction', () => {
  test('are summed up by their size, whatever their sign', () => {
    expect(CorrectionComparison.summary([comparisonOf(3, -1, -7)])).toEqual({
      samples: 3,
      corrected: { medianNs: 3, p99Ns: 7, worstNs: 7 },
      uncorrected: { medianNs: 300, p99Ns: 700, worstNs: 700 },
    });
  });

  test('of several receivers are summed up as one', () => {
    const { samples, corrected } = CorrectionComparison.summary([
      comparisonOf(1, 2),
      comparisonOf(9),
    ]);
    expect([samples, corrected?.medianNs, corrected?.worstNs]).toEqual([3, 2, 9]);
  });

  test('are none before the first sample', () => {
    const nothing = { samples: 0, corrected: null, uncorrected: null };
    expect(CorrectionComparison.summary([new CorrectionComparison()])).toEqual(nothing);
  });

  test('p99 leaves one sample in a hundred above it', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(CorrectionComparison.summary([comparisonOf(...hundred)]).corrected).toEqual({
      medianNs: 50,
      p99Ns: 99,
      worstNs: 100,
    });
  });

  test('are forgotten when they are old, though still counted', () => {
    const comparison = comparisonOf(1_000_000, ...Array<number>(maxErrors).fill(5));
    const { samples, corrected } = CorrectionComparison.summary([comparison]);
    expect(samples).toBe(maxErrors + 1);
    expect(corrected?.worstNs).toBe(5);
  });
});
