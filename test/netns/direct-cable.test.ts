/**
 * The control experiment of this folder: a grandmaster and a slave on one cable, nothing between them.
 * Where this fails, the machine or the peers are at fault, not the switch.
 */

import { afterEach, describe, expect, test } from 'vitest';
import { Network } from '../support/netns/network.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { summarize } from '../support/netns/statistics.js';

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`direct cable: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('direct cable', () => {
  let network: Network;
  afterEach(() => network.close());

  test('a slave follows its grandmaster', async () => {
    network = new Network();
    const [gm, slave] = [network.namespace('gm'), network.namespace('slave')];
    network.connect({ namespace: gm, interface: 'eth0' }, { namespace: slave, interface: 'eth0' });
    Ptp4l.grandmaster(network, gm);
    const peer = Ptp4l.slave(network, slave);
    await peer.waitUntilFollowing();
    const offsets = peer.sampleOffsets();

    const summary = summarize(await offsets.collect(80));

    console.log(summary);
    expect(Math.abs(summary.mean)).toBeLessThan(1_000);
    expect(summary.standardDeviation).toBeLessThan(2_000);
  });
});
