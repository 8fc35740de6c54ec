/**
 *   ref1 (class 6) ---- bc ---- ref2 (class 6, worse by priority1)
 *
 * Clocks of class 1 to 127 follow nobody (9.3.3): the port of the worse one is passive (P1). At 15 s ref1 is unplugged.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('the worse of two primary references is passive until it is wanted', () => {
  const scenario = new Scenario(39);
  const ref1 = scenario.grandmaster('ref1', { clockClass: 6 });
  const ref2 = scenario.boundaryClock('ref2', {
    ...{ clockClass: 6, priority1: 2, ports: [{}] },
    clock: { offsetNs: 700 },
  });
  const bc = scenario.boundaryClock('bc', { clock: { driftPpb: 10_000 } });
  const toFirst = scenario.connect(ref1, 0, bc, 0);
  scenario.connect(bc, 1, ref2, 0);
  const errors = scenario.compare(bc, ref2);
  scenario.run(15);
  expect(ref1.portStates()).toEqual(['MASTER']);
  expect(ref2.portStates()).toEqual(['PASSIVE']);
  expect(ref2.state().parentDS.grandmasterIdentity).toBe(ref2.identity);
  expect(bc.portStates()).toEqual(['SLAVE', 'MASTER']);

  toFirst.setUp(false);
  scenario.run(25);

  expect(ref2.portStates()).toEqual(['MASTER']);
  expect(bc.portStates()).toEqual(['FAULTY', 'SLAVE']);
  expect(bc.state().parentDS.grandmasterIdentity).toBe(ref2.identity);
  expect(errorsOf(errors, 38).worstNs).toBeLessThan(50);
});
