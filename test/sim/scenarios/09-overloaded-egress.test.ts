/**
 *   gm ---- tc1 ---- tc2 ---- tc3 ---- slave
 *
 * Egress towards the slave is overloaded: every frame waits up to 10 ms. A clock that were 100 ppm off and did not know
 * it would be off by a microsecond in each of them.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf, uncorrectedErrorsOf } from '../harness/samples.js';

const overloaded = { residence: { kind: 'uniform', fromNs: 10_000, toNs: 10e6 } } as const;

test('residence times up to 10 ms at 100 ppm', () => {
  const { scenario, receiver } = chain({
    seed: 9,
    clocks: 3,
    clock: () => ({ clock: { driftPpb: 100_000 }, ports: [{}, overloaded] }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 60);
  expect(errors.count).toBeGreaterThan(900);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(10);
  expect(uncorrectedErrorsOf(receiver.samples).worstNs).toBeGreaterThan(5e6);
});

test('before it is syntonised, the error is the residence at the wrong rate and no more', () => {
  const { scenario, receiver } = chain({
    seed: 9,
    clocks: 1,
    clock: () => ({ clock: { driftPpb: 100_000 }, ports: [{}, overloaded] }),
    // One Sync a second: no rate before the eighth.
    source: { logSyncInterval: 0 },
  });

  scenario.run(7);

  const errors = errorsOf(receiver.samples);
  expect(errors.count).toBeGreaterThan(3);
  expect(errors.worstNs).toBeGreaterThan(50);
  expect(errors.worstNs).toBeLessThan(1_000 + 4);
});
