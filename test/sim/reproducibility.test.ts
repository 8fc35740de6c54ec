/** A failure is a seed: the same one gives the same run to the last bit, whatever is left to chance in it. */
import { expect, test } from 'vitest';
import { boundaryChain } from './harness/boundary-chain.js';
import { chain } from './harness/chain.js';
import type { Sample, TimeError } from './harness/samples.js';

function samplesOf(seed: number): readonly Sample[] {
  const chancy = {
    timestamping: { noiseNs: 5, transmitLoss: 0.01, receiveLoss: 0.01 },
    residence: { kind: 'exponential', fromNs: 5_000, meanNs: 50_000, atMostNs: 1e6 },
  } as const;
  const { scenario, receiver } = chain({
    seed,
    delayMechanism: 'p2p',
    clocks: 2,
    clock: () => ({ clock: { driftPpb: 10_000, wanderPpb: 10 }, ports: [chancy, chancy] }),
    cable: () => ({
      jitter: { kind: 'uniform', fromNs: 0, toNs: 100 },
      loss: 0.01,
      duplication: { share: 0.01, againAfter: 1_000 },
      reordering: { share: 0.01, lateBy: 50_000 },
    }),
  });
  scenario.run(20);
  return receiver.samples;
}

test('a run is repeated by its seed, and differs with another', () => {
  const samples = samplesOf(1);
  expect(samples.length).toBeGreaterThan(200);
  expect(samplesOf(1)).toEqual(samples);
  expect(samplesOf(2)).not.toEqual(samples);
});

function errorsOf(seed: number): readonly (readonly TimeError[])[] {
  const chancy = { timestamping: { noiseNs: 5, transmitLoss: 0.01, receiveLoss: 0.01 } };
  const { scenario, errors } = boundaryChain({
    seed,
    clocks: 1,
    clock: (place) => ({
      clock: { driftPpb: 10_000, wanderPpb: 10 },
      ports: place === 1 ? [chancy] : [chancy, chancy],
    }),
    cable: () => ({ jitter: { kind: 'uniform', fromNs: 0, toNs: 100 }, loss: 0.01 }),
  });
  scenario.run(15);
  return errors;
}

test('so is one of boundary clocks', () => {
  const errors = errorsOf(1);
  expect(errors[1]?.length).toBeGreaterThan(140);
  expect(errorsOf(1)).toEqual(errors);
  expect(errorsOf(2)).not.toEqual(errors);
});
