/**
 *   gm1 ----.
 *            bc ---- slave
 *   gm2 ----'
 *
 * gm2 follows nobody (clockClass 7) and is 10 us ahead. gm1 goes at 30 s: the way over to gm2 is a slope, not a step.
 */
import { expect, test } from 'vitest';
import { errorsOf, within } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a grandmaster that is 10 us off is approached without a step', () => {
  const scenario = new Scenario(53);
  const gm1 = scenario.boundaryClock('gm1', { clockClass: 6, ports: [{}] });
  const gm2 = scenario.boundaryClock('gm2', {
    ...{ clockClass: 7, ports: [{}] },
    clock: { offsetNs: 10_000 },
  });
  const bc = scenario.boundaryClock('bc', { ports: [{}, {}, {}], clock: { driftPpb: -5_000 } });
  const slave = scenario.slave('slave');
  const first = scenario.connect(gm1, 0, bc, 0);
  scenario.connect(gm2, 0, bc, 1);
  scenario.connect(bc, 2, slave, 0);
  const errors = scenario.compare(slave, gm2);
  scenario.at(30, () => first.setUp(false));

  scenario.run(65);

  expect(gm2.portStates()).toEqual(['MASTER']);
  expect(errorsOf(errors, 28, 30).meanNs).toBeCloseTo(-10_000, -2);
  const after = within(errors, 30, 65);
  const steepest = Math.max(
    ...after.slice(1).map(({ errorNs }, i) => Math.abs(errorNs - (after[i]?.errorNs ?? 0))),
  );
  // 500 ppm, the most that the servo steers, for a tenth of a second.
  expect(steepest).toBeLessThan(50_000);
  expect(steepest).toBeLessThan(10_000);
  expect(errorsOf(errors, 62).worstNs).toBeLessThan(50);
});
