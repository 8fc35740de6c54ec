import { expect, test } from 'vitest';
import { UntakenOffsets } from '../../../../src/core/servo/offset-sums.js';
import { durationNs } from '../../../../src/core/time/instant.js';

test('offsets are told of once', () => {
  const offsets = new UntakenOffsets();
  expect(offsets.take()).toBeUndefined();
  for (const offset of [-4, 3]) offsets.add(durationNs(offset));
  expect(offsets.take()).toEqual({ count: 2, sumOfSquares: 25, minNs: -4, maxNs: 3 });
  expect(offsets.take()).toBeUndefined();
  offsets.add(durationNs(7));
  expect(offsets.take()).toEqual({ count: 1, sumOfSquares: 49, minNs: 7, maxNs: 7 });
});
