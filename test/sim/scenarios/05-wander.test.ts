/**
 *   gm ---- tc1 ---- tc2 ---- tc3 ---- slave
 *
 * The oscillators of the transparent clocks wander by 20 ppb in a second and ever farther: crystals in a draught.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('wandering oscillators', () => {
  const { scenario, receiver } = chain({
    seed: 5,
    clocks: 3,
    clock: () => ({
      clock: { driftPpb: 20_000, wanderPpb: 20 },
      ports: [{}, { residence: { kind: 'uniform', fromNs: 10_000, toNs: 1_000_000 } }],
    }),
  });

  scenario.run(180);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(2_000);
  // The rate is a mean of the last 16 s, in which it has moved by some 80 ppb: 0.08 ns in each millisecond.
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(6);
});
