/**
 *   gm -=-- tc1 -=-- tc2 -=-- slave
 *
 * Each cable delivers one frame in ten twice, the second time up to 100 us later.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { within } from '../harness/samples.js';

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

  const samples = within(receiver.samples, 30, 120);
  const right = samples.filter(({ errorNs }) => Math.abs(errorNs) < 5);
  // Every Sync is measured once as it should be. A Sync and a Follow_Up that both came twice are measured once more,
  // late: that is not for a transparent clock to see through.
  expect(right.length).toBeGreaterThanOrEqual(90 * 16 - 1);
  expect(samples.length - right.length).toBeLessThan(0.1 * right.length);
});
