/** What chronyd, an operator or a leap second do to the system clock of a device. */
import type { VirtualClock } from '../../../src/native/virtual/virtual-clock.js';

/** Steps of any size both ways, then slews: 10, 100, 400 and -400 ppm, and none any more. Each lasts for 4 s. */
const disturbances: readonly ((clock: VirtualClock) => void)[] = [
  ...[37e9, -37e9, 100e6, -100e6, 100_000, -100_000].map(
    (ns) => (clock: VirtualClock) => clock.step(ns),
  ),
  ...[10, 100, 400, -400, 0].map((ppm) => (clock: VirtualClock) => {
    clock.slew(ppm * 1_000 - clock.slewRate * 1e9);
  }),
];
const secondsOfOne = 4;

/** How long all of them take. */
export const disturbedSeconds = disturbances.length * secondsOfOne;

/** Disturbs the system clock from then on for `disturbedSeconds`; `at` plans, as Scenario.at does. */
export function disturbSystemClock(
  { clock }: { readonly clock: VirtualClock },
  fromSecond: number,
  at: (second: number, run: () => void) => void,
): void {
  for (const [index, disturb] of disturbances.entries()) {
    at(fromSecond + index * secondsOfOne, () => disturb(clock));
  }
}
