/**
 *   gm1 (4 Announce/s) ----.
 *                           bc (1 Announce/s) ---- slave
 *   gm2 (2 Announce/s) ----'
 *
 * The slower a port is told to expect Announce, the longer it bears silence: the port of gm1 waits for three times a
 * second, whatever gm1 does.
 */
import { expect, test } from 'vitest';
import { Scenario } from '../harness/scenario.js';

test('announce intervals are each port’s own', () => {
  const scenario = new Scenario(82);
  const gm1 = scenario.grandmaster('gm1', {
    logAnnounceInterval: -2,
  });
  const gm2 = scenario.grandmaster('gm2', {
    ...{ priority1: 2, logAnnounceInterval: -1 },
  });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}] });
  const slave = scenario.slave('slave');
  const first = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1);
  scenario.connect(bc, 2, slave, 0);
  const grandmaster = () => bc.state().parentDS.grandmasterIdentity;
  scenario.at(10.1, () => {
    first.forth.up = false;
  });
  // Two messages a quarter of a second apart qualify.
  scenario.run(1.5);
  expect(grandmaster()).toBe(gm1.identity);
  scenario.run(11.4);
  expect(grandmaster()).toBe(gm1.identity);
  scenario.run(2.3);
  expect(grandmaster()).toBe(gm2.identity);
  expect(gm2.portStates()).toEqual(['MASTER']);
});
