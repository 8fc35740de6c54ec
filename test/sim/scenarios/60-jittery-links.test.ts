/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * Every cable takes up to 2 us longer, anew for each frame: what plain switches between the clocks would do. Prints what
 * each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

test('jitter is averaged by the servo', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 60,
    clocks: 2,
    clock: (place) => ({ clock: { driftPpb: 10_000 - place * 9_000 } }),
    cable: () => ({ jitter: { kind: 'uniform', fromNs: 0, toNs: 2_000 } }),
  });

  scenario.run(90);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked', 'locked']);
  const budget = errorBudget(errors, 45);
  printErrorBudget('links that jitter by 2 us', budget);
  // The jitter itself has a standard deviation of 577 ns each way.
  for (const { addedNs } of budget) expect(addedNs).toBeLessThan(577);
  for (const { worstNs } of budget) expect(worstNs).toBeLessThan(2_000);
});
