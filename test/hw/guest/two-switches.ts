/**
 * Two switches in a row, whose four hardware clocks agree with nobody:
 *
 *   gm eth0 ── eth1 switch1 eth3 ── eth2 switch2 eth5 ── eth4 slave
 */

import { Network } from '../../support/netns/network.js';
import { plugIn, startSwitch } from './cabling.js';
import { measureFollowing } from './following.js';
import { detune } from './hardware-clock.js';
import { scenario } from './report.js';

const network = new Network();
const { gm, switch1, switch2, slave } = await plugIn(network, {
  gm: ['eth0'],
  switch1: ['eth1', 'eth3'],
  switch2: ['eth2', 'eth5'],
  slave: ['eth4'],
});
detune('eth0', 0);
detune('eth1', -30_000);
detune('eth3', 50_000);
detune('eth2', 20_000);
detune('eth5', -20_000);

for (const [delayMechanism, type] of [
  ['E2E', 'e2e-tc'],
  ['P2P', 'p2p-tc'],
] as const) {
  await scenario(delayMechanism, async () => {
    const switches = await Promise.all([
      startSwitch(network, switch1, ['eth1', 'eth3'], { type }),
      startSwitch(network, switch2, ['eth2', 'eth5'], { type }),
    ]);
    const results = await measureFollowing(
      network,
      { namespace: gm, nic: 'eth0' },
      [{ namespace: slave, nic: 'eth4' }],
      { delayMechanism },
    );
    await Promise.all(switches.map((instance) => instance.child.stop()));
    return results;
  });
}
await network.close();
