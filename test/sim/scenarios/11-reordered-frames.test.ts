/**
 *   gm -~-- tc1 -~-- tc2 -~-- slave
 *
 * On each cable, one frame in twenty is late by up to 2 ms and overtaken by those behind it: a Follow_Up may come before
 * its Sync. The delay of such a Sync is a true error of the path, so only the slave's median can be asked for.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('late and reordered frames', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 11,
    clocks: 2,
    clock: () => ({ clock: { driftPpb: -80_000 } }),
    cable: () => ({
      reordering: { share: 0.05, lateBy: { kind: 'uniform', fromNs: 0, toNs: 2e6 } },
    }),
  });

  scenario.run(120);

  expect(errorsOf(receiver.samples, 30).count).toBeGreaterThan(1_200);
  expect(Math.abs(errorsOf(receiver.samples, 30).medianNs)).toBeLessThan(1);
  // Whatever overtook, nothing was given up and nothing went out uncorrected.
  for (const clock of clocks) {
    expect(clock.counter('held.total')).toBeGreaterThan(0);
    expect(clock.counter('drop.heldExpired')).toBe(0);
    expect(clock.counter('drop.correctionUnknown')).toBe(0);
  }
});
