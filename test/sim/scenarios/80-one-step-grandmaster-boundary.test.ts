/**
 *   gm (one-step) ---- bc ---- slave
 *
 * What came without Follow_Up goes on with one: the boundary clock itself is two-step.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a boundary clock behind a one-step grandmaster', () => {
  const scenario = new Scenario(80);
  const gm = scenario.timeSource('gm', {
    ...{ oneStep: true, logSyncInterval: -3, logAnnounceInterval: 0 },
  });
  const bc = scenario.boundaryClock('bc', { priority1: 200, clock: { driftPpb: 9_000 } });
  const slave = scenario.slave('slave');
  scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, slave, 0);
  const errors = [bc, slave].map((clock) => scenario.compare(clock, gm));

  scenario.run(45);

  expect(bc.state().parentDS.grandmasterIdentity).toBe(gm.identity);
  expect(bc.discards.get('followUpMissing')).toBeUndefined();
  for (const error of errors) expect(errorsOf(error, 40).worstNs).toBeLessThan(10);
});
