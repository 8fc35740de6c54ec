/**
 *   gm ---- tc1 ---- tc2 ---- tc3 ---- tc4 ---- tc5 ---- slave
 *
 * Oscillators alternate between 100 ppm fast and 100 ppm slow, clocks are minutes apart, residence times vary.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('five end-to-end transparent clocks in a row', () => {
  const { scenario, receiver } = chain({
    seed: 2,
    clocks: 5,
    clock: (place) => ({
      clock: { driftPpb: place % 2 === 0 ? 100_000 : -100_000, offsetNs: place * 100e9 },
      ports: [
        { residence: { kind: 'uniform', fromNs: 5_000, toNs: 50_000 } },
        { residence: { kind: 'uniform', fromNs: 5_000, toNs: 50_000 } },
      ],
    }),
    receiver: { clock: { offsetNs: -5e6 } },
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(900);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(10);
});
