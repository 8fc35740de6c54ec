/**
 *   gm1 ----.
 *            tc1 ---- tc2 ---- slave
 *   gm2 ----'
 *
 * The first grandmaster goes at 40 s; the second, 20 ppm faster and a minute ahead, comes up at 45 s. The slave's own
 * clock keeps the pace of the second.
 */
import { expect, test } from 'vitest';
import { grandmasterChange } from '../harness/grandmaster-change.js';
import { errorsOf, within } from '../harness/samples.js';

test('the rate of the new grandmaster replaces that of the old one', () => {
  const { scenario, slave } = grandmasterChange({
    seed: 15,
    delayMechanism: 'e2e',
    secondFrom: 45,
  });

  scenario.run(150);

  const sources = (from: number, to: number) => [
    ...new Set(within(slave.samples, from, to).map(({ source }) => source)),
  ];
  expect(sources(0, 40)).toEqual(['gm1']);
  expect(sources(60, 150)).toEqual(['gm2']);
  const errors = errorsOf(slave.samples, 90);
  expect(errors.count).toBeGreaterThan(900);
  expect(errors.worstNs).toBeLessThan(10);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
});
