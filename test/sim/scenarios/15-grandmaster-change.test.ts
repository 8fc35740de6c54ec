/**
 *   gm1 ----.
 *            tc1 ---- tc2 ---- slave
 *   gm2 ----'
 *
 * The first grandmaster goes at 40 s; the second, 20 ppm faster and a minute ahead, comes up at 45 s. The slave's own
 * clock keeps the pace of the second.
 */
import { expect, test } from 'vitest';
import { errorsOf, within } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('the rate of the new grandmaster replaces that of the old one', () => {
  const scenario = new Scenario(15);
  const second = { driftPpb: 20_000, offsetNs: 60e9 };
  const gm1 = scenario.timeSource('gm1');
  const gm2 = scenario.timeSource('gm2', { clock: second });
  const overloaded = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 5e6 } } as const;
  const tc1 = scenario.transparentClock('tc1', {
    clock: { driftPpb: -100_000 },
    ports: [{}, {}, overloaded],
  });
  const tc2 = scenario.transparentClock('tc2', {
    clock: { driftPpb: 100_000 },
    ports: [{}, overloaded],
  });
  const slave = scenario.timeReceiver('slave', { clock: { ...second, offsetNs: 0 } });
  const toFirst = scenario.connect(gm1, 0, tc1, 0);
  const toSecond = scenario.connect(gm2, 0, tc1, 1);
  scenario.connect(tc1, 2, tc2, 0);
  scenario.connect(tc2, 1, slave, 0);
  toSecond.setUp(false);
  scenario.at(40, () => toFirst.setUp(false));
  scenario.at(45, () => toSecond.setUp(true));

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
