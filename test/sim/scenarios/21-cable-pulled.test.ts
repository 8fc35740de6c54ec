/**
 *   gm ---- tc1 --/ /-- tc2 ---- slave
 *
 * The cable in the middle is pulled for two seconds, three times. The parent is not lost in that time, and the path is
 * what it was.
 */
import { expect, test } from 'vitest';
import { Scenario } from '../harness/scenario.js';
import { errorsOf } from '../harness/samples.js';

test('forwarding goes on at once when the link is back', () => {
  const scenario = new Scenario(21);
  const gm = scenario.timeSource('gm');
  const tc1 = scenario.transparentClock('tc1', { clock: { driftPpb: 100_000 } });
  const tc2 = scenario.transparentClock('tc2', { clock: { driftPpb: -100_000 } });
  const slave = scenario.timeReceiver('slave');
  scenario.connect(gm, 0, tc1, 0);
  const middle = scenario.connect(tc1, 1, tc2, 0);
  scenario.connect(tc2, 1, slave, 0);
  for (const seconds of [30, 40, 50]) {
    scenario.at(seconds, () => middle.setUp(false));
    scenario.at(seconds + 2, () => middle.setUp(true));
  }

  scenario.run(80);

  const errors = errorsOf(slave.samples, 20);
  expect(errors.worstNs).toBeLessThan(5);
  expect(errors.count).toBeGreaterThan((60 - 3 * 2) * 16 - 6);
  expect(errorsOf(slave.samples, 30.1, 31.9).count).toBe(0);
  expect(errorsOf(slave.samples, 32.1, 33.1).count).toBeGreaterThan(14);
});
