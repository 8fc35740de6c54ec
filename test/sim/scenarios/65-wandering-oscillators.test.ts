/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * The frequency of every oscillator but the grandmaster's wanders, by 5 ppb in a second: a cheap crystal in a draught.
 * Prints what each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

test('wandering oscillators', () => {
  const { scenario, errors } = boundaryChain({
    seed: 65,
    clocks: 2,
    clock: (place) => ({ clock: { driftPpb: 10_000 - place * 9_000, wanderPpb: 5 } }),
  });

  scenario.run(100);

  const budget = errorBudget(errors, 40);
  printErrorBudget('oscillators that wander by 5 ppb a second', budget);
  for (const { worstNs, rmsNs } of budget) {
    expect(rmsNs).toBeLessThan(40);
    expect(worstNs).toBeLessThan(120);
  }
});
