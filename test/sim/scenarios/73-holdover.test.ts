/**
 *   gm --/ from 40 s on /-- bc ---- slave
 *
 * The boundary clock keeps the rate that it has learned, 20 ppm beside its own oscillator's, and is grandmaster meanwhile.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf, within } from '../harness/samples.js';

test('holdover keeps the rate for a minute, below 500 ns', () => {
  const { scenario, clocks, cables, errors } = boundaryChain({
    seed: 73,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 20_000 - place * 25_000 } }),
  });
  scenario.at(40, () => cables[0]?.setUp(false));

  scenario.run(100);

  const [bc, slave] = clocks;
  expect(bc?.state().lockState).toBe('holdover');
  expect(bc?.state().currentDS.stepsRemoved).toBe(0);
  expect(slave?.state().lockState).toBe('locked');
  expect(slave?.state().parentDS.grandmasterIdentity).toBe(bc?.identity);
  for (const error of errors) {
    expect(errorsOf(error, 39).worstNs).toBeLessThan(500);
    // On its own it would be off by 20 us every second.
    const [first, last] = [within(error, 40, 40.2)[0], error.at(-1)];
    expect(Math.abs((last?.errorNs ?? NaN) - (first?.errorNs ?? NaN))).toBeLessThan(500);
  }
});
