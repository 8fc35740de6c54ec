/**
 *   gm ---- tc ---- slave
 *
 * One peer-to-peer transparent clock, 100 ppm fast and a second ahead, whose residence times vary; everybody else is
 * perfect. Time stamps are whole nanoseconds.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf, uncorrectedErrorsOf } from '../harness/samples.js';

test('once syntonised, a peer-to-peer transparent clock is off by less than a nanosecond', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 23,
    delayMechanism: 'p2p',
    clocks: 1,
    clock: () => ({
      clock: { driftPpb: 100_000, offsetNs: 1e9 },
      ports: [{}, { residence: { kind: 'uniform', fromNs: 10_000, toNs: 1_000_000 } }],
    }),
    receiver: { clock: { offsetNs: 123_456 } },
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 60);
  expect(errors.count).toBeGreaterThan(450);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  // Of one sample: the roundings of its four time stamps, and of the two link delays.
  expect(errors.worstNs).toBeLessThan(4);
  expect(uncorrectedErrorsOf(receiver.samples).worstNs).toBeGreaterThan(100_000);
  // 100 m of cable, to the nanosecond, though the neighbours' clocks run 100 ppm apart.
  const delays = [0, 1].map(
    (port) => clocks[0]?.transparentClock.peerDelay(port)?.links[0]?.meanLinkDelayNs ?? NaN,
  );
  for (const delay of delays) expect(Math.abs(delay - 500)).toBeLessThan(1);
});
