/**
 *   gm ---- bc ---- slave
 *
 * Now and then, one frame in fifty, a cable takes up to 5 ms longer: a plain switch with a full queue. From 20 s on.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('a wild sample does not move the clock', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 79,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 10_000 - place * 13_000 } }),
    cable: () => ({
      reordering: { share: 0.02, lateBy: { kind: 'uniform', fromNs: 100_000, toNs: 5e6 } },
    }),
  });

  scenario.run(70);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) expect(errorsOf(error, 50).worstNs).toBeLessThan(100);
});
