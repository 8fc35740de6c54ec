/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * 16 Syncs a second from the grandmaster, one a second from bc1, 8 a second from bc2.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('Sync intervals that differ from hop to hop', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 81,
    clocks: 2,
    gm: { logSyncInterval: -4 },
    clock: (place) => ({
      clock: { driftPpb: 2_000 - place * 3_000 },
      logSyncInterval: [0, -3, -3][place] ?? -3,
    }),
  });

  scenario.run(150);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked', 'locked']);
  for (const error of errors) expect(errorsOf(error, 130).worstNs).toBeLessThan(100);
});
