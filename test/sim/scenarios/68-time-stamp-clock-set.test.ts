/**
 *   gm ---- bc ---- slave
 *
 * Somebody sets the clock that the boundary clock's time stamps are of: 1 s forward at 25 s, 10 s back at 40 s, and by
 * 100 us at 55 s. Its PTP time is a map over that clock and moves with it; the next Syncs put it right.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('a boundary clock whose time stamps jump finds its time again', () => {
  const { scenario, clocks, errors } = boundaryChain({
    seed: 68,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 5_000 - place * 8_000 } }),
  });
  scenario.at(25, () => clocks[0]?.clock.step(1e9));
  scenario.at(40, () => clocks[0]?.clock.step(-10e9));
  scenario.at(55, () => clocks[0]?.clock.step(100_000));

  scenario.run(75);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    expect(errorsOf(error, 24, 25).worstNs).toBeLessThan(100);
    expect(errorsOf(error, 32, 40).worstNs).toBeLessThan(1_000);
    expect(errorsOf(error, 47, 55).worstNs).toBeLessThan(1_000);
    // Too little for a step, too much to be believed at once: it is slewed.
    expect(errorsOf(error, 72).worstNs).toBeLessThan(500);
  }
});
