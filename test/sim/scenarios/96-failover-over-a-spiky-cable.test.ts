/**
 *   gm1 ----.
 *            bc ---- slave
 *   gm2 ----'
 *
 * Two grandmasters on the same time. The cable of the better is pulled for 8 s in every 20 s from 30 s on; on the other,
 * one frame in twenty takes 100 us longer.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const SWITCHES_OVER = 8;

test('no switch-over takes a single sample at its word', () => {
  const scenario = new Scenario(96);
  const gm1 = scenario.grandmaster('gm1');
  const gm2 = scenario.boundaryClock('gm2', { priority1: 2, ports: [{ masterOnly: true }] });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: 10_000 } });
  const slave = scenario.slave('slave');
  const better = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1, {
    reordering: { share: 0.05, lateBy: { kind: 'uniform', fromNs: 100_000, toNs: 100_001 } },
  });
  scenario.connect(bc, 2, slave, 0);
  const errors = scenario.compare(bc, gm1);
  scenario.run(30);

  for (let i = 0; i < SWITCHES_OVER; ++i) {
    better.setUp(false);
    scenario.run(8);
    expect(bc.state().parentDS.grandmasterIdentity).toBe(gm2.identity);
    better.setUp(true);
    scenario.run(12);
    expect(bc.state().parentDS.grandmasterIdentity).toBe(gm1.identity);
  }

  expect(errorsOf(errors, 29).worstNs).toBeLessThan(1_000);
});
