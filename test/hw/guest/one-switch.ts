/**
 * Six NICs, a grandmaster and two slaves around one switch:
 *
 *   gm eth0 ── eth1 switch eth3 ── eth2 slave
 *                          eth5 ── eth4 slave
 *
 * usage: one-switch E2E|P2P
 */

import { Network } from '../../support/netns/network.js';
import type { Transport } from '../../support/netns/ptp4l.js';
import { plugIn, startSwitch } from './cabling.js';
import { clockUsers } from './clock-users.js';
import { measureFollowing, type Following } from './following.js';
import { detune } from './hardware-clock.js';
import type { DelayMechanism } from './hardware-peer.js';
import { scenario } from './report.js';

export interface OneSwitch {
  readonly slaves: readonly Following[];
  /** Of the port to the grandmaster, where the mechanism is P2P. */
  readonly meanLinkDelayNs: number | null;
  /** Programs that have hardware clocks open meanwhile. */
  readonly clockUsers: ReturnType<typeof clockUsers>;
}

const delayMechanism = process.argv[2] as DelayMechanism;
const transports: readonly Transport[] = ['L2', 'UDPv4', 'UDPv6'];
const types = { E2E: 'e2e-tc', P2P: 'p2p-tc' } as const;

const network = new Network();
const { gm, sw, slave1, slave2 } = await plugIn(network, {
  gm: ['eth0'],
  sw: ['eth1', 'eth3', 'eth5'],
  slave1: ['eth2'],
  slave2: ['eth4'],
});
// The switch's clocks agree with nobody.
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth5', 20_000);

const instance = await startSwitch(network, sw, ['eth1', 'eth3', 'eth5'], {
  type: types[delayMechanism],
});
for (const transport of transports) {
  await scenario(transport, async (): Promise<OneSwitch> => {
    let users: OneSwitch['clockUsers'] = [];
    const slaves = await measureFollowing(
      network,
      { namespace: gm, nic: 'eth0' },
      [
        { namespace: slave1, nic: 'eth2' },
        { namespace: slave2, nic: 'eth4' },
      ],
      { transport, delayMechanism },
      () => (users = clockUsers()),
    );
    const { meanLinkDelayNs } = await instance.port('eth1');
    return { slaves, meanLinkDelayNs, clockUsers: users };
  });
}
await network.close();
