/**
 *   gm ---- bc ---- slave
 *
 * The intervals of the default profile (annex I.3): Sync once a second, Announce once in two. Oscillators 80 ppm up and
 * down: 80 us from one Sync to the next, more than a first offset may be without being stepped over.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

const slow = { logSyncInterval: 0, logAnnounceInterval: 1 };

test('one Sync a second is enough for oscillators that are 80 ppm off', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 84,
    clocks: 1,
    gm: slow,
    clock: (place) => ({
      ...slow,
      clock: { driftPpb: place === 0 ? 80_000 : -80_000, offsetNs: 3_600e9 },
    }),
  });

  scenario.run(300);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) expect(errorsOf(error, 280).worstNs).toBeLessThan(50);
});
