/** Ways to join a grandmaster and a slave, each in a network of its own. */

import { Network, type Jack, type Namespace } from '../test/support/netns/network.js';
import { keepPathWarm } from '../test/support/netns/warm-path.js';
import type { Path } from './metrics.js';

/** Where a joint goes. */
export interface Gap {
  readonly network: Network;
  readonly gm: Jack;
  readonly slave: Jack;
}

/** A device to run a subject in; its first interface is the one to the grandmaster. */
export function insertDevice({ network, gm, slave }: Gap): {
  namespace: Namespace;
  interfaces: readonly string[];
} {
  const namespace = network.namespace('device');
  network.connect(gm, { namespace, interface: 'eth1' });
  network.connect(slave, { namespace, interface: 'eth2' });
  const interfaces = ['eth1', 'eth2'];
  // ptp4l needs addresses to speak UDP; nothing else uses them.
  interfaces.forEach((name, i) => namespace.addAddress(name, `198.18.${i + 1}.1/24`));
  return { namespace, interfaces };
}

/**
 * Measures through all joints at the same time, then removes their networks. On a warm path a frame finds the kernel's code
 * in the caches (docs/peer-to-peer.md).
 */
export async function throughEach<Joint>(
  path: Path,
  joints: Readonly<Record<string, Joint>>,
  measure: (name: string, joint: Joint, gap: Gap) => Promise<void>,
): Promise<void> {
  const networks: Network[] = [];
  const letCool = path === 'warm' ? await keepPathWarm() : undefined;
  try {
    await Promise.all(
      Object.entries(joints).map(async ([name, joint]) => {
        const network = new Network();
        networks.push(network);
        const gm = { namespace: network.namespace('gm'), interface: 'eth0' };
        const slave = { namespace: network.namespace('slave'), interface: 'eth0' };
        await measure(name, joint, { network, gm, slave });
      }),
    );
  } finally {
    await Promise.all([letCool?.(), ...networks.map((network) => network.close())]);
  }
}
