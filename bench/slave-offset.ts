/**
 * How well a ptp4l slave follows a ptp4l grandmaster: over a direct cable and through each subject, all at the same
 * time, so that whatever else the machine does meets all of them.
 */

import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { median, summarize } from '../test/support/netns/statistics.js';
import { Switch } from '../test/support/netns/switch.js';
import { insertDevice, throughEach, type Gap } from './joints.js';
import type { Measurements } from './measurements.js';
import { DIRECT_CABLE, metric, type Path } from './metrics.js';

/** Joins grandmaster and slave. */
type Joint = (gap: Gap) => Promise<void>;

const joints: Readonly<Record<string, Joint>> = {
  [DIRECT_CABLE]: ({ network, gm, slave }) => {
    network.connect(gm, slave);
    return Promise.resolve();
  },
  'ptp-switch': async (gap) => {
    const { namespace, interfaces } = insertDevice(gap);
    await new Switch(gap.network, namespace, interfaces).waitUntilForwarding();
  },
  'ptp4l E2E_TC': (gap) => {
    const { namespace, interfaces } = insertDevice(gap);
    Ptp4l.transparentClock(gap.network, namespace, { interfaces });
    return Promise.resolve();
  },
};

export async function measureSlaveOffsets(
  measurements: Measurements,
  { rounds, offsets: offsetCount }: { readonly rounds: number; readonly offsets: number },
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await measureRound(measurements, 'warm', offsetCount);
    await measureRound(measurements, 'cold', offsetCount);
  }
}

/** Peers that start anew meet one another at other moments, and on other processors. */
async function measureRound(
  measurements: Measurements,
  path: Path,
  offsetCount: number,
): Promise<void> {
  await throughEach(path === 'warm' ? 'warm path' : 'cold', joints, async (name, _joined, gap) => {
    Ptp4l.grandmaster(gap.network, gap.gm.namespace);
    const peer = Ptp4l.slave(gap.network, gap.slave.namespace);
    await peer.waitUntilFollowing();
    const offsets = await peer.sampleOffsets().collect(offsetCount);
    const { mean, standardDeviation } = summarize(offsets);
    measurements.add(
      metric.slaveOffset(path, 'median |offset|'),
      name,
      median(offsets.map(Math.abs)),
    );
    measurements.add(metric.slaveOffset(path, 'mean'), name, mean);
    measurements.add(metric.slaveOffset(path, 'standard deviation'), name, standardDeviation);
  });
}
