/**
 *   gm ---- tc ---- slave
 *
 * Somebody sets and slews the system clock of the transparent clock, which its time stamps are of, while frames are inside.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';
import { disturbedSeconds, disturbSystemClock } from '../harness/system-clock.js';

/** The rate of the grandmaster is known from here on. */
const settledSeconds = 60;

test('a transparent clock corrects as before while its system clock is set and slewed', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 14,
    clocks: 1,
    clock: () => ({
      clock: { driftPpb: 100_000 },
      // Frames stay for 30 ms, so that half of all steps hit one; 400 ppm of that are 12 us.
      ports: [{}, { residence: 30e6 }],
    }),
  });
  // A little later than what is sent on the second.
  disturbSystemClock(clocks[0]!, settledSeconds + 0.01, (second, run) => scenario.at(second, run));

  scenario.run(settledSeconds + disturbedSeconds);

  const errors = errorsOf(receiver.samples, settledSeconds);
  expect(errors.worstNs).toBeLessThan(4);
  // No residence is lost but those of time stamps that may be of before as well as of after a step.
  expect(errors.count).toBeGreaterThan(16 * disturbedSeconds - 12);
});
