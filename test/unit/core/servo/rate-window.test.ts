import { describe, expect, it } from 'vitest';
import {
  emptyRateWindow,
  minReadings,
  withReading,
  type ClockReading,
  type RateWindow,
  type RateWindowSettings,
} from '../../../../src/core/servo/rate-window.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { rateOffsetOf } from '../../../../src/core/time/rate-ratio.js';
import { timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { seededRandom } from '../../../support/random.js';

const settings: RateWindowSettings = {
  maxReadings: 32,
  minSpacing: timeIntervalFromNs(100e6),
  maxSpan: timeIntervalFromNs(20e9),
};

/** The remote clock began at another date and is fast by `rateOffset`. */
const reading = (seconds: number, rateOffset: number, lateNs = 0): ClockReading => ({
  local: instantFromNs(BigInt(Math.round(seconds * 1e9 + lateNs))),
  remote: instantFromNs(
    1_795_373_607_000_000_000n + BigInt(Math.round(seconds * 1e9 * (1 + rateOffset))),
  ),
});

function windowOf(readings: readonly ClockReading[], begun = emptyRateWindow): RateWindow {
  return readings.reduce((window, next) => withReading(settings, window, next).window, begun);
}

const seconds = (count: number) => Array.from({ length: count }, (_, index) => index * 0.5);
const offsetOf = (window: RateWindow) => window.fit && rateOffsetOf(window.fit.rateRatio);

describe('a rate window', () => {
  it('has no rate before there are readings enough', () => {
    const readings = seconds(minReadings).map((at) => reading(at, 1e-4));
    expect(windowOf(readings.slice(1)).fit).toBeUndefined();
    expect(windowOf(readings).fit).toBeDefined();
  });

  it.each([1e-4, -1e-4, 0, 3e-8])('finds %d exactly from exact readings', (rateOffset) => {
    const window = windowOf(seconds(32).map((at) => reading(at, rateOffset)));
    expect(offsetOf(window)).toBeCloseTo(rateOffset, 10);
    expect(window.fit?.standardError).toBeLessThan(1e-10);
  });

  it('is not bent by late readings, and says how sure it is', () => {
    const random = seededRandom(3);
    const window = windowOf(
      seconds(32).map((at, index) =>
        reading(at, 5e-5, index % 5 === 2 ? 80_000 : 1_000 * random()),
      ),
    );
    const error = Math.abs((offsetOf(window) ?? NaN) - 5e-5);
    expect(error).toBeLessThan(1e-7);
    expect(window.fit?.standardError).toBeGreaterThan(error / 10);
    expect(window.fit?.standardError).toBeLessThan(1e-7);
    expect(window.fit?.inliers).toBeLessThan(32);
  });

  it('forgets what is older than its span, and keeps no more than its number', () => {
    expect(windowOf(seconds(100).map((at) => reading(at, 0))).readings).toHaveLength(32);
    const [oldest] = windowOf(seconds(8).map((at) => reading(at * 10, 0))).readings;
    expect(oldest?.local).toBe(reading(15, 0).local);
  });

  it('leaves out readings that come too soon', () => {
    const begun = windowOf([reading(0, 0)]);
    expect(withReading(settings, begun, reading(0.05, 0)).window).toBe(begun);
    expect(withReading(settings, begun, reading(0.1, 0)).window.readings).toHaveLength(2);
  });

  it('follows an oscillator that warms up, without a moment of no rate', () => {
    // 20 ppb more in each second: over 16 s the readings bend by more than half a microsecond.
    const ramp = 2e-8;
    const warming = (at: number): ClockReading => {
      const { local, remote } = reading(at, 1e-5);
      const gainNs = (ramp / 2) * at ** 2 * 1e9;
      return { local, remote: instantFromNs(remote / 65536n + BigInt(Math.round(gainNs))) };
    };
    let window = windowOf(seconds(minReadings).map(warming));
    for (const at of seconds(200).slice(minReadings)) {
      const next = withReading(settings, window, warming(at));
      expect(next.restarted).toBe(false);
      window = next.window;
      expect(Math.abs((offsetOf(window) ?? NaN) - (1e-5 + ramp * at))).toBeLessThan(3e-7);
    }
  });

  describe('after a jump', () => {
    const steady = windowOf(seconds(20).map((at) => reading(at, 1e-5)));
    const jumped = (index: number) => {
      const { local, remote } = reading(10 + index * 0.5, 1e-5);
      return { local, remote: instantFromNs(remote / 65536n + 1_000_000n) };
    };

    it('takes one reading for noise', () => {
      const { window, restarted } = withReading(settings, steady, jumped(0));
      expect(restarted).toBe(false);
      expect(offsetOf(window)).toBeCloseTo(1e-5, 9);
    });

    it('begins anew when it goes on', () => {
      const restarts: boolean[] = [];
      const after = [0, 1, 2, 3].reduce((window, index) => {
        const next = withReading(settings, window, jumped(index));
        restarts.push(next.restarted);
        return next.window;
      }, steady);
      expect(restarts).toEqual([false, false, false, true]);
      expect(after.fit).toBeUndefined();
      const recovered = windowOf([4, 5, 6, 7].map(jumped), after);
      expect(offsetOf(recovered)).toBeCloseTo(1e-5, 9);
    });

    it('of the local clock backwards begins anew at once', () => {
      const { window, restarted } = withReading(settings, steady, reading(3, 1e-5));
      expect(restarted).toBe(true);
      expect(window.readings).toHaveLength(1);
    });
  });
});
