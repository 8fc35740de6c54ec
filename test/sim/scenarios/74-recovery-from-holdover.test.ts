/**
 *   gm --/ from 30 s to 80 s /-- bc ---- slave
 *
 * The boundary clock's oscillator wanders by 2 ppb a second. When the grandmaster is back, it is approached without a step.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf, within } from '../harness/samples.js';

test('recovery from holdover is no step', () => {
  const { scenario, clocks, cables, errors } = boundaryChain({
    seed: 74,
    clocks: 1,
    clock: (place) => (place === 0 ? { clock: { driftPpb: 10_000, wanderPpb: 2 } } : {}),
  });
  scenario.at(30, () => cables[0]?.setUp(false));
  scenario.at(80, () => cables[0]?.setUp(true));
  scenario.run(80);
  expect(clocks[0]?.state().lockState).toBe('holdover');

  scenario.run(40);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    expect(errorsOf(error, 30, 80).worstNs).toBeLessThan(10_000);
    const worstBefore = errorsOf(error, 79, 80).worstNs;
    expect(errorsOf(error, 80).worstNs).toBeLessThan(2 * worstBefore + 200);
    const after = within(error, 80, 120).map(({ errorNs }) => errorNs);
    const jumps = after.slice(1).map((errorNs, index) => Math.abs(errorNs - (after[index] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(worstBefore + 100);
    expect(errorsOf(error, 115).worstNs).toBeLessThan(50);
  }
});
