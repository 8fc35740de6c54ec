/**
 *   gm1 ----.
 *            bc ---- slave
 *   gm2 ----'
 *
 * gm1 falls silent at 30.2 s while its link stays up. Its Announce messages, one a second, are missed for
 * announceReceiptTimeout, 3 s (9.2.6.12) and up to one more at random; two Announce messages later gm2 is qualified (9.3.2.5).
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a silent grandmaster is replaced within announceReceiptTimeout and two announce intervals', () => {
  const scenario = new Scenario(52);
  const gm1 = scenario.grandmaster('gm1');
  const gm2 = scenario.grandmaster('gm2', { priority1: 2 });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: 10_000 } });
  const slave = scenario.slave('slave');
  const silent = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1);
  scenario.connect(bc, 2, slave, 0);
  const errors = scenario.compare(slave, gm1);
  const grandmaster = () => bc.state().parentDS.grandmasterIdentity;
  scenario.at(30.2, () => {
    silent.forth.up = false;
  });

  scenario.run(32);
  expect(grandmaster()).toBe(gm1.identity);
  expect(bc.portStates()[0]).toBe('SLAVE');
  scenario.run(30.2 + 4 - 32);
  expect(grandmaster()).not.toBe(gm1.identity);
  scenario.run(2);
  expect(grandmaster()).toBe(gm2.identity);
  scenario.run(8.8);

  expect(bc.portStates()).toEqual(['MASTER', 'SLAVE', 'MASTER']);
  expect(errorsOf(errors, 29).worstNs).toBeLessThan(200);
});
