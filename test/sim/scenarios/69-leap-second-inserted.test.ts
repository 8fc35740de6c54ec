/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * UTC inserts a second (leap61): the grandmaster announces it at 15 s; at 30 s it is over, and UTC is one second further
 * behind. PTP time knows nothing of it.
 */
import { expect, test } from 'vitest';
import { leapSecond } from '../harness/leap-second.js';
import { errorsOf } from '../harness/samples.js';

test('leap61 and the new UTC offset are carried through, and time goes on', () => {
  const { scenario, clocks, errors, timeOf } = leapSecond({ seed: 69, leap: 'leap61', after: 38 });
  scenario.run(14.5);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([37, true, false, false, true]);
  scenario.run(4);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([37, true, true, false, true]);
  scenario.run(15.5);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([38, true, false, false, true]);
  for (const error of errors) expect(errorsOf(error, 26).worstNs).toBeLessThan(50);
});
