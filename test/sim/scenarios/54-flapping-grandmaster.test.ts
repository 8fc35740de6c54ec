/**
 *   gm1 ----.
 *            bc ---- slave
 *   gm2 ----'
 *
 * The cable of gm1 is pulled and plugged in again every four seconds, six times.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a grandmaster that comes and goes does no harm', () => {
  const scenario = new Scenario(54);
  const gm1 = scenario.grandmaster('gm1');
  const gm2 = scenario.grandmaster('gm2', { priority1: 2 });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: 10_000 } });
  const slave = scenario.slave('slave');
  const flapping = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1);
  scenario.connect(bc, 2, slave, 0);
  const errors = scenario.compare(slave, gm1);
  for (let time = 0; time < 6; ++time) {
    scenario.at(24 + time * 4, () => flapping.setUp(false));
    scenario.at(26 + time * 4, () => flapping.setUp(true));
  }

  scenario.run(65);

  expect(slave.state().parentDS.grandmasterIdentity).toBe(gm1.identity);
  expect(errorsOf(errors, 23).worstNs).toBeLessThan(1_000);
  expect(errorsOf(errors, 62).worstNs).toBeLessThan(100);
});
