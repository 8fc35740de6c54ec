/**
 *   gm ---- tc1 ---- tc2 ---- ... ---- tc20 ---- slave
 *
 * Oscillators within 100 ppm either way, clocks seconds apart, residence times up to 100 us.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('twenty end-to-end transparent clocks in a row stay below 50 ns', () => {
  const { scenario, receiver } = chain({
    seed: 3,
    clocks: 20,
    clock: (place) => ({
      clock: { driftPpb: -100_000 + place * 10_000, offsetNs: place * 1e9 },
      ports: [
        { residence: { kind: 'uniform', fromNs: 5_000, toNs: 100_000 } },
        { residence: { kind: 'uniform', fromNs: 5_000, toNs: 100_000 } },
      ],
    }),
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 60);
  expect(errors.count).toBeGreaterThan(450);
  expect(Math.abs(errors.meanNs)).toBeLessThan(5);
  expect(errors.worstNs).toBeLessThan(50);
});
