/**
 *   gm ---- bc ---- slave
 *
 * The grandmaster's time is set: 2 s forward at 25 s, 2 s back at 45 s.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';

test('a grandmaster that is set is followed', () => {
  const { scenario, gm, clocks, errors } = boundaryChain({
    seed: 66,
    clocks: 1,
    clock: (place) => ({ clock: { driftPpb: 5_000 - place * 8_000 } }),
  });
  scenario.at(25, () => scenario.shiftTime(gm, 2e9));
  scenario.at(45, () => scenario.shiftTime(gm, -2e9));

  scenario.run(65);

  expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) {
    // Believed at the fifth Sync in a row, and one hop after the other; then the rate is still the right one.
    expect(errorsOf(error, 24, 25).worstNs).toBeLessThan(100);
    expect(errorsOf(error, 30, 45).worstNs).toBeLessThan(500);
    expect(errorsOf(error, 42, 45).worstNs).toBeLessThan(20);
    expect(errorsOf(error, 50).worstNs).toBeLessThan(500);
    expect(errorsOf(error, 62).worstNs).toBeLessThan(20);
  }
});
