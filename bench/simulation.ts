/** How much faster than real time a chain of twenty simulated switches runs at 16 Sync/s. */

import { chain } from '../test/sim/harness/chain.js';
import type { Measurements } from './measurements.js';
import { metric } from './metrics.js';

const SUBJECT = 'ptp-switch';
const CLOCKS = 20;
/** The code is compiled while it runs; a measurement of the first minutes would be one of the compiler. */
const WARM_UP_SECONDS = 100;

export function measureSimulation(measurements: Pick<Measurements, 'add'>, seconds: number): void {
  for (const delayMechanism of ['e2e', 'p2p'] as const) {
    const { scenario } = chain({
      seed: 1,
      delayMechanism,
      clocks: CLOCKS,
      clock: (place) => ({ clock: { driftPpb: place % 2 === 0 ? 100_000 : -100_000 } }),
    });
    scenario.run(WARM_UP_SECONDS);
    const before = process.cpuUsage();
    scenario.run(seconds);
    const { user, system } = process.cpuUsage(before);
    measurements.add(metric.simulation(delayMechanism), SUBJECT, (seconds * 1e6) / (user + system));
  }
}
