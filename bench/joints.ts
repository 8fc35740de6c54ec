/** Ways to join a grandmaster and a slave, each in a network of its own. */

import { Network, type Jack, type Namespace } from '../test/support/netns/network.js';
import { keepPathWarm } from '../test/support/netns/warm-path.js';

/**
 * What is in the processors' caches: what the machine has left there; the kernel's code for veth; or the data of the path
 * under test as well, because it carries messages of other clocks too, over Ethernet, both ways (README.md).
 */
export type Warmth = 'cold' | 'warm code' | 'warm path';

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
 * Joins every grandmaster to its slave and measures through all joints at the same time, then removes their networks.
 * What a joint returns goes to `measure`.
 */
export async function throughEach<Joined>(
  warmth: Warmth,
  joints: Readonly<Record<string, (gap: Gap) => Promise<Joined>>>,
  measure: (name: string, joined: Joined, gap: Gap) => Promise<void>,
): Promise<void> {
  const networks: Network[] = [];
  let letCool: (() => Promise<void>) | undefined;
  try {
    const joined = await Promise.all(
      Object.entries(joints).map(async ([name, join]) => {
        const network = new Network();
        networks.push(network);
        const gm = { namespace: network.namespace('gm'), interface: 'eth0' };
        const slave = { namespace: network.namespace('slave'), interface: 'eth0' };
        const gap = { network, gm, slave };
        return { name, gap, joined: await join(gap) };
      }),
    );
    if (warmth !== 'cold') {
      const ends = joined.flatMap(({ gap }) => [gap.gm, gap.slave]);
      letCool = await keepPathWarm(warmth === 'warm path' ? ends : []);
    }
    await Promise.all(joined.map(({ name, gap, joined }) => measure(name, joined, gap)));
  } finally {
    // What sends into a namespace ends before the namespace does.
    try {
      await letCool?.();
    } finally {
      await Promise.all(networks.map((network) => network.close()));
    }
  }
}
