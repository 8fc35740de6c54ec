/**
 *   gm -x-- tc1 -x-- tc2 -x-- tc3 -x-- slave
 *
 * Each cable loses one frame in twenty, each way.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('lost frames cost samples, not accuracy', () => {
  const { scenario, receiver } = chain({
    seed: 10,
    clocks: 3,
    clock: () => ({
      clock: { driftPpb: 60_000 },
      ports: [{}, { residence: { kind: 'uniform', fromNs: 5_000, toNs: 200_000 } }],
    }),
    cable: () => ({ loss: 0.05 }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 30);
  // Sync and Follow_Up must both get across four cables.
  const expected = 90 * 16 * 0.95 ** 8;
  expect(errors.count).toBeGreaterThan(0.9 * expected);
  expect(errors.count).toBeLessThan(1.1 * expected);
  expect(errors.worstNs).toBeLessThan(6);
});
