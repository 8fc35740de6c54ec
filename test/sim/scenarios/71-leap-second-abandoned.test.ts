/**
 *   gm --/ from 20 s on /-- bc1 ---- bc2 ---- slave
 *
 * The grandmaster goes after it has announced a leap second. Nobody is left that could take the announcement back, so it
 * is not passed on; the timescale and the UTC offset are, without a promise that they are right (9.4).
 */
import { expect, test } from 'vitest';
import { leapSecond } from '../harness/leap-second.js';

test('a leap second is not announced for ever by those who are left', () => {
  const { scenario, clocks, cable, timeOf } = leapSecond({ seed: 71, leap: 'leap61', after: 38 });
  scenario.at(20, () => cable.setUp(false));
  scenario.run(19);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([37, true, true, false, true]);

  scenario.run(6);

  expect(clocks[0]?.state().currentDS.stepsRemoved).toBe(0);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([37, false, false, false, true]);
});
