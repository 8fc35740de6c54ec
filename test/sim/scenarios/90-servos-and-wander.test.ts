/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * One Sync a second, as the default profile has it, and oscillators that wander by 5 ppb in a second, steered by either
 * servo. The PI servo's gains suit an even oscillator; linear regression shortens its line until it suits this one.
 * Prints what each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

const limits = [
  { servo: 'pi', rmsNs: 600, worstNs: 2_000 },
  { servo: 'linreg', rmsNs: 60, worstNs: 250 },
] as const;

test.each(limits)('wandering oscillators and slow Syncs: $servo', ({ servo, rmsNs, worstNs }) => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 90,
    clocks: 2,
    gm: { logSyncInterval: 0 },
    clock: (place) => ({
      ...{ servo, logSyncInterval: 0 },
      clock: { driftPpb: 10_000 - place * 9_000, wanderPpb: 5 },
    }),
  });

  scenario.run(600);

  const budget = errorBudget(errors, 200);
  printErrorBudget(`wander of 5 ppb a second, ${servo}`, budget);
  expect(clocks.map((clock) => clock.state().servo)).toEqual([servo, servo, servo]);
  for (const hop of budget) {
    expect(hop.rmsNs).toBeLessThan(rmsNs);
    expect(hop.worstNs).toBeLessThan(worstNs);
  }
});
