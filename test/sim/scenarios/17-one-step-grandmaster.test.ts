/**
 *   gm ---- tc1 ---- tc2 ---- slave
 *
 * The grandmaster's hardware writes the time of departure into each Sync; no Follow_Up comes from it. The first
 * transparent clock makes them two-step.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('a one-step grandmaster', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 17,
    clocks: 2,
    source: { oneStep: true },
    clock: (place) => ({
      clock: { driftPpb: place === 0 ? 100_000 : -100_000 },
      ports: [{}, { residence: { kind: 'uniform', fromNs: 5_000, toNs: 500_000 } }],
    }),
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(900);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(5);
  expect(clocks.map((clock) => clock.counter('path.generatedFollowUp'))).toEqual([90 * 16, 0]);
});
