import { expect, test } from 'vitest';
import {
  noSyncs,
  rateOfSyncs,
  steppedSyncs,
  withSync,
} from '../../../../src/core/servo/first-rate.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';

/** Syncs as they came: times of this clock and of its master, ns. */
function after(...syncs: readonly (readonly [own: number, master: number])[]) {
  return syncs.reduce(
    (rate, [own, master]) =>
      withSync(rate, { own: instantFromNs(BigInt(own)), master: instantFromNs(BigInt(master)) }),
    noSyncs,
  );
}

test('two Syncs tell the rate of two crystals', () => {
  expect(rateOfSyncs(after([5e9, 0]))).toBeUndefined();
  expect(rateOfSyncs(after([5e9, 0], [6e9 + 40e3, 1e9]))).toBeCloseTo(-40e-6, 8);
});

test('a master that is set between them does not: the third tells what holds', () => {
  expect(rateOfSyncs(after([5e9, 0], [6e9, 4e9]))).toBeUndefined();
  expect(rateOfSyncs(after([5e9, 0], [6e9, 4e9], [7e9 + 40e3, 5e9]))).toBeCloseTo(-40e-6, 8);
});

test('a rate beyond that of crystals is one that two pairs tell alike', () => {
  expect(rateOfSyncs(after([5e9, 0], [6e9 + 600e3, 1e9]))).toBeUndefined();
  const alike = after([5e9, 0], [6e9 + 600e3, 1e9], [7e9 + 1_200e3, 2e9]);
  expect(rateOfSyncs(alike)).toBeCloseTo(-600e-6, 6);
});

test('where nothing holds, nothing is learned, but it is not waited for either', () => {
  const wild = Array.from({ length: 8 }, (_, index) => [index * 1e9, index ** 3 * 1e9] as const);
  expect(rateOfSyncs(after(...wild.slice(0, 7)))).toBeUndefined();
  expect(rateOfSyncs(after(...wild))).toBe(0);
});

test('a clock that is set meanwhile knows what its own times would have been', () => {
  const first = steppedSyncs(after([5e9, 0]), 10n * (instantFromNs(1n) - instantFromNs(0n)));
  const both = withSync(first, {
    own: instantFromNs(6_000_000_010n),
    master: instantFromNs(1_000_000_000n),
  });
  expect(rateOfSyncs(both)).toBeCloseTo(0, 12);
});
