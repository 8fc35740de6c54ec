/**
 *   gm ---- bc1 ---- ... ---- bc5 ---- slave
 *
 * Time stamps with a noise of 200 ns, links that jitter by 1 us, oscillators up to 50 ppm off, one Sync in fifty held up for
 * up to 50 us; steered by either servo. Prints what each hop adds.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorBudget, printErrorBudget } from '../harness/error-budget.js';

const noisy = { timestamping: { noiseNs: 200 } };

const limits = [
  { servo: 'pi', addsNs: 300, worstNs: 1_200 },
  // What one makes of noise is a slow waver to the next, which its line is the shorter for.
  { servo: 'linreg', addsNs: 400, worstNs: 2_000 },
] as const;

test.each(limits)('noise and single late Syncs: $servo', ({ servo, addsNs, worstNs: limitNs }) => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 91,
    clocks: 5,
    gm: { ports: [noisy] },
    clock: (place) => ({
      ...{ servo, ports: place === 5 ? [noisy] : [noisy, noisy] },
      clock: { driftPpb: (place % 2 === 0 ? 1 : -1) * (50_000 - place * 2_000) },
    }),
    cable: () => ({
      jitter: { kind: 'uniform', fromNs: 0, toNs: 1_000 },
      reordering: { share: 0.02, lateBy: { kind: 'uniform', fromNs: 10_000, toNs: 50_000 } },
    }),
  });

  scenario.run(60);

  expect(clocks.every((clock) => clock.state().lockState === 'locked')).toBe(true);
  const budget = errorBudget(errors, 30);
  printErrorBudget(`noise and jitter, ${servo}`, budget);
  for (const { addedNs, worstNs } of budget) {
    expect(addedNs).toBeLessThan(addsNs);
    expect(worstNs).toBeLessThan(limitNs);
  }
});
