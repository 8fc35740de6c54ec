/**
 *   bc1 ---- bc2 ---- bc3 ---- slave
 *
 * Nobody is meant to be grandmaster: the boundary clock with the lowest identity becomes it, within announceReceiptTimeout
 * and a few announce intervals. The slave-only clock never is one, though its identity is lower still.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('boundary clocks alone agree on one of them', () => {
  const scenario = new Scenario(58);
  const slave = scenario.slave('slave');
  const bcs = [12_000, -9_000, 3_000].map((driftPpb, index) =>
    scenario.boundaryClock(`bc${index + 1}`, { clock: { driftPpb, offsetNs: index * 40e6 } }),
  );
  const [bc1, bc2, bc3] = bcs;
  if (bc1 === undefined || bc2 === undefined || bc3 === undefined) throw new Error('no chain');
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(bc2, 1, bc3, 0);
  scenario.connect(bc3, 1, slave, 0);
  const errors = [bc2, bc3, slave].map((clock) => scenario.compare(clock, bc1));

  scenario.run(12);
  for (const clock of [bc2, bc3, slave]) {
    expect(clock.state().parentDS.grandmasterIdentity).toBe(bc1.identity);
  }
  expect(slave.state().currentDS.stepsRemoved).toBe(3);
  scenario.run(30);
  for (const error of errors) expect(errorsOf(error, 40).worstNs).toBeLessThan(100);
});
