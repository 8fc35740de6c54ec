/**
 *   gm ---- tc1 ---- tc2 ---- slave
 *
 * The hardware of the transparent clocks loses one transmit time stamp in ten, and stamps one frame in ten not at all
 * as it arrives.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

const forgetful = { timestamping: { transmitLoss: 0.1, receiveLoss: 0.1 } };

test('a lost time stamp is a lost sample, never a wrong one', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 13,
    clocks: 2,
    clock: () => ({ clock: { driftPpb: 100_000 }, ports: [forgetful, forgetful] }),
  });

  scenario.run(120);

  const errors = errorsOf(receiver.samples, 30);
  const expected = 90 * 16 * 0.9 ** 4;
  expect(errors.count).toBeGreaterThan(0.9 * expected);
  expect(errors.count).toBeLessThan(1.1 * expected);
  expect(errors.worstNs).toBeLessThan(5);
  for (const clock of clocks) {
    expect(clock.counter('timestamp.transmitMissing')).toBeGreaterThan(100);
    expect(clock.counter('timestamp.receiveMissing')).toBeGreaterThan(100);
    expect(clock.counter('drop.correctionUnknown')).toBeGreaterThan(100);
  }
});
