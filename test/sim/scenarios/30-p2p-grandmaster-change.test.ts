/**
 *   gm1 ----.
 *            tc1 ---- tc2 ---- slave
 *   gm2 ----'
 *
 * Peer-to-peer. The first grandmaster goes at 40 s; the second, 20 ppm faster and a minute ahead, comes up at 42 s. The
 * slave's own clock keeps the pace of the second.
 */
import { expect, test } from 'vitest';
import { grandmasterChange } from '../harness/grandmaster-change.js';
import { errorsOf, within } from '../harness/samples.js';

test('links stay measured, rates are found anew', () => {
  const { scenario, slave } = grandmasterChange({
    seed: 30,
    delayMechanism: 'p2p',
    secondFrom: 42,
  });

  scenario.run(100);

  expect(new Set(within(slave.samples, 46, 100).map(({ source }) => source))).toEqual(
    new Set(['gm2']),
  );
  const errors = errorsOf(slave.samples, 70);
  expect(errors.count).toBeGreaterThan(450);
  expect(Math.abs(errors.meanNs)).toBeLessThan(2);
  expect(errors.worstNs).toBeLessThan(10);
});
