/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * Every cable takes 100 ns longer down than the mean of both ways, 100 ns shorter up.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

function meanErrors(seed: number, delayAsymmetryNs: number): readonly number[] {
  const told = { delayAsymmetryNs };
  const { scenario, errors } = boundaryChain({
    seed,
    clocks: 2,
    clock: (place) => ({
      clock: { driftPpb: 5_000 },
      ports: place === 2 ? [told] : [told, {}],
    }),
    cable: () => ({ delayNs: 1_000, asymmetryNs: 100 }),
  });
  scenario.run(50);
  return errors.map((error) => errorsOf(error, 40).meanNs);
}

test('unknown: each hop adds its own to the error of those before', () => {
  for (const [hop, meanNs] of meanErrors(62, 0).entries()) {
    // What takes longer to come than is thought makes a clock late.
    expect(Math.abs(meanNs + 100 * (hop + 1))).toBeLessThan(5);
  }
});

test('configured: made good', () => {
  for (const meanNs of meanErrors(62, 100)) expect(Math.abs(meanNs)).toBeLessThan(5);
});
