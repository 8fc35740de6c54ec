import { describe, expect, test } from 'vitest';
import { ClockOffsets } from '../../../src/observe/windows/offset-windows.js';
import { PortResidence } from '../../../src/observe/windows/residence-windows.js';

const upperBoundsNs = [9, 99, 999, 9999];
const none = { messages: 0, p50Ns: null, p99Ns: null, maxNs: null, maxAt: null };

/** An engine's histogram, of one port. */
class Engine {
  readonly buckets = new Float64Array(upperBoundsNs.length);
  maxNs = 0;

  measure(residenceNs: number, messages = 1): void {
    const bucket = upperBoundsNs.findIndex((bound) => residenceNs <= bound);
    this.buckets[bucket]! += messages;
    this.maxNs = Math.max(this.maxNs, residenceNs);
  }
}

/** @param spikes by second; every other second has 100 messages of 50 ns, as long as Syncs come */
function residenceOf(
  seconds: number,
  spikes: Readonly<Record<number, number>>,
  syncsEnd = Infinity,
) {
  const engine = new Engine();
  const port = new PortResidence(upperBoundsNs);
  for (let second = 0; second < seconds; second++) {
    if (second < syncsEnd) engine.measure(50, 100);
    const spike = spikes[second];
    if (spike !== undefined) engine.measure(spike);
    port.add(second, engine);
  }
  return port.windows(seconds - 1);
}

describe('residence', () => {
  test('nothing measured is null, not 0', () => {
    expect(residenceOf(5, {}, 0)).toEqual({
      ...{ lastMinute: none, last15Minutes: none, sinceStart: none },
    });
  });

  test('a spike is in the windows that hold it, with its time', () => {
    const { lastMinute, last15Minutes, sinceStart } = residenceOf(2000, { 10: 5000, 1500: 700 });
    expect(lastMinute).toMatchObject({ p50Ns: 99, p99Ns: 99, maxNs: 99, maxAt: 1999 });
    expect(last15Minutes).toMatchObject({ p50Ns: 99, maxNs: 999, maxAt: 1500 });
    expect(sinceStart).toMatchObject({ p50Ns: 99, maxNs: 5000, maxAt: 10, messages: 200_002 });
  });

  test('the maximum is exact where it is the greatest so far, else what its bucket ends with', () => {
    expect(residenceOf(30, { 10: 700, 20: 500 }).lastMinute).toMatchObject({
      ...{ maxNs: 700, maxAt: 20 },
    });
  });

  test('a window tells of no more than its length, and of its length without a slice at least', () => {
    for (const [seconds, messages] of [
      [60, 6000],
      [64, 5900],
      [65, 6000],
      [119, 5900],
      [120, 6000],
      [121, 5600],
    ] as const) {
      const { lastMinute } = residenceOf(seconds, {});
      expect({ seconds, messages: lastMinute.messages }).toEqual({ seconds, messages });
    }
  });

  test('windows go empty when no Syncs come any more', () => {
    const { lastMinute, last15Minutes, sinceStart } = residenceOf(400, {}, 300);
    expect(lastMinute).toEqual(none);
    expect(last15Minutes.messages).toBe(30_000);
    expect(sinceStart.messages).toBe(30_000);
    expect(residenceOf(1300, {}, 300).last15Minutes).toEqual(none);
  });

  test('nobody looked for an hour: what was before is over', () => {
    const engine = new Engine();
    const port = new PortResidence(upperBoundsNs);
    engine.measure(5000);
    port.add(0, engine);
    expect(port.windows(3600).last15Minutes).toEqual(none);
    engine.measure(5);
    port.add(3600, engine);
    expect(port.windows(3600).last15Minutes).toMatchObject({ messages: 1, maxNs: 9 });
  });

  test('what a second has added is told for the history', () => {
    const engine = new Engine();
    const port = new PortResidence(upperBoundsNs);
    engine.measure(50, 98);
    port.add(0, engine);
    engine.measure(700, 2);
    expect(port.add(1, engine)).toEqual({
      ...{ messages: 2, p50Ns: 700, p99Ns: 700, maxNs: 700, maxAt: 1 },
    });
    expect(port.add(2, engine)).toEqual(none);
  });

  test('what was counted before the first look is of the first second', () => {
    const engine = new Engine();
    engine.measure(5000, 3);
    const port = new PortResidence(upperBoundsNs);
    port.add(1000, engine);
    expect(port.windows(1000).lastMinute).toMatchObject({ messages: 3, maxNs: 5000, maxAt: 1000 });
  });
});

describe('offsets', () => {
  const at = (clock: ClockOffsets, second: number, ...offsets: number[]) =>
    clock.add(second, {
      count: offsets.length,
      sumOfSquares: offsets.reduce((sum, offset) => sum + offset ** 2, 0),
      minNs: Math.min(...offsets),
      maxNs: Math.max(...offsets),
    });

  test('rms and the largest magnitude, with its time', () => {
    const clock = new ClockOffsets();
    at(clock, 0, 3, -4);
    at(clock, 1, 4, -3);
    at(clock, 30, 1);
    const window = { offsets: 5, rmsNs: Math.sqrt(51 / 5), maxNs: 4, maxAt: 1 };
    expect(clock.windows(30)).toEqual({
      ...{ lastMinute: window, last15Minutes: window, sinceStart: window },
    });
  });

  test('windows go empty when no offsets come any more', () => {
    const clock = new ClockOffsets();
    at(clock, 0, -500);
    const empty = { offsets: 0, rmsNs: null, maxNs: null, maxAt: null };
    expect(clock.windows(59).lastMinute).toMatchObject({ maxNs: 500, maxAt: 0 });
    expect(clock.windows(60).lastMinute).toEqual(empty);
    expect(clock.windows(60).last15Minutes).toMatchObject({ offsets: 1 });
    expect(clock.windows(900).last15Minutes).toEqual(empty);
    expect(clock.windows(900).sinceStart).toMatchObject({ offsets: 1, maxAt: 0 });
  });

  test('an offset of nothing is one', () => {
    const clock = new ClockOffsets();
    at(clock, 7, 0);
    expect(clock.windows(7).lastMinute).toEqual({ offsets: 1, rmsNs: 0, maxNs: 0, maxAt: 7 });
  });
});
