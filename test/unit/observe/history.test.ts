import { describe, expect, test } from 'vitest';
import {
  History,
  historySeconds,
  type ClockSeries,
  type PortSeries,
} from '../../../src/observe/history.js';

const port = (values: Partial<Record<PortSeries, number | null>>) => new Map([['eth1', values]]);
const noClocks = new Map<string, Partial<Record<ClockSeries, number>>>();

function historyOf(received: readonly (number | undefined)[]): History {
  const history = new History();
  for (const [second, receivedPerSecond] of received.entries()) {
    if (receivedPerSecond === undefined) continue;
    history.add(second, { ports: port({ receivedPerSecond }), clocks: noClocks });
  }
  return history;
}

test('the latest seconds, the oldest first', () => {
  expect(historyOf([1, 2, 3, 4]).ofPort('eth1', 'receivedPerSecond', 3)).toEqual([2, 3, 4]);
});

describe('gaps are gaps, not zeros', () => {
  test('of seconds in which nobody looked', () => {
    const history = historyOf([1, undefined, undefined, 4]);
    expect(history.ofPort('eth1', 'receivedPerSecond', 4)).toEqual([1, null, null, 4]);
  });

  test('of what was not measured', () => {
    const history = historyOf([1, 0]);
    history.add(2, { ports: port({ residenceP50Ns: null }), clocks: noClocks });
    expect(history.ofPort('eth1', 'residenceP50Ns', 3)).toEqual([null, null, null]);
    expect(history.ofPort('eth1', 'receivedPerSecond', 3)).toEqual([1, 0, null]);
  });

  test('of the time before the start', () => {
    expect(historyOf([1]).ofPort('eth1', 'receivedPerSecond', 3)).toEqual([null, null, 1]);
  });

  test('no average takes account of them', () => {
    const history = historyOf([4, undefined, 2]);
    expect(history.meanOfPort('eth1', 'receivedPerSecond', 10)).toBe(3);
    expect(history.meanOfPort('eth1', 'residenceP50Ns', 10)).toBeNull();
  });
});

test('an hour is remembered', () => {
  const history = historyOf(Array.from({ length: historySeconds + 10 }, (_, second) => second));
  const hour = history.ofPort('eth1', 'receivedPerSecond');
  expect(hour).toHaveLength(historySeconds);
  expect([hour?.[0], hour?.at(-1)]).toEqual([10, historySeconds + 9]);
});

test('what was before a gap of more than an hour is not taken for what was after it', () => {
  const history = historyOf([5]);
  history.add(2 * historySeconds, { ports: port({ receivedPerSecond: 7 }), clocks: noClocks });
  const hour = history.ofPort('eth1', 'receivedPerSecond');
  expect(hour?.filter((value) => value !== null)).toEqual([7]);
});

test('a clock that is not there any more is forgotten, and begins anew when it comes back', () => {
  const history = new History();
  const clocks = new Map([['bc of domain 0', { offsetMaxNs: 12 }]]);
  history.add(0, { ports: port({}), clocks });
  expect(history.ofClock('bc of domain 0', 'offsetMaxNs', 1)).toEqual([12]);
  history.add(1, { ports: port({}), clocks: noClocks });
  expect(history.ofClock('bc of domain 0', 'offsetMaxNs', 1)).toBeUndefined();
  history.add(2, { ports: port({}), clocks });
  expect(history.ofClock('bc of domain 0', 'offsetMaxNs', 3)).toEqual([null, null, 12]);
});

test('32 ports and 4 clocks take 4.4 MB, from the first second to the last', () => {
  const history = new History();
  const ports = new Map(Array.from({ length: 32 }, (_, index) => [`eth${index}`, {}]));
  const clocks = new Map(Array.from({ length: 4 }, (_, index) => [`bc of domain ${index}`, {}]));
  const bytes = [0, 1, historySeconds, 3 * historySeconds].map((second) => {
    history.add(second, { ports, clocks });
    return history.bytes;
  });
  expect(new Set(bytes)).toEqual(new Set([(32 * 9 + 4 * 5) * 4 * 3600]));
  expect(bytes[0]).toBeLessThan(5e6);
});
