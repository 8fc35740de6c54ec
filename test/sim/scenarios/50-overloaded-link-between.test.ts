/**
 *   gm ---- bc ---- tc ---- slave
 *
 * The transparent clock, 80 ppm off, holds frames for up to 5 ms: as soon as it follows the boundary clock's rate, the
 * slave does not notice.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const overloaded = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 5e6 } } as const;

test('an overloaded transparent clock behind a boundary clock', () => {
  const scenario = new Scenario(50);
  const gm = scenario.grandmaster('gm');
  const bc = scenario.boundaryClock('bc', { clock: { driftPpb: 15_000 } });
  const tc = scenario.transparentClock('tc', {
    clock: { driftPpb: 80_000 },
    ports: [overloaded, overloaded],
  });
  const slave = scenario.slave('slave');
  scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, tc, 0);
  scenario.connect(tc, 1, slave, 0);
  const errors = scenario.compare(slave, gm);

  scenario.run(80);

  const { worstNs, meanNs } = errorsOf(errors, 60);
  expect(worstNs).toBeLessThan(25);
  expect(Math.abs(meanNs)).toBeLessThan(10);
});
