/**
 * The slave offset with the peer-to-peer delay mechanism, and the delay that each clock shows for the link to the
 * grandmaster: over a direct cable and through both peer-to-peer transparent clocks, all at the same time. One machine
 * has one clock, so the true offset is zero; docs/peer-to-peer.md says how much of the mean is the path's.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { Ptp4l } from '../test/support/netns/ptp4l.js';
import { summarize } from '../test/support/netns/statistics.js';
import { Switch } from '../test/support/netns/switch.js';
import { insertDevice, throughEach, type Gap } from './joints.js';
import type { LoadTransport } from './load.js';
import type { Measurements } from './measurements.js';
import { DIRECT_CABLE, metric } from './metrics.js';
import { PTP4L_TRANSPORT } from './subjects.js';

/** A link delay is a median of up to ten, measured once a second, by either clock. */
const SETTLING_MS = 10_000;

/** The log has a few lines a second, none for a Sync. */
const settings = { delay_mechanism: 'P2P', logging_level: 7 };

/** Null or undefined where it was not measured. */
type ShownDelay = number | null | undefined;

/** Joins grandmaster and slave; the result reads the delay of the link to the grandmaster, in nanoseconds. */
type Joint = (gap: Gap) => Promise<(slave: Ptp4l) => ShownDelay | Promise<ShownDelay>>;

const joints = (transport: LoadTransport): Readonly<Record<string, Joint>> => ({
  [DIRECT_CABLE]: ({ network, gm, slave }) => {
    network.connect(gm, slave);
    return Promise.resolve((peer) => peer.peerDelay);
  },
  'ptp-switch': async (gap) => {
    const { namespace, interfaces } = insertDevice(gap);
    const instance = new Switch(gap.network, namespace, interfaces, { type: 'p2p-tc' });
    await instance.waitUntilForwarding();
    return async () => (await instance.ports())[0]!.meanLinkDelayNs;
  },
  'ptp4l P2P_TC': (gap) => {
    const { namespace, interfaces } = insertDevice(gap);
    const clock = Ptp4l.transparentClock(gap.network, namespace, {
      interfaces,
      transport: PTP4L_TRANSPORT[transport],
      settings: { ...settings, clock_type: 'P2P_TC' },
    });
    return Promise.resolve(() => clock.peerDelay);
  },
});

export async function measurePeerToPeer(
  measurements: Measurements,
  offsetCount: number,
): Promise<void> {
  for (const transport of ['l2', 'udp4'] as const) {
    await throughEach('warm code', joints(transport), async (name, shownDelay, gap) => {
      gap.gm.namespace.addAddress(gap.gm.interface, '198.18.1.2/24');
      gap.slave.namespace.addAddress(gap.slave.interface, '198.18.2.2/24');
      const options = { transport: PTP4L_TRANSPORT[transport], settings };
      Ptp4l.grandmaster(gap.network, gap.gm.namespace, options);
      const slave = Ptp4l.slave(gap.network, gap.slave.namespace, options);
      await slave.waitUntilFollowing();
      await delay(SETTLING_MS);
      const offsets = await slave.sampleOffsets().collect(offsetCount);
      const { mean, standardDeviation } = summarize(offsets);
      measurements.add(metric.p2pSlaveOffset(transport, 'mean'), name, mean);
      measurements.add(
        metric.p2pSlaveOffset(transport, 'standard deviation'),
        name,
        standardDeviation,
      );
      const linkDelay = await shownDelay(slave);
      if (typeof linkDelay === 'number') {
        measurements.add(metric.p2pLinkDelay(transport), name, linkDelay);
      }
    });
  }
}
