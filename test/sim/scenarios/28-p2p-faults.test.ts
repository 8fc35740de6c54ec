/**
 *   gm -x-- tc1 -x-- tc2 -x-- slave
 *
 * Peer-to-peer over bad cables and with forgetful hardware: one frame in twenty is lost, one in twenty late and
 * overtaken, one time stamp in twenty never comes.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const forgetful = { timestamping: { transmitLoss: 0.05, receiveLoss: 0.05 } };

test('lost and late frames and time stamps, peer to peer', () => {
  const { scenario, receiver } = chain({
    seed: 28,
    delayMechanism: 'p2p',
    clocks: 2,
    clock: () => ({ clock: { driftPpb: 100_000 }, ports: [forgetful, forgetful] }),
    cable: () => ({
      loss: 0.05,
      reordering: { share: 0.05, lateBy: { kind: 'uniform', fromNs: 0, toNs: 1e6 } },
    }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 30);
  const expected = 90 * 16 * 0.95 ** (6 + 4);
  expect(errors.count).toBeGreaterThan(0.85 * expected);
  expect(errors.count).toBeLessThan(1.1 * expected);
  expect(Math.abs(errors.medianNs)).toBeLessThan(2);
});
