/**
 *   gm ---- bc ---- slave
 *
 * Somebody sets and slews the system clock of the boundary clock, which its time stamps are of. Its time is a map over a
 * timebase that nobody can set: neither it nor the slave behind it is any the worse for it, not even meanwhile.
 */
import { expect, test } from 'vitest';
import { boundaryChain } from '../harness/boundary-chain.js';
import { errorsOf } from '../harness/samples.js';
import { disturbedSeconds, disturbSystemClock } from '../harness/system-clock.js';

test.each([
  { syncs: '8 Syncs a second', logSyncInterval: -3, settledSeconds: 25 },
  { syncs: '64 Syncs a second', logSyncInterval: -6, settledSeconds: 10 },
  { syncs: 'one Sync a second', logSyncInterval: 0, settledSeconds: 60 },
])(
  'a boundary clock does not notice what is done to the clock of its time stamps: $syncs',
  ({ logSyncInterval, settledSeconds }) => {
    const { scenario, clocks, errors } = boundaryChain({
      seed: 68,
      clocks: 1,
      gm: { logSyncInterval },
      clock: (place) => ({ clock: { driftPpb: 5_000 - place * 8_000 }, logSyncInterval }),
    });
    disturbSystemClock(clocks[0]!, settledSeconds, (second, run) => scenario.at(second, run));

    scenario.run(settledSeconds + disturbedSeconds);

    expect(clocks.map((clock) => clock.state().lockState)).toEqual(['locked', 'locked']);
    for (const error of errors) {
      const { rmsNs, worstNs } = errorsOf(error, settledSeconds);
      expect(rmsNs).toBeLessThan(30);
      expect(worstNs).toBeLessThan(100);
    }
  },
);
