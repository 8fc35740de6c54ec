/**
 *   gm (domain 0) ---.
 *   gm (domain 1) ---- tc ---- slave of domain 0, and of domain 1
 *   gm (domain 2) ---'
 *
 * The hardware of the transparent clock holds one transmit time stamp and hands it over after 300 us. Three grandmasters
 * send at the same moment, so that Syncs queue for it.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

const slow = { timestamping: { outstandingLimit: 1, reportDelay: 300_000 } };

test('frames that wait for the time stamp of another', () => {
  const scenario = new Scenario(20);
  const tc = scenario.transparentClock('tc', {
    clock: { driftPpb: 100_000 },
    ports: Array.from({ length: 6 }, () => slow),
  });
  const slaves = [0, 1, 2].map((domainNumber) => {
    const gm = scenario.timeSource(`gm${domainNumber}`, { domainNumber });
    const slave = scenario.timeReceiver(`slave${domainNumber}`, { domainNumber });
    scenario.connect(gm, 0, tc, domainNumber);
    scenario.connect(slave, 0, tc, 3 + domainNumber);
    return slave;
  });

  scenario.run(60);

  expect(tc.counter('timestamp.eventsQueued')).toBeGreaterThan(1_000);
  for (const slave of slaves) {
    const errors = errorsOf(slave.samples, 20);
    expect(errors.count).toBeGreaterThan(600);
    expect(errors.worstNs).toBeLessThan(4);
  }
});
