/**
 *   gm ---- tc ---- slave            gm ---- tc1 ---- ... ---- tc5 ---- slave
 *
 * All time stamps are multiples of 8 ns, as those of a 125 MHz clock. Residence times vary, so that roundings do too.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const granularityNs = 8;
const port = {
  timestamping: { granularityNs },
  residence: { kind: 'uniform', fromNs: 5_000, toNs: 20_000 },
} as const;

test.for([1, 5])('8 ns of granularity, %d transparent clocks', (clocks) => {
  const { scenario, receiver } = chain({
    seed: 4,
    clocks,
    source: { port },
    clock: () => ({ clock: { driftPpb: 37_000 }, ports: [port, port] }),
    receiver: { port, clock: { offsetNs: 1_234_567 } },
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 30);
  // Each clock on the way, and the two ends, take a difference that is off by less than the granularity.
  expect(errors.worstNs).toBeLessThan((clocks + 1) * granularityNs);
  expect(Math.abs(errors.meanNs)).toBeLessThan(granularityNs);
});
