/**
 *   gm ---- tc1 ---- ... ---- tc5 ---- slave
 *
 * Peer-to-peer; all time stamps are multiples of 8 ns, as those of a 125 MHz clock.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const granularityNs = 8;
const clocks = 5;
const port = {
  timestamping: { granularityNs },
  residence: { kind: 'uniform', fromNs: 5_000, toNs: 20_000 },
} as const;

test('8 ns of granularity, peer to peer', () => {
  const { scenario, receiver } = chain({
    seed: 25,
    delayMechanism: 'p2p',
    clocks,
    source: { port },
    clock: (place) => ({ clock: { driftPpb: 37_000 - 11_000 * place }, ports: [port, port] }),
    receiver: { port, clock: { offsetNs: 1_234_567 } },
  });

  scenario.run(70);

  const errors = errorsOf(receiver.samples, 30);
  // A Sync takes one difference at each clock and one between the ends; each of the six links has been measured to
  // within one more.
  expect(errors.worstNs).toBeLessThan((clocks + 1 + clocks + 1) * granularityNs);
  expect(Math.abs(errors.meanNs)).toBeLessThan((clocks + 1) * granularityNs);
});
