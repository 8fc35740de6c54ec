import { describe, expect, test } from 'vitest';
import { defaultServoSettings } from '../../../../src/core/servo/servo.js';
import { SteeredClock, type Steering } from '../../../../src/core/servo/steered-clock.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import {
  timeIntervalToNs,
  timeInterval,
  unitsPerNs,
} from '../../../../src/core/time/time-interval.js';

/** Syncs that are so far apart, to a clock whose counter runs fast by that much and is a second ahead. */
function follow(rateOffset: number, intervalNs: number, syncs: number) {
  const clock = new SteeredClock(defaultServoSettings);
  const steerings: Steering[] = [];
  let offsetNs = NaN;
  for (let count = 1; count <= syncs; ++count) {
    const trueNs = BigInt(count * intervalNs);
    const raw = instantFromNs(
      BigInt(Math.round(count * intervalNs * (1 + rateOffset))) + 10n ** 9n,
    );
    clock.noteSync(raw);
    const ahead = clock.timeAt(raw) - instantFromNs(trueNs);
    offsetNs = timeIntervalToNs(timeInterval(ahead));
    steerings.push(clock.steer(raw, ahead));
  }
  return { clock, offsetNs, steps: steerings.filter((steering) => steering === 'set').length };
}

describe('a steered clock', () => {
  test.each([
    [30e-6, 1e9],
    [300e-6, 125e6],
    [-300e-6, 1e9],
  ])(
    'off by a rate of %d, with Syncs %d ns apart, is set once and then slewed',
    (rate, interval) => {
      const { clock, offsetNs, steps } = follow(rate, interval, 300);
      expect(steps).toBe(1);
      expect(clock.lockState).toBe('locked');
      expect(clock.rateOffset).toBeCloseTo(1 / (1 + rate) - 1, 8);
      expect(Math.abs(offsetNs)).toBeLessThan(2);
    },
  );

  test('raw time that goes backwards begins anew', () => {
    const { clock } = follow(0, 125e6, 50);
    expect(clock.steer(instantFromNs(5n), 7n * unitsPerNs)).toBe('set');
  });

  test('an offset of 20,000 days, which no TimeInterval holds, is gone with one step, to the unit (A5)', () => {
    const clock = new SteeredClock(defaultServoSettings);
    const raw = instantFromNs(5n);
    const ahead = clock.timeAt(raw) + instantFromNs(20_000n * 86_400n * 1_000_000_000n) + 1n;
    expect(clock.steer(raw, -ahead)).toBe('set');
    expect(clock.timeAt(raw)).toBe(raw + ahead);
  });

  test('without a master the learned rate is kept', () => {
    const { clock } = follow(30e-6, 125e6, 300);
    clock.holdOver();
    expect(clock.lockState).toBe('holdover');
    expect(clock.rateOffset).toBeCloseTo(-30e-6, 8);
  });
});
