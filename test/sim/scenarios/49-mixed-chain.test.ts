/**
 *   gm ---- tc1 ---- bc1 ---- tc2 ---- bc2 ---- tc3 ---- slave
 *
 * Transparent and boundary clocks by turns, oscillators within 60 ppm either way, residence times up to 1 ms.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const queue = { residence: { kind: 'uniform', fromNs: 5_000, toNs: 1e6 } } as const;

test('a chain of transparent and boundary clocks', () => {
  const scenario = new Scenario(49);
  const gm = scenario.grandmaster('gm');
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 40_000, offsetNs: 5e9 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -60_000, offsetNs: 7e9 } });
  const slave = scenario.slave('slave', {
    clock: { driftPpb: 10_000 },
  });
  const [tc1, tc2, tc3] = [30_000, -30_000, 50_000].map((driftPpb, index) =>
    scenario.transparentClock(`tc${index + 1}`, { clock: { driftPpb }, ports: [queue, queue] }),
  );
  if (tc1 === undefined || tc2 === undefined || tc3 === undefined) throw new Error('no chain');
  scenario.connect(gm, 0, tc1, 0);
  scenario.connect(tc1, 1, bc1, 0);
  scenario.connect(bc1, 1, tc2, 0);
  scenario.connect(tc2, 1, bc2, 0);
  scenario.connect(bc2, 1, tc3, 0);
  scenario.connect(tc3, 1, slave, 0);
  const errors = [bc1, bc2, slave].map((clock) => scenario.compare(clock, gm));

  scenario.run(80);

  // A transparent clock is no step.
  expect(slave.state().currentDS.stepsRemoved).toBe(3);
  for (const error of errors) expect(errorsOf(error, 60).worstNs).toBeLessThan(30);
});
