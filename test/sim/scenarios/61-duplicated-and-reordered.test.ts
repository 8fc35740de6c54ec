/**
 *   gm ---- bc ---- slave
 *
 * One frame in twenty comes twice, another one is so late that later ones overtake it.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('duplicated and overtaken frames', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 61,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 10_000 - place * 9_000 } }),
    cable: () => ({
      duplication: { share: 0.05, againAfter: 20_000 },
      reordering: { share: 0.05, lateBy: { kind: 'uniform', fromNs: 10_000, toNs: 100_000 } },
    }),
  });

  scenario.run(60);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  // A Sync that is 100 us late is off by as much: no clock believes it. 20 us it believes, an eighth of them at once.
  for (const error of errors) expect(errorsOf(error, 40).worstNs).toBeLessThan(15_000);
});
