/**
 *   gm1 ----.
 *            bc ---- slave
 *   gm2 ----'
 *
 * Two grandmasters on the same time. The cable of the better is pulled at 30 s and plugged in again at 40 s.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('the second grandmaster steps in, and steps back', () => {
  const scenario = new Scenario(51);
  const gm1 = scenario.grandmaster('gm1');
  const gm2 = scenario.grandmaster('gm2', { priority1: 2 });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: 10_000 } });
  const slave = scenario.slave('slave', {
    clock: { driftPpb: -7_000 },
  });
  const better = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1);
  scenario.connect(bc, 2, slave, 0);
  // gm2 follows gm1 as long as that is there: what it shows afterwards is a rate that it has learned.
  const errors = scenario.compare(slave, gm1);
  const grandmaster = () => slave.state().parentDS.grandmasterIdentity;
  scenario.run(30);
  expect(gm2.portStates()).toEqual(['SLAVE']);

  better.setUp(false);
  scenario.run(5);
  expect(bc.portStates()[1]).toMatch(/SLAVE|UNCALIBRATED/);
  expect(grandmaster()).toBe(gm2.identity);
  scenario.run(5);
  expect(slave.state().lockState).toBe('locked');

  better.setUp(true);
  scenario.run(15);
  expect(grandmaster()).toBe(gm1.identity);
  expect(gm2.portStates()).toEqual(['SLAVE']);
  expect(errorsOf(errors, 29, 55).worstNs).toBeLessThan(200);
  expect(errorsOf(errors, 52).worstNs).toBeLessThan(20);
});
