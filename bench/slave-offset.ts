/**
 * How well a ptp4l slave follows a ptp4l grandmaster: over a direct cable and through each subject, all at the same
 * time, so that whatever else the machine does meets all of them.
 */

import { Network, type Jack } from '../test/support/netns/network.js';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { median, summarize } from '../test/support/netns/statistics.js';
import { Switch } from '../test/support/netns/switch.js';
import type { Measurements } from './measurements.js';
import { DIRECT_CABLE, metric } from './metrics.js';

/** Joins grandmaster and slave, and waits until what is between them forwards. */
type Joint = (network: Network, gm: Jack, slave: Jack) => Promise<void>;

const joints: Readonly<Record<string, Joint>> = {
  [DIRECT_CABLE]: (network, gm, slave) => {
    network.connect(gm, slave);
    return Promise.resolve();
  },
  'ptp-switch': async (network, gm, slave) => {
    const namespace = network.namespace('device');
    network.connect(gm, { namespace, interface: 'eth1' });
    network.connect(slave, { namespace, interface: 'eth2' });
    await new Switch(network, namespace, ['eth1', 'eth2']).waitUntilForwarding();
  },
  'ptp4l E2E_TC': (network, gm, slave) => {
    const namespace = network.namespace('device');
    network.connect(gm, { namespace, interface: 'eth1' });
    network.connect(slave, { namespace, interface: 'eth2' });
    Ptp4l.transparentClock(network, namespace, { interfaces: ['eth1', 'eth2'] });
    return Promise.resolve();
  },
};

export async function measureSlaveOffsets(
  measurements: Measurements,
  offsetCount: number,
): Promise<void> {
  const networks: Network[] = [];
  try {
    await Promise.all(
      Object.entries(joints).map(async ([name, join]) => {
        const network = new Network();
        networks.push(network);
        const gm = { namespace: network.namespace('gm'), interface: 'eth0' };
        const slave = { namespace: network.namespace('slave'), interface: 'eth0' };
        await join(network, gm, slave);
        Ptp4l.grandmaster(network, gm.namespace);
        const peer = Ptp4l.slave(network, slave.namespace);
        await peer.waitUntilFollowing();
        const offsets = await peer.sampleOffsets().collect(offsetCount);
        const { mean, standardDeviation } = summarize(offsets);
        measurements.add(metric.slaveOffset, name, median(offsets.map(Math.abs)));
        measurements.add(metric.slaveOffsetMean, name, mean);
        measurements.add(metric.slaveOffsetDeviation, name, standardDeviation);
      }),
    );
  } finally {
    await Promise.all(networks.map((network) => network.close()));
  }
}
