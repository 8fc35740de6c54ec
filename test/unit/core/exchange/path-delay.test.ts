import { describe, expect, test } from 'vitest';
import {
  newPathDelays,
  withPathDelay,
  type PathDelays,
} from '../../../../src/core/exchange/path-delay.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { timeIntervalFromNs, timeIntervalToNs } from '../../../../src/core/time/time-interval.js';

const plausible = { min: -1e6, max: 1e9 };

/** Each of them by a Sync of its own. */
function measure(delaysNs: readonly number[], limits: 'limits' | 'none' = 'limits') {
  const range = limits === 'limits' ? plausible : undefined;
  const refusals: (string | undefined)[] = [];
  let known: PathDelays | undefined;
  for (const [index, delayNs] of delaysNs.entries()) {
    const sync = instantFromNs(BigInt(index));
    const { pathDelays, refused } = withPathDelay(range, known, timeIntervalFromNs(delayNs), sync);
    known = pathDelays;
    refusals.push(refused);
  }
  const medianNs = known && timeIntervalToNs(known.window.median);
  return { medianNs, refusals };
}

describe('the delay of a path', () => {
  test.each([-4.806e9, 4.806e9, -1.1e6, 1.001e9])(
    'that there cannot be is refused: %d ns',
    (delay) => {
      const { medianNs, refusals } = measure([500, delay, 600]);
      expect(refusals).toEqual([undefined, 'pathDelayOutOfRange', undefined]);
      expect(medianNs).toBe(550);
      expect(measure([delay]).medianNs).toBeUndefined();
    },
  );

  test('that stands out is refused until as many in a row do as are a new path', () => {
    const usual = [500, 510, 490, 505, 495];
    const other = Array.from({ length: newPathDelays }, (_, index) => 80_000 + index);
    const { medianNs, refusals } = measure([...usual, ...other.slice(1)]);
    expect(refusals.slice(usual.length)).toEqual(other.slice(1).map(() => 'pathDelayOutlier'));
    expect(medianNs).toBe(500);
    expect(measure([...usual, ...other]).medianNs).toBe(80_002);
    expect(measure([...usual, ...other.slice(1), 500, 80_000]).medianNs).toBe(500);
  });

  test('that is shorter stands out as well, as by a Sync that was corrected by too much', () => {
    const usual = [50_500, 50_510, 50_490, 50_505, 50_495];
    const other = Array.from({ length: newPathDelays }, () => 500);
    expect(measure([...usual, ...other.slice(1)]).medianNs).toBe(50_500);
    expect(measure([...usual, ...other]).medianNs).toBe(500);
  });

  test('may differ as much as it usually does', () => {
    const noisy = [0, 200_000, 100_000, 40_000, 160_000, 90_000, 500_000];
    expect(measure(noisy).refusals).toEqual(noisy.map(() => undefined));
  });

  test('counts once for each Sync: one that was held up would spoil them all', () => {
    const sync = instantFromNs(1n);
    const first = withPathDelay(plausible, undefined, timeIntervalFromNs(500), sync);
    const second = withPathDelay(plausible, first.pathDelays, timeIntervalFromNs(900), sync);
    expect(second).toEqual(first);
  });

  test('is whatever is measured, for whoever sets no limits', () => {
    expect(measure([4.806e9], 'none')).toEqual({ medianNs: 4.806e9, refusals: [undefined] });
  });
});
