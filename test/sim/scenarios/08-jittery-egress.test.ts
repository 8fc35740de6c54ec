/**
 *   gm ---- tc1 ---- tc2 ---- tc3 ---- tc4 ---- tc5 ---- slave
 *
 * Every egress port has a queue: 100 us on average, up to 10 ms now and then, both ways.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf, uncorrectedErrorsOf } from '../harness/samples.js';

const residence = { kind: 'exponential', fromNs: 5_000, meanNs: 100_000, atMostNs: 10e6 } as const;

test('queues that come and go leave no trace', () => {
  const { scenario, receiver } = chain({
    seed: 8,
    clocks: 5,
    clock: (place) => ({
      clock: { driftPpb: place % 2 === 0 ? 100_000 : -100_000 },
      ports: [{ residence }, { residence }],
    }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 60);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(12);
  expect(uncorrectedErrorsOf(receiver.samples).standardDeviationNs).toBeGreaterThan(100_000);
});
