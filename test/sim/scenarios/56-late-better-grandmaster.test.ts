/**
 *   gm1 ---- bc1 ---- bc2 ---- gm2   from 25 s on, the better one, 3 us ahead
 *
 * The chain turns round: what was upwards is downwards.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a better grandmaster at the other end turns the chain round', () => {
  const scenario = new Scenario(56);
  const gm1 = scenario.grandmaster('gm1', { priority1: 10 });
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 6_000 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -6_000 } });
  const gm2 = scenario.grandmaster('gm2', {
    clock: { offsetNs: 3_000 },
  });
  scenario.connect(gm1, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  const late = scenario.connect(bc2, 1, gm2, 0);
  late.setUp(false);
  const errors = [bc2, bc1, gm1].map((clock) => scenario.compare(clock, gm2));
  scenario.at(25, () => late.setUp(true));
  scenario.run(25);
  expect(bc1.portStates()).toEqual(['SLAVE', 'MASTER']);
  expect(bc2.portStates()[0]).toBe('SLAVE');
  expect(errorsOf(errors[0] ?? [], 24).meanNs).toBeCloseTo(-3_000, -3);

  scenario.run(35);

  expect(gm2.portStates()).toEqual(['MASTER']);
  expect(bc2.portStates()).toEqual(['MASTER', 'SLAVE']);
  expect(bc1.portStates()).toEqual(['MASTER', 'SLAVE']);
  expect(gm1.portStates()).toEqual(['SLAVE']);
  for (const error of errors) {
    expect(errorsOf(error, 26).worstNs).toBeLessThan(8_000);
    expect(errorsOf(error, 57).worstNs).toBeLessThan(150);
  }
});
