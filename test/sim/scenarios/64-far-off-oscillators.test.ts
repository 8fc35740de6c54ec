/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * Oscillators 300 ppm up and down by turns, three times what a network card's may be off.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('oscillators that are 300 ppm off', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 64,
    clocks: 2,
    clock: (place) => ({ clock: { driftPpb: place % 2 === 0 ? 300_000 : -300_000 } }),
  });

  scenario.run(70);

  expect(clocks.map((clock) => Math.round(clock.state().rateOffset * 1e6))).toEqual([
    -300, 300, -300,
  ]);
  for (const error of errors) expect(errorsOf(error, 60).worstNs).toBeLessThan(60);
});
