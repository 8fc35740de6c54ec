/**
 * How well slaves follow a grandmaster through switches: the peers are started, left to settle, and measured twice over,
 * by what the slaves themselves see and by their clocks.
 */

import type { Namespace, Network } from '../../support/netns/network.js';
import { differenceNs, setRate, type Nic } from './hardware-clock.js';
import { HardwareSlave, startGrandmaster, type HardwarePeerOptions } from './hardware-peer.js';

export const SETTLING_SECONDS = 6;
/** Delays of links are measured once a second, and averaged. */
const P2P_SETTLING_SECONDS = 15;
export const MEASURED_SECONDS = 20;

export interface Place {
  readonly namespace: Namespace;
  readonly nic: Nic;
}

export interface Following {
  readonly nic: Nic;
  /** Summaries of about a second each. */
  readonly seconds: number;
  /** The slave's offset from its master as it sees it, over all Syncs. */
  readonly rmsNs: number;
  readonly maxNs: number;
  /** What ptp4l had to say meanwhile. */
  readonly said: readonly string[];
  /** The slave's clock minus the grandmaster's, by reading both. */
  readonly clockDifferenceNs: number;
}

/** The rate of a slave's clock before it is steered. */
const SLAVE_RATE_PPB = 20_000;

/** The peers are gone when it ends, however it does. `atWork` is called while they follow. */
export async function measureFollowing(
  network: Network,
  gm: Place,
  places: readonly Place[],
  options: HardwarePeerOptions,
  atWork: () => void = () => undefined,
): Promise<Following[]> {
  for (const { nic } of places) setRate(nic, SLAVE_RATE_PPB);
  const slaves = places.map(
    ({ namespace, nic }) => new HardwareSlave(network, namespace, nic, options),
  );
  const grandmaster = startGrandmaster(network, gm.namespace, gm.nic, options);
  try {
    const since = await Promise.all(slaves.map((slave) => slave.followingSince()));
    const settling = options.delayMechanism === 'P2P' ? P2P_SETTLING_SECONDS : SETTLING_SECONDS;
    const results: Following[] = [];
    for (const [index, slave] of slaves.entries()) {
      const from = since[index]! + settling;
      const offsets = await slave.offsetsBetween(from, from + MEASURED_SECONDS);
      const clockDifferenceNs = differenceNs(slave.nic, gm.nic);
      atWork();
      results.push({ nic: slave.nic, ...offsets, clockDifferenceNs });
    }
    return results;
  } finally {
    await Promise.all([...slaves.map((slave) => slave.stop()), grandmaster.child.stop()]);
  }
}
