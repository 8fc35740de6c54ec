/**
 *   gm ---- bc1 ---- ... ---- bc5 ---- slave
 *
 * Oscillators within 50 ppm either way, time stamps of 8 ns, as many network cards have. Prints what each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

const coarse = { timestamping: { granularityNs: 8 } };

test('five boundary clocks with time stamps of 8 ns stay below 50 ns', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 47,
    clocks: 5,
    gm: { ports: [coarse] },
    clock: (place) => ({
      clock: { driftPpb: -50_000 + place * 20_000, offsetNs: place * 1e9 },
      ports: place === 5 ? [coarse] : [coarse, coarse],
    }),
  });

  scenario.run(80);

  expect(clocks.at(-1)?.state().currentDS.stepsRemoved).toBe(6);
  const budget = errorBudget(errors, 55);
  printErrorBudget('five boundary clocks, time stamps of 8 ns', budget);
  for (const { worstNs, rmsNs } of budget) {
    expect(worstNs).toBeLessThan(50);
    expect(rmsNs).toBeLessThan(25);
  }
});
