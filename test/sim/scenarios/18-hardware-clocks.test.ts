/**
 *   gm ---- (phc 0) tc1 (phc 1) ---- (phc 0) tc2 (phc 1) ---- slave
 *
 * Every port has a hardware clock of its own, 100 ppm off one way or the other and seconds apart. The engine relates
 * them by cross time stamps with the device's own clock, which is not right either.
 */
import { expect, test } from 'vitest';
import { chain } from '../harness/chain.js';
import { errorsOf } from '../harness/samples.js';

test('ports with hardware clocks that run apart', () => {
  const { scenario, receiver, clocks } = chain({
    seed: 18,
    clocks: 2,
    clock: () => ({
      clock: { driftPpb: 30_000, offsetNs: -40e9 },
      ports: [
        { hardwareClock: { driftPpb: 100_000, offsetNs: 5e9 } },
        {
          hardwareClock: { driftPpb: -100_000, offsetNs: -7e9 },
          residence: { kind: 'uniform', fromNs: 10_000, toNs: 1e6 },
        },
      ],
    }),
  });

  scenario.run(90);

  const errors = errorsOf(receiver.samples, 30);
  expect(errors.count).toBeGreaterThan(900);
  expect(Math.abs(errors.meanNs)).toBeLessThan(1);
  expect(errors.worstNs).toBeLessThan(8);
  const related = clocks.flatMap(({ dataPlane }) => dataPlane.ports().map(({ clock }) => clock));
  expect(related.map((clock) => clock?.related)).toEqual([true, true, true, true]);
});
