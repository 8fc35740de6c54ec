/**
 *   gm ---- tc ---- slave
 *
 * Somebody sets the clock of the transparent clock, forward and back, by little and by much, while frames are inside.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const steps = [
  { seconds: 30, ns: 1e9 },
  { seconds: 40, ns: -1e9 },
  { seconds: 50, ns: 3_000 },
  { seconds: 60, ns: -3_000 },
  { seconds: 70, ns: 3_600e9 },
];

test('a clock that is set corrects nothing wrongly', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 14,
    clocks: 1,
    clock: () => ({
      clock: { driftPpb: 100_000 },
      // Frames stay for 30 ms, so that half of all steps hit one.
      ports: [{}, { residence: 30e6 }],
    }),
  });
  for (const { seconds, ns } of steps) {
    scenario.at(seconds + 0.01, () => clocks[0]?.clock.step(ns));
  }

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 25);
  expect(errors.count).toBeGreaterThan(95 * 16 - 10 * steps.length);
  // What goes before the rate is known anew is off by 30 ms at 100 ppm, 3 us; nothing by the size of a step.
  expect(errors.worstNs).toBeLessThan(3_000 + 4);
  expect(errorsOf(receiver.samples, 100).worstNs).toBeLessThan(4);
});
