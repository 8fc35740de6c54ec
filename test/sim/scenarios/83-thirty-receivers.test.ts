/**
 *   gm ---- bc ---- tc ---- slave1 ... slave30
 *
 * One port of a boundary clock answers thirty receivers behind a transparent clock.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('thirty receivers on one port', () => {
  const scenario = new Scenario(83);
  const gm = scenario.grandmaster('gm');
  const bc = scenario.boundaryClock('bc', { logSyncInterval: -2, clock: { driftPpb: 3_000 } });
  const ports = Array.from({ length: 31 }, () => ({}));
  const tc = scenario.transparentClock('tc', { ports, clock: { driftPpb: -15_000 } });
  scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, tc, 0);
  const slaves = Array.from({ length: 30 }, (_, index) => {
    const slave = scenario.slave(`slave${index + 1}`, {
      ...{ logSyncInterval: -2 },
      clock: { driftPpb: (index - 15) * 250 },
    });
    scenario.connect(tc, index + 1, slave, 0);
    return { slave, errors: scenario.compare(slave, gm) };
  });

  scenario.run(30);

  for (const { slave, errors } of slaves) {
    expect(slave.state().lockState).toBe('locked');
    expect(errorsOf(errors, 28).worstNs).toBeLessThan(1_000);
  }
});
