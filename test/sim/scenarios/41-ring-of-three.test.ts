/**
 *            .---- bc2
 *   gm ---- bc1     |
 *            '---- bc3
 *
 * One link of the ring carries no time: one end of it is passive. At 20 s the link between bc1 and bc3 is cut.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a ring of three has one passive port, which takes over when the ring is cut', () => {
  const scenario = new Scenario(41);
  const gm = scenario.grandmaster('gm');
  const bc1 = scenario.boundaryClock('bc1', { ports: [{}, {}, {}], clock: { driftPpb: 5_000 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -5_000 } });
  const bc3 = scenario.boundaryClock('bc3', { clock: { driftPpb: 12_000 } });
  scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  const cut = scenario.connect(bc1, 2, bc3, 0);
  scenario.connect(bc2, 1, bc3, 1);
  const errors = [bc1, bc2, bc3].map((clock) => scenario.compare(clock, gm));
  scenario.run(30);
  expect(bc1.portStates()).toEqual(['SLAVE', 'MASTER', 'MASTER']);
  // The same steps from both: the sender with the lower identity is master on the link between them.
  expect(bc2.portStates()).toEqual(['SLAVE', 'MASTER']);
  expect(bc3.portStates()).toEqual(['SLAVE', 'PASSIVE']);
  for (const error of errors) expect(errorsOf(error, 28).worstNs).toBeLessThan(60);

  cut.setUp(false);
  scenario.run(10);

  expect(bc3.portStates()).toEqual(['FAULTY', 'SLAVE']);
  expect(bc3.state().currentDS.stepsRemoved).toBe(3);
  for (const error of errors) expect(errorsOf(error, 30).worstNs).toBeLessThan(200);
});
