/**
 *   gm ---- tc1 --/ /-- tc2 ---- slave
 *
 * Peer-to-peer. The cable in the middle is pulled at 30 s and back at 32 s. Until the link is measured anew no Sync
 * passes, for its correction would be a guess; at no moment does a wrong one.
 */
import { expect, test } from 'vitest';
import { errorsOf } from '../harness/samples.js';
import { Scenario } from '../harness/scenario.js';

test('a link that comes back is measured before it is used', () => {
  const scenario = new Scenario(29, 'p2p');
  const gm = scenario.timeSource('gm');
  const tc1 = scenario.transparentClock('tc1', { clock: { driftPpb: 100_000 } });
  const tc2 = scenario.transparentClock('tc2', { clock: { driftPpb: -100_000 } });
  const slave = scenario.timeReceiver('slave');
  scenario.connect(gm, 0, tc1, 0);
  const middle = scenario.connect(tc1, 1, tc2, 0, { delayNs: 5_000 });
  scenario.connect(tc2, 1, slave, 0);
  scenario.at(30, () => middle.setUp(false));
  scenario.at(32, () => middle.setUp(true));

  scenario.run(80);

  expect(tc2.counter('drop.linkDelayUnknown')).toBeGreaterThan(0);
  expect(errorsOf(slave.samples, 30.1, 32).count).toBe(0);
  expect(errorsOf(slave.samples, 34, 36).count).toBeGreaterThan(30);
  expect(errorsOf(slave.samples, 10).worstNs).toBeLessThan(5);
});
