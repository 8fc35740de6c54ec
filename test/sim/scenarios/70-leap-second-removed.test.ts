/**
 *   gm ---- bc1 ---- bc2 ---- slave
 *
 * UTC leaves out a second (leap59), which it never has: announced at 15 s, over at 30 s.
 */
import { expect, test } from 'vitest';
import { leapSecond } from '../harness/leap-second.js';
import { errorsOf } from '../harness/samples.js';

test('leap59 and the new UTC offset are carried through, and time goes on', () => {
  const { scenario, clocks, errors, timeOf } = leapSecond({ seed: 70, leap: 'leap59', after: 36 });
  scenario.run(18.5);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([37, true, false, true, true]);
  scenario.run(15.5);
  for (const clock of clocks) expect(timeOf(clock)).toEqual([36, true, false, false, true]);
  for (const error of errors) expect(errorsOf(error, 26).worstNs).toBeLessThan(50);
});
