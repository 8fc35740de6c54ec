import { expect, test } from 'vitest';
import { Oscillator } from '../../../../src/native/virtual/oscillator.js';
import { RandomStream } from '../../../../src/native/virtual/random.js';
import { Timeline } from '../../../../src/native/virtual/timeline.js';
import { Timestamper, type TimestampingModel } from '../../../../src/native/virtual/timestamper.js';
import { epochNs, VirtualClock } from '../../../../src/native/virtual/virtual-clock.js';

function clockOf(model: { driftPpb?: number; wanderPpb?: number }, offsetNs = 0) {
  const timeline = new Timeline();
  const oscillator = new Oscillator(timeline, model, new RandomStream(1, 'oscillator'));
  return { timeline, clock: new VirtualClock(timeline, oscillator, offsetNs) };
}

test('a clock that drifts is ahead by its drift', () => {
  const { timeline, clock } = clockOf({ driftPpb: 100_000 }, 5);
  timeline.runUntil(1e9);
  expect(clock.deviationNs()).toBeCloseTo(100_005, 6);
  expect(clock.read(1, 0)).toBe(epochNs + 1_000_100_005n);
});

test('a wandering frequency is a random walk: after t seconds off by the wander times the root of t', () => {
  const seconds = 100;
  const rates = Array.from({ length: 200 }, (_, seed) => {
    const timeline = new Timeline();
    const oscillator = new Oscillator(
      timeline,
      { wanderPpb: 10 },
      new RandomStream(seed, 'oscillator'),
    );
    timeline.runUntil(seconds * 1e9);
    const before = oscillator.deviationNs();
    timeline.runUntil(seconds * 1e9 + 1e6);
    return (oscillator.deviationNs() - before) / 1e6;
  });
  const deviation = Math.sqrt(rates.reduce((sum, rate) => sum + rate ** 2, 0) / rates.length);
  expect(deviation).toBeGreaterThan(0.8 * 10e-9 * Math.sqrt(seconds));
  expect(deviation).toBeLessThan(1.2 * 10e-9 * Math.sqrt(seconds));
});

test('a step moves the clock at once, and is told', () => {
  const { clock } = clockOf({});
  let steps = 0;
  clock.onStep(() => steps++);
  clock.step(-7);
  expect(clock.read(1, 0)).toBe(epochNs - 7n);
  expect(steps).toBe(1);
});

test('timers run by the oscillator: a fast one is done early', () => {
  const { clock } = clockOf({ driftPpb: 100_000 });
  expect(clock.oscillator.trueDuration(1e9)).toBeCloseTo(1e9 / 1.0001, 3);
});

function stamper(model: TimestampingModel, nowNs: number): Timestamper {
  const { timeline, clock } = clockOf({});
  timeline.runUntil(nowNs);
  return new Timestamper(model, clock, new RandomStream(2, 'time stamps'));
}

test('time stamps are rounded down to the granularity, late in and early out', () => {
  expect(stamper({ granularityNs: 8 }, 1_007).receive()).toBe(epochNs + 1_000n);
  expect(stamper({ ingressLatencyNs: 400 }, 1_000).receive()).toBe(epochNs + 1_400n);
  expect(stamper({ egressLatencyNs: 150 }, 1_000).transmit()).toBe(epochNs + 850n);
});

test('as many transmit time stamps are lost as were asked for', () => {
  const timestamper = stamper({ reportDelay: 5 }, 0);
  timestamper.lose(2);
  expect([1, 2, 3].map(() => timestamper.report())).toEqual(['lost', 'lost', 5]);
});

test('noise has the deviation it is given', () => {
  const timestamper = stamper({ noiseNs: 20 }, 1_000);
  const errors = Array.from({ length: 5_000 }, () =>
    Number((timestamper.receive() ?? 0n) - epochNs - 1_000n),
  );
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(deviation).toBeGreaterThan(19);
  expect(deviation).toBeLessThan(21);
});
