import fc from 'fast-check';
import { expect, it } from 'vitest';
import { medianOf } from '../../../../src/core/servo/median.js';

it('is the value in the middle, or half way between the two', () => {
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([7])).toBe(7);
  expect(medianOf([])).toBe(0);
});

it('is what sorting would find, whatever the order and however many are the same', () => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.nat(3)), {
    minLength: 1,
    maxLength: 80,
  });
  fc.assert(
    fc.property(values, (numbers) => {
      const ascending = numbers.toSorted((a, b) => a - b);
      const half = numbers.length / 2;
      const [lower = NaN, upper = NaN] = [
        ascending[Math.ceil(half) - 1],
        ascending[Math.floor(half)],
      ];
      expect(medianOf([...numbers])).toBeCloseTo((lower + upper) / 2, 6);
    }),
  );
});
