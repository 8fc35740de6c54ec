/**
 *   gm --/ from 30 s to 90 s /-- bc ---- slave
 *
 * The boundary clock's holdover is specified for 20 s. Behind it can be told what its time is worth (7.6.2.5): as long as it
 * follows, the grandmaster's class and traceability; for 20 s class 187, still traceable; then its own 248 and nothing.
 */
import { expect, test } from 'vitest';
import { durationNs } from '../../../src/core/time/instant.js';
import type { BoundaryNode } from '../harness/boundary-clock.js';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const timeProperties = {
  ...{ currentUtcOffset: 37, currentUtcOffsetValid: true, leap59: false, leap61: false },
  ...{ timeTraceable: true, frequencyTraceable: true, ptpTimescale: true, timeSource: 0x20 },
};

/** As those behind are told. */
function told(clock: BoundaryNode) {
  const { parentDS, timePropertiesDS } = clock.state();
  const { timeTraceable, frequencyTraceable, currentUtcOffsetValid, timeSource } = timePropertiesDS;
  return {
    grandmaster: parentDS.grandmasterIdentity,
    clockClass: parentDS.grandmasterClockQuality.clockClass,
    ...{ timeTraceable, frequencyTraceable, currentUtcOffsetValid, timeSource },
  };
}

test('a lost grandmaster, within the specification of holdover, beyond it, and its return', () => {
  const scenario = new Scenario(93);
  const gm = scenario.timeSource('gm', { clockClass: 6, timeProperties: () => timeProperties });
  const bc = scenario.boundaryClock('bc', {
    clock: { driftPpb: 15_000 },
    holdover: { duration: durationNs(20e9) },
  });
  const slave = scenario.slave('slave');
  const cable = scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, slave, 0);
  const errors = scenario.compare(slave, gm);
  const traceable = { timeTraceable: true, frequencyTraceable: true, currentUtcOffsetValid: true };
  const followed = { grandmaster: gm.identity, clockClass: 6, ...traceable, timeSource: 0x20 };

  scenario.run(30);
  expect(told(slave)).toEqual(followed);
  expect(bc.state().holdover).toBe('none');

  cable.setUp(false);
  // As soon as its link is down, and not only after an announce interval more.
  scenario.run(0.1);
  const within = { grandmaster: bc.identity, clockClass: 187, ...traceable, timeSource: 0xa0 };
  expect(told(bc)).toEqual(within);
  scenario.run(18.9);
  expect(told(slave)).toEqual(within);
  expect(bc.state()).toMatchObject({ holdover: 'withinSpecification', lockState: 'holdover' });

  scenario.run(2);
  expect(told(slave)).toEqual({
    ...{ grandmaster: bc.identity, clockClass: 248, timeSource: 0xa0 },
    ...{ timeTraceable: false, frequencyTraceable: false, currentUtcOffsetValid: false },
  });
  expect(bc.state()).toMatchObject({ holdover: 'beyondSpecification', lockState: 'holdover' });
  expect(bc.state().timePropertiesDS.ptpTimescale).toBe(true);

  scenario.run(39);
  cable.setUp(true);
  scenario.run(20);
  expect(told(slave)).toEqual(followed);
  expect(bc.state()).toMatchObject({ holdover: 'none', lockState: 'locked' });
  expect(bc.state().defaultDS.clockQuality.clockClass).toBe(248);
  expect(errorsOf(errors, 29).worstNs).toBeLessThan(1_000);
});

test('who is in holdover is followed by who is better by priority2, until the specification is exceeded', () => {
  const scenario = new Scenario(193);
  const gm = scenario.timeSource('gm', { clockClass: 6, timeProperties: () => timeProperties });
  const bc = scenario.boundaryClock('bc', { holdover: { duration: durationNs(60e9) } });
  // Better by priority2, which comes after the class.
  const other = scenario.boundaryClock('other', { priority2: 1 });
  const cable = scenario.connect(gm, 0, bc, 0);
  scenario.connect(bc, 1, other, 0);
  scenario.run(20);
  cable.setUp(false);
  scenario.run(20);
  expect(other.state().parentDS.grandmasterIdentity).toBe(bc.identity);
  scenario.run(60);
  expect(bc.state().parentDS.grandmasterIdentity).toBe(other.identity);
});
