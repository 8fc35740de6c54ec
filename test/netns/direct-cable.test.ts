/**
 * The control experiment of this folder: a grandmaster and a slave on one cable, nothing between them, held to the same
 * limits as through a switch. Where this fails, the machine or the peers are at fault, not the switch.
 */

import { onTestFinished, test } from 'vitest';
import { expectFollowing, frequent as settings } from '../support/netns/following.js';
import { Network } from '../support/netns/network.js';
import { Ptp4l } from '../support/netns/ptp4l.js';
import { describeTimed } from '../support/netns/timed.js';

describeTimed('direct cable', { programs: ['ptp4l', 'pmc'], warmPath: false }, () => {
  test('a slave follows its grandmaster', async () => {
    const network = new Network();
    onTestFinished(() => network.close());
    const [gm, slave] = [network.namespace('gm'), network.namespace('slave')];
    network.connect({ namespace: gm, interface: 'eth0' }, { namespace: slave, interface: 'eth0' });
    Ptp4l.grandmaster(network, gm, { settings });
    const peer = Ptp4l.slave(network, slave, { settings });
    await peer.waitUntilFollowing();

    await expectFollowing({ 'direct cable': peer.sampleOffsets() });
  });
});
