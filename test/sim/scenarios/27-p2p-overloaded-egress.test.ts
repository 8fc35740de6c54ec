/**
 *   gm ---- tc1 ---- tc2 ---- tc3 ---- slave
 *
 * Peer-to-peer; egress in both directions is overloaded: every frame waits up to 10 ms, the peer delay messages too.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf, uncorrectedErrorsOf } from '../harness/samples.js';

const overloaded = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 10e6 } } as const;

test('residence times up to 10 ms at 100 ppm, peer to peer', () => {
  const { scenario, receiver } = chain({
    seed: 27,
    delayMechanism: 'p2p',
    clocks: 3,
    clock: (place) => ({
      clock: { driftPpb: place % 2 === 0 ? 100_000 : -100_000 },
      ports: [overloaded, overloaded],
    }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 60);
  expect(errors.count).toBeGreaterThan(900);
  expect(Math.abs(errors.meanNs)).toBeLessThan(3);
  expect(errors.worstNs).toBeLessThan(12);
  expect(uncorrectedErrorsOf(receiver.samples).worstNs).toBeGreaterThan(5e6);
});
