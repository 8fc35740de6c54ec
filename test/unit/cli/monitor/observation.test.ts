import { describe, expect, test } from 'vitest';
import { observe, seriesLength } from '../../../../src/cli/monitor/observation.js';
import { sparkline } from '../../../../src/cli/monitor/sparkline.js';
import { withObservation } from '../../../../src/cli/monitor/state.js';
import { durationText, rateText } from '../../../../src/cli/monitor/numbers.js';
import { busyPort, readingWith, stateAfter } from './screens.js';

function residences(...ports: readonly ReturnType<typeof busyPort>[]) {
  return stateAfter(ports.map((port) => readingWith([port]))).latest!.ports.get('eth1');
}

describe('what is observed', () => {
  test('has rates from the second reading on, by the time between the two', () => {
    expect(residences(busyPort('eth1', 10))?.rates).toBeNull();
    const first = observe(undefined, readingWith([busyPort('eth1', 10)]), { atMs: 0, unixMs: 0 });
    const times = { atMs: 500, unixMs: 1 };
    const second = observe(first, readingWith([busyPort('eth1', 14)]), times);
    expect(second.ports.get('eth1')?.rates).toMatchObject({ received: 24, sent: 8, dropped: 0 });
  });

  test('has the residence between two readings, and a gap where nothing was sent', () => {
    const slow = busyPort('eth1', 20, 2000);
    const twice = { ...slow, residence: { ...slow.residence, mean: 1500 } };
    expect(residences(busyPort('eth1', 10, 1000), twice, twice)?.residence).toEqual([
      null,
      2000,
      null,
    ]);
  });

  test('begins anew with a switch that was started again', () => {
    const state = stateAfter([readingWith([busyPort('eth1', 10)])]);
    const counted = { ...state, counted: state.latest };
    const again = readingWith([busyPort('eth1', 3)], { pid: 8 });
    const next = observe(state.latest, again, { atMs: 1000, unixMs: 0 });
    expect(next.ports.get('eth1')?.rates).toBeNull();
    expect(withObservation(counted, next).counted).toBeUndefined();
  });

  test('is remembered for so long and no longer', () => {
    const readings = Array.from({ length: seriesLength + 50 }, (_, second) =>
      readingWith([busyPort('eth1', second)]),
    );
    const { latest } = stateAfter(readings);
    expect(latest?.offsets.get('bc of domain 24')).toHaveLength(seriesLength);
    expect(latest?.ports.get('eth1')?.residence).toHaveLength(seriesLength);
  });
});

test('a sparkline is of magnitudes from zero to the largest, with gaps, the newest at the right', () => {
  expect(sparkline([0, 1, -2, null, 4, 8], 8, true)).toBe('  ▁▂▃ ▅█');
  expect(sparkline([5, 1, 8], 2, true)).toBe('▂█');
  expect(sparkline([0, 0], 2, true)).toBe('▁▁');
  expect(sparkline([], 3, true)).toBe('   ');
  expect(sparkline([null, 8, 1], 3, false)).toBe(' #.');
});

test('numbers are as wide as they have to be', () => {
  const rates = [0, 0.04, 32.1, 99.96, 1024, 1_250_000, null];
  expect(rates.map(rateText)).toEqual(['0', '0.0', '32.1', '100', '1,024', '1.3M', '-']);
  expect([5, 3661, 266_460].map(durationText)).toEqual(['00:00:05', '01:01:01', '3d 02:01']);
});
