/**
 *   gm -=-- tc1 -=-- tc2 -=-- slave
 *
 * Each cable delivers one frame in ten twice, the second time up to 100 us later.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('duplicated frames', () => {
  const { scenario, receiver } = chain({
    seed: 12,
    clocks: 2,
    clock: () => ({ clock: { driftPpb: 100_000 } }),
    cable: () => ({
      duplication: { share: 0.1, againAfter: { kind: 'uniform', fromNs: 1_000, toNs: 100_000 } },
    }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(1_200);
  expect(Math.abs(errorsOf(receiver.samples, 30).medianNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(5);
});
