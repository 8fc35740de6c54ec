/**
 *   gm ---- bc1 ---- tc ---- bc2 ---- slave
 *
 * Peer-to-peer all the way: every clock measures its own links. The one behind the transparent clock is 1 km long.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('boundary clocks that measure their links peer to peer', () => {
  const scenario = new Scenario(86, 'p2p');
  const delayMechanism = 'p2p';
  const gm = scenario.grandmaster('gm', { delayMechanism });
  const bc1 = scenario.boundaryClock('bc1', { delayMechanism, clock: { driftPpb: 20_000 } });
  const tc = scenario.transparentClock('tc', { clock: { driftPpb: -30_000 } });
  const bc2 = scenario.boundaryClock('bc2', { delayMechanism, clock: { driftPpb: -15_000 } });
  const slave = scenario.slave('slave', { delayMechanism });
  scenario.connect(gm, 0, bc1, 0);
  scenario.connect(bc1, 1, tc, 0);
  scenario.connect(tc, 1, bc2, 0, { delayNs: 5_000 });
  scenario.connect(bc2, 1, slave, 0);
  const errors = [bc1, bc2, slave].map((clock) => scenario.compare(clock, gm));

  scenario.run(60);

  expect(slave.state().currentDS.stepsRemoved).toBe(3);
  // Of the last link alone.
  expect(Number(bc2.state().currentDS.meanDelay) / 65_536).toBeCloseTo(5_000, -1);
  for (const error of errors) expect(errorsOf(error, 50).worstNs).toBeLessThan(15);
});
