/**
 * Six NICs, a grandmaster and two slaves around one switch:
 *
 *   gm eth0 ── eth1 switch eth3 ── eth2 slave
 *                          eth5 ── eth4 slave
 */

import { Network } from '../../support/netns/network.js';
import type { Transport } from '../../support/netns/ptp4l.js';
import { Switch } from '../../support/netns/switch.js';
import { plugIn } from './cabling.js';
import { measureFollowing } from './following.js';
import { detune } from './hardware-clock.js';
import type { DelayMechanism } from './hardware-peer.js';
import { scenario } from './report.js';

const mechanisms: readonly DelayMechanism[] = ['E2E', 'P2P'];
const transports: readonly Transport[] = ['L2', 'UDPv4', 'UDPv6'];
const types = { E2E: 'e2e-tc', P2P: 'p2p-tc' } as const;

const network = new Network();
const { gm, sw, slave1, slave2 } = await plugIn(network, {
  gm: ['eth0'],
  sw: ['eth1', 'eth3', 'eth5'],
  slave1: ['eth2'],
  slave2: ['eth4'],
});
// The grandmaster runs as the system clock does (differenceNs); the switch's clocks agree with nobody.
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth5', 20_000);

for (const delayMechanism of mechanisms) {
  const options = { type: types[delayMechanism], startTimeoutMs: 120_000 };
  const instance = new Switch(network, sw!, ['eth1', 'eth3', 'eth5'], options);
  await instance.waitUntilForwarding();
  for (const transport of transports) {
    await scenario(`${delayMechanism} ${transport}`, () =>
      measureFollowing(
        network,
        { namespace: gm!, nic: 'eth0' },
        [
          { namespace: slave1!, nic: 'eth2' },
          { namespace: slave2!, nic: 'eth4' },
        ],
        { transport, delayMechanism },
      ),
    );
  }
  await instance.child.stop();
}
await network.close();
