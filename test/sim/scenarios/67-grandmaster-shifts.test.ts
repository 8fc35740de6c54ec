/**
 *   gm ---- bc ---- slave
 *
 * At 25 s the grandmaster's time shifts by 5 us, as when it finds its satellites again: too little for a step.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf, within } from '../harness/samples.js';

test('a small shift of the grandmaster is slewed', () => {
  const { scenario, gm, clocks, errors } = boundaryChain({
    seed: 67,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 5_000 - place * 8_000 } }),
  });
  scenario.at(25, () => scenario.shiftTime(gm, 5_000));

  scenario.run(65);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    expect(errorsOf(error, 24.5, 25).worstNs).toBeLessThan(100);
    expect(errorsOf(error, 25.1).worstNs).toBeLessThan(6_000);
    // Nobody jumps: from one tenth of a second to the next, a tenth of the way at most.
    const after = within(error, 25.1, 65).map(({ errorNs }) => errorNs);
    const jumps = after.slice(1).map((errorNs, index) => Math.abs(errorNs - (after[index] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(1_000);
    expect(errorsOf(error, 60).worstNs).toBeLessThan(50);
  }
});
