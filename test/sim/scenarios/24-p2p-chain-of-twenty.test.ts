/**
 *   gm ---- tc1 ---- tc2 ---- ... ---- tc20 ---- slave
 *
 * Peer-to-peer transparent clocks: oscillators within 100 ppm either way, clocks seconds apart, residence times up to
 * 100 us, cables of every length.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const residence = { kind: 'uniform', fromNs: 5_000, toNs: 100_000 } as const;

test('twenty peer-to-peer transparent clocks in a row stay below 50 ns', () => {
  const { scenario, receiver } = chain({
    seed: 24,
    delayMechanism: 'p2p',
    clocks: 20,
    clock: (place) => ({
      clock: { driftPpb: -100_000 + place * 10_000, offsetNs: place * 1e9 },
      ports: [{ residence }, { residence }],
    }),
    cable: (place) => ({ delayNs: 100 + 137 * place }),
  });

  scenario.run(70);

  const errors = errorsOf(receiver.samples, 60);
  expect(errors.count).toBeGreaterThan(150);
  expect(Math.abs(errors.meanNs)).toBeLessThan(20);
  expect(errors.worstNs).toBeLessThan(50);
});
