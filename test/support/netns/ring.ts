/**
 * Three switches in a ring, a host at each:
 *
 *   h1 eth0 ── eth1 s1 eth2 ── eth3 s2 eth1 ── eth0 h2
 *                 eth3              eth2
 *                   └── eth2 s3 eth3 ┘
 *                          eth1 ── eth0 h3
 */

import { Network, type Namespace } from './network.js';
import type { SwitchPlace } from './star.js';

const COUNT = 3;

export class Ring {
  readonly network = new Network();
  readonly hosts: readonly Namespace[];
  readonly places: readonly SwitchPlace[];

  constructor() {
    const { network } = this;
    const numbers = Array.from({ length: COUNT }, (_, i) => i);
    this.places = numbers.map((i) => ({
      namespace: network.namespace(`s${i + 1}`),
      interfaces: ['eth1', 'eth2', 'eth3'],
    }));
    this.hosts = numbers.map((i) => network.namespace(`h${i + 1}`));
    for (const i of numbers) {
      network.connect(
        { namespace: this.hosts[i]!, interface: 'eth0' },
        { namespace: this.place(i), interface: 'eth1' },
      );
    }
    for (const i of numbers) {
      network.connect(
        { namespace: this.place(i), interface: 'eth2' },
        { namespace: this.place(i + 1), interface: 'eth3' },
      );
    }
  }

  /** Of the switch of that number, counted from 0 and round. */
  place(i: number): Namespace {
    return this.places[i % COUNT]!.namespace;
  }

  close(): Promise<void> {
    return this.network.close();
  }
}
