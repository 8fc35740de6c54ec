/**
 *   gm ---- tc ==== slave
 *             ^ the way down takes 2 * 300 ns longer than the way up
 *
 * An asymmetry that nobody knows of is an error of that size; one that is configured is none (11.6).
 */
import { expect, test } from 'vitest';
import type { PortModel } from '../../../src/native/virtual/virtual-network.js';
import { chain, type Chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const asymmetryNs = 300;

/** The longer way is that of the cable before `place`. */
function asymmetricChain(place: number, ports: readonly PortModel[]): Chain {
  return chain({
    seed: 6,
    clocks: 1,
    clock: () => ({ clock: { driftPpb: -50_000 }, ports }),
    cable: (at) => ({ delayNs: 1_000, asymmetryNs: at === place ? asymmetryNs : 0 }),
  });
}

test.for([0, 1])('unknown, of cable %d: the offset is wrong by it', (place) => {
  const { scenario, receiver } = asymmetricChain(place, [{}, {}]);
  scenario.run(60);
  expect(errorsOf(receiver.samples, 20).meanNs).toBeCloseTo(asymmetryNs, 0);
});

test('configured at the port that the master is behind: made good', () => {
  const { scenario, receiver } = asymmetricChain(0, [{ delayAsymmetryNs: asymmetryNs }, {}]);
  scenario.run(60);
  expect(Math.abs(errorsOf(receiver.samples, 20).meanNs)).toBeLessThan(1);
});
