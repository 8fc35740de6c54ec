/**
 *   gm ==== tc1 ==== tc2 ---- slave
 *       ^        ^ the way down takes 2 * 250 ns longer than the way up
 *
 * Peer delay cannot see an asymmetry either: unknown, each is an error of its size; configured, it is none (11.6).
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const asymmetryNs = 250;

function meanErrorOf(delayAsymmetryNs: number): number {
  const { scenario, receiver } = chain({
    seed: 26,
    delayMechanism: 'p2p',
    clocks: 2,
    clock: () => ({ clock: { driftPpb: 40_000 }, ports: [{ delayAsymmetryNs }, {}] }),
    cable: (place) => ({ delayNs: 1_000, asymmetryNs: place < 2 ? asymmetryNs : 0 }),
  });
  scenario.run(60);
  return errorsOf(receiver.samples, 30).meanNs;
}

test('unknown: the offset is wrong by both', () => {
  expect(Math.abs(meanErrorOf(0) - 2 * asymmetryNs)).toBeLessThan(1.5);
});

test('configured: made good', () => {
  expect(Math.abs(meanErrorOf(asymmetryNs))).toBeLessThan(1.5);
});
