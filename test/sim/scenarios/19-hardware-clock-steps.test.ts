/**
 *   gm ---- (phc 0) tc (phc 1) ---- slave
 *
 * Another program sets one of the two hardware clocks, by little and by much, or slews it. Until the engine has related
 * it anew, what passes is dropped rather than corrected wrongly.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const steps = [
  { seconds: 40, ns: 1_000_000 },
  { seconds: 50, ns: -1_000_000 },
  { seconds: 60, ns: 3_600e9 },
];

test('a hardware clock that is set corrects nothing wrongly', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 19,
    clocks: 1,
    clock: () => ({
      // Frames stay for 30 ms: each step hits one.
      ports: [{ hardwareClock: {} }, { hardwareClock: { driftPpb: 50_000 }, residence: 30e6 }],
    }),
  });
  const dataPlane = clocks[0]?.dataPlane;
  for (const { seconds, ns } of steps) {
    // Between two of the engine's readings.
    scenario.at(seconds + 0.006, () => dataPlane?.port(1).timestamper.clock.step(ns));
  }

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.worstNs).toBeLessThan(4);
  expect(errors.count).toBeGreaterThan(60 * 16 - 20 * steps.length);
  expect(errors.count).toBeLessThan(60 * 16);
  expect(clocks[0]?.counter('timestamp.clockMoved')).toBe(steps.length);
});

const slews = [
  { seconds: 40, ppb: 20_000 },
  { seconds: 50, ppb: -120_000 },
  { seconds: 60, ppb: 500 },
];
/** Less than this off its line a clock passes as being on it (clock_tracker.h). */
const toleranceNs = 200;

test('a hardware clock that is slewed is noticed before it is off by more than its reading may be', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 191,
    clocks: 1,
    clock: () => ({ ports: [{ hardwareClock: {} }, { hardwareClock: {}, residence: 5e6 }] }),
  });
  const dataPlane = clocks[0]?.dataPlane;
  for (const { seconds, ppb } of slews) {
    scenario.at(seconds + 0.006, () => dataPlane?.port(1).timestamper.clock.oscillator.slew(ppb));
  }

  scenario.run(90);

  // The last one is lost in no reading: it is followed as a wander is.
  expect(clocks[0]?.counter('timestamp.clockMoved')).toBe(slews.length - 1);
  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(60 * 16 - 20 * slews.length);
  expect(errors.worstNs).toBeLessThan(toleranceNs);
  expect(errorsOf(receiver.samples, 65).worstNs).toBeLessThan(5);
});
