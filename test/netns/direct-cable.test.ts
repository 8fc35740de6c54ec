/**
 * The control experiment of this folder: a grandmaster and a slave on one cable, nothing between them, held to the same
 * limits as through a switch. Where this fails, the machine or the peers are at fault, not the switch.
 */

import { afterEach, beforeAll, describe, test } from 'vitest';
import { FOLLOWING_TIMEOUT_MS, waitForFollowing } from '../support/netns/following.js';
import { Network } from '../support/netns/network.js';
import { takePrecedence } from '../support/netns/precedence.js';
import { missingPrerequisite } from '../support/netns/prerequisites.js';
import { Ptp4l } from '../support/netns/ptp4l.js';

const TEST_TIMEOUT_MS = FOLLOWING_TIMEOUT_MS + 60_000;

const missing = missingPrerequisite('ptp4l', 'pmc');
if (missing !== undefined) console.warn(`direct cable: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('direct cable', () => {
  let network: Network;
  beforeAll(takePrecedence);
  afterEach(() => network.close());

  test('a slave follows its grandmaster', { timeout: TEST_TIMEOUT_MS }, async () => {
    network = new Network();
    const [gm, slave] = [network.namespace('gm'), network.namespace('slave')];
    network.connect({ namespace: gm, interface: 'eth0' }, { namespace: slave, interface: 'eth0' });
    Ptp4l.grandmaster(network, gm);
    const peer = Ptp4l.slave(network, slave);
    await peer.waitUntilFollowing();

    const { mean, standardDeviation } = await waitForFollowing(peer.sampleOffsets());

    console.log(
      `direct cable: mean ${mean.toFixed(0)} ns, deviation ${standardDeviation.toFixed(0)}`,
    );
  });
});
