/**
 *   gm ---- bc1 ---- bc2 ---- bc3        and from 25 s on        gm ---- bc3 ---- bc2 ---- bc1
 *
 * The grandmaster moves to the other end: every clock turns round, and its new parent is the child of before.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a chain fed from its other end', () => {
  const scenario = new Scenario(88);
  const gm = scenario.boundaryClock('gm', { priority1: 1, ports: [{}, {}] });
  const [bc1, bc2, bc3] = [8_000, -4_000, 1_000].map((driftPpb, index) =>
    scenario.boundaryClock(`bc${index + 1}`, { clock: { driftPpb } }),
  );
  if (!bc1 || !bc2 || !bc3) throw new Error('no chain');
  const before = scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc2, 1, bc3, 0);
  const after = scenario.connect(bc3, 1, gm, 1);
  after.setUp(false);
  const errors = [bc1, bc2, bc3].map((clock) => scenario.compare(clock, gm));
  scenario.at(25, () => {
    before.setUp(false);
    after.setUp(true);
  });
  const steps = () => [bc1, bc2, bc3].map((clock) => clock.state().currentDS.stepsRemoved);
  scenario.run(24.9);
  expect(steps()).toEqual([1, 2, 3]);

  scenario.run(30.1);

  expect(steps()).toEqual([3, 2, 1]);
  expect([bc1, bc2, bc3].map((clock) => clock.portStates())).toEqual([
    ['FAULTY', 'SLAVE'],
    ['MASTER', 'SLAVE'],
    ['MASTER', 'SLAVE'],
  ]);
  for (const error of errors) {
    expect(errorsOf(error, 24).worstNs).toBeLessThan(1_000);
    expect(errorsOf(error, 53).worstNs).toBeLessThan(50);
  }
});
