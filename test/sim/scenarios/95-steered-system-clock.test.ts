/**
 *   gm ---- bc ---- slave
 *
 * The boundary clock steers its own system clock, which its time stamps are of: it shows the grandmaster's UTC. At 60 s the
 * grandmaster tells of another distance between UTC and TAI, without a leap second: that is a slip, by which no clock is set.
 */
import { expect, test } from 'vitest';
import { initialTimeProperties } from '../../../src/core/datasets/time-properties.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('the system clock shows UTC, and what is handed on does not notice', () => {
  const scenario = new Scenario(95);
  let currentUtcOffset = 37;
  const gm = scenario.timeSource('gm', {
    timeProperties: () => ({
      ...initialTimeProperties,
      ...{ ptpTimescale: true, currentUtcOffsetValid: true, currentUtcOffset },
    }),
  });
  const warnings: string[] = [];
  const bc = scenario.boundaryClock('bc', {
    steers: 'system',
    onWarning: (message) => warnings.push(message),
    clock: { driftPpb: 30_000, wanderPpb: 2, offsetNs: -500e9 },
  });
  const slave = scenario.slave('slave');
  scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, slave, 0);
  const utc = scenario.compare({ aheadNs: () => bc.clock.deviationNs() + 37e9 }, gm);
  const errors = [bc, slave].map((node) => scenario.compare(node, gm));
  scenario.at(60, () => (currentUtcOffset = 38));

  scenario.run(90);

  expect([bc, slave].map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
  expect(errorsOf(utc, 30, 60).worstNs).toBeLessThan(100);
  expect(errorsOf(utc, 60).worstNs).toBeLessThan(100);
  // Not even while the clock under it is set.
  for (const error of errors) expect(errorsOf(error, 30).worstNs).toBeLessThan(100);
  expect(warnings).toHaveLength(1);
  expect(bc.steered()).toMatchObject([
    { name: 'CLOCK_REALTIME', utc: { utcOffset: 37, refused: 'utcOffset', refusals: 1 } },
  ]);
});
