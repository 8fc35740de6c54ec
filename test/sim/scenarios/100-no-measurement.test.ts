/**
 *   gm1 ---- bc1 ----.
 *                     bc2 ---- slave
 *   gm2 -------------'
 *
 * Two primary references on the same time, gm1 the better one. For 30 s, from 30 s on, gm1 gets no transmit time stamps, so no
 * Follow_Up comes from it, while it announces itself all the time: bc1 is in no lock, says so, and bc2 follows gm2 until
 * bc1 is in lock again.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const SYNCS_PER_SECOND = 8;

test('a clock without measurements is passed over for one that has them', () => {
  const scenario = new Scenario(100);
  const gm1 = scenario.boundaryClock('gm1', { clockClass: 6, ports: [{}] });
  const gm2 = scenario.boundaryClock('gm2', { clockClass: 7, ports: [{ masterOnly: true }] });
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 10_000 } });
  const bc2 = scenario.boundaryClock('bc2', { ports: [{}, {}, {}], clock: { driftPpb: -5_000 } });
  const slave = scenario.slave('slave');
  scenario.connect(gm1, 0, bc1, 0);
  scenario.connect(bc1, 1, bc2, 0);
  scenario.connect(gm2, 0, bc2, 1);
  scenario.connect(bc2, 2, slave, 0);
  const errors = [bc1, bc2, slave].map((clock) => scenario.compare(clock, gm1));
  const grandmaster = () => slave.state().parentDS.grandmasterIdentity;
  scenario.at(30, () => gm1.dataPlane.loseTransmitTimestamps(0, 30 * SYNCS_PER_SECOND));

  scenario.run(30);
  expect(grandmaster()).toBe(gm1.identity);
  // Three seconds of Syncs.
  scenario.run(3.5);
  expect(bc1.state()).toMatchObject({
    lockState: 'holdover',
    missing: [{ messageType: 'Follow_Up', how: 'absent' }],
    parentDS: { grandmasterIdentity: gm1.identity },
  });
  expect(bc1.portStates()).toEqual(['UNCALIBRATED', 'MASTER']);
  expect(grandmaster()).toBe(gm2.identity);

  scenario.run(31.5);
  expect(bc1.state()).toMatchObject({ lockState: 'locked', missing: [] });
  expect(grandmaster()).toBe(gm1.identity);
  scenario.run(10);
  for (const error of errors) expect(errorsOf(error, 29).worstNs).toBeLessThan(200);
});
