/**
 *   gm ---- tc ---- bc ---- slave
 *
 * The transparent clock holds frames for up to 200 ms, and Syncs are sent every 125 ms: some arrive one right after the
 * other. Time stamps at the boundary clock have a standard deviation of 50 ns.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('two Syncs close together are no reason to hurry', () => {
  const scenario = new Scenario(89);
  const slow = { residence: { kind: 'uniform', fromNs: 5_000, toNs: 200e6 } } as const;
  const gm = scenario.grandmaster('gm');
  const tc = scenario.transparentClock('tc', { ports: [{}, slow] });
  const noisy = { timestamping: { noiseNs: 50 } };
  const bc = scenario.boundaryClock('bc', { clock: { driftPpb: 4_000 }, ports: [noisy, {}] });
  const slave = scenario.slave('slave');
  scenario.connect(gm, 0, tc, 0);
  scenario.connect(tc, 1, bc, 0);
  scenario.connect(bc, 1, slave, 0);
  const errors = [bc, slave].map((clock) => scenario.compare(clock, gm));

  scenario.run(90);

  expect([bc, slave].map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  for (const error of errors) expect(errorsOf(error, 70).worstNs).toBeLessThan(120);
});
