import { expect, test } from 'vitest';
import { UndisturbedTime } from '../../../../src/core/servo/undisturbed-time.js';
import { instantFromNs, type Instant } from '../../../../src/core/time/instant.js';
import { unitsPerNs } from '../../../../src/core/time/time-interval.js';

const startNs = 1_700_000_000_000_000_000n;
const second = 1_000_000_000n;
const at = (ns: bigint): Instant => instantFromNs(startNs + ns);
const nsOf = (instant: Instant): number => Number(instant - at(0n)) / Number(unitsPerNs);

test('a clock that was never adjusted shows its own time', () => {
  expect(new UndisturbedTime().at(at(5n))).toBe(at(5n));
});

test('a step is taken off what the clock shows after it', () => {
  const time = new UndisturbedTime();
  time.adjusted(at(10n * second), { stepNs: -37n * second, rateChange: 0 });
  // It goes on from 27 s before.
  expect(nsOf(time.at(at(-27n * second)))).toBeCloseTo(10e9, 3);
  expect(nsOf(time.at(at(-26n * second)))).toBeCloseTo(11e9, 3);
});

test('slews add up: the time goes on at the rate that the clock had by itself', () => {
  const time = new UndisturbedTime();
  time.adjusted(at(0n), { stepNs: 0n, rateChange: 10e-6 });
  time.adjusted(at(second), { stepNs: 0n, rateChange: -30e-6 });
  // 1 s shown at 10 ppm too fast, then 2 s at 20 ppm too slow.
  const expected = 1e9 / (1 + 10e-6) + 2e9 / ((1 + 10e-6) * (1 - 30e-6));
  expect(nsOf(time.at(at(3n * second)))).toBeCloseTo(expected, 2);
  expect(time.rateOffset).toBeCloseTo(1 / ((1 + 10e-6) * (1 - 30e-6)) - 1, 12);
});
