/**
 *   gm ---- bc1 ---- ... ---- bc20 ---- slave
 *
 * Oscillators within 20 ppm either way, clocks seconds apart. Prints what each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

test('twenty boundary clocks in a row stay below 10 ns', { timeout: 180_000 }, () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 48,
    clocks: 20,
    clock: (place) => ({
      clock: {
        driftPpb: (place % 2 === 0 ? 1 : -1) * (10_000 + place * 500),
        offsetNs: place * 1e9,
      },
    }),
  });

  scenario.run(100);

  expect(clocks.map((clock) => clock.state().currentDS.stepsRemoved)).toEqual(
    clocks.map((_, place) => place + 1),
  );
  const budget = errorBudget(errors, 92);
  printErrorBudget('twenty boundary clocks', budget);
  for (const { worstNs, addedNs } of budget) {
    expect(worstNs).toBeLessThan(10);
    expect(addedNs).toBeLessThan(2);
  }
});
