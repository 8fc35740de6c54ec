/** How much faster than real time a chain of twenty simulated switches runs at 16 Sync/s. */

import { chain } from '../test/sim/harness/chain.js';
import type { Measurements } from './measurements.js';
import { metric } from './metrics.js';

const SUBJECT = 'ptp-switch';
const CLOCKS = 20;
/** The code is compiled while it runs; a measurement of the first minutes would be one of the compiler. */
const WARM_UP_SECONDS = 100;

/** Runs on for so many simulated seconds, and tells how many of them one second of the processor is good for. */
export type Simulation = (seconds: number) => number;

/** One whose code has been compiled; `makeChain` may be that of another checkout. */
export function warmSimulation(
  delayMechanism: 'e2e' | 'p2p',
  makeChain: typeof chain = chain,
): Simulation {
  const { scenario } = makeChain({
    seed: 1,
    delayMechanism,
    clocks: CLOCKS,
    clock: (place) => ({ clock: { driftPpb: place % 2 === 0 ? 100_000 : -100_000 } }),
  });
  scenario.run(WARM_UP_SECONDS);
  return (seconds) => {
    const before = process.cpuUsage();
    scenario.run(seconds);
    const { user, system } = process.cpuUsage(before);
    return (seconds * 1e6) / (user + system);
  };
}

export function measureSimulation(measurements: Measurements, seconds: number): void {
  for (const delayMechanism of ['e2e', 'p2p'] as const) {
    const simulate = warmSimulation(delayMechanism);
    measurements.add(metric.simulation(delayMechanism), SUBJECT, simulate(seconds));
  }
}
