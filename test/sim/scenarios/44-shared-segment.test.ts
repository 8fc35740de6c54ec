/**
 *            .---- bc1 ----.
 *   gm ---- tc1            tc2 ---- slave
 *            '---- bc2 ----'
 *
 * Two boundary clocks between the same two segments (each a transparent clock, which all messages cross): behind them one
 * is master, the other passive. At 25 s the master is unplugged.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('of two boundary clocks between the same segments, one is master and the other stands by', () => {
  const scenario = new Scenario(44);
  const gm = scenario.grandmaster('gm');
  const tc1 = scenario.transparentClock('tc1', { ports: [{}, {}, {}] });
  const tc2 = scenario.transparentClock('tc2', { ports: [{}, {}, {}] });
  const bc1 = scenario.boundaryClock('bc1', { clock: { driftPpb: 5_000 } });
  const bc2 = scenario.boundaryClock('bc2', { clock: { driftPpb: -5_000 } });
  const slave = scenario.slave('slave');
  scenario.connect(gm, 0, tc1, 0);
  scenario.connect(tc1, 1, bc1, 0);
  scenario.connect(tc1, 2, bc2, 0);
  const lower = scenario.connect(bc1, 1, tc2, 1);
  scenario.connect(bc2, 1, tc2, 2);
  scenario.connect(tc2, 0, slave, 0);
  const errors = scenario.compare(slave, gm);
  scenario.run(25);
  expect(bc1.portStates()).toEqual(['SLAVE', 'MASTER']);
  expect(bc2.portStates()).toEqual(['SLAVE', 'PASSIVE']);
  expect(slave.state().parentDS.parentPortIdentity.clockIdentity).toBe(bc1.identity);

  lower.setUp(false);
  scenario.run(15);

  expect(bc2.portStates()).toEqual(['SLAVE', 'MASTER']);
  expect(slave.state().parentDS.parentPortIdentity.clockIdentity).toBe(bc2.identity);
  expect(errorsOf(errors, 24).worstNs).toBeLessThan(300);
  expect(errorsOf(errors, 38).worstNs).toBeLessThan(50);
});
