/**
 *   gm ---- tc ---- slave
 *
 * One end-to-end transparent clock, 100 ppm fast and a second ahead, whose residence times vary; everybody else is
 * perfect. Time stamps are whole nanoseconds.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf, uncorrectedErrorsOf } from '../harness/samples.js';

test('once syntonised, an end-to-end transparent clock is off by less than a nanosecond', () => {
  const { scenario, receiver } = chain({
    seed: 1,
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
  // Of one sample: the roundings of the eight time stamps that it is made of.
  expect(errors.worstNs).toBeLessThan(4);
  expect(uncorrectedErrorsOf(receiver.samples).worstNs).toBeGreaterThan(100_000);
});
