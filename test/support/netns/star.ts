/**
 * Peers around switches, the network most tests run in:
 *
 *   gm eth0 ── eth1 switch1 eth2 ── ... ── eth1 switchN eth2 ── eth0 slave1
 *                                                       eth3 ── eth0 slave2 ...
 *
 * Every peer has an IPv4 and an IPv6 address and knows all others without asking.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Network, type CableOptions, type Namespace } from './network.js';
import { Switch, type SwitchOptions } from './switch.js';

/** Below are the peers' own. */
const FIRST_CLOCK_ADDRESS = 101;

export interface Peer {
  readonly namespace: Namespace;
  readonly interface: string;
  readonly address4: string;
  readonly address6: string;
}

export interface StarShape {
  readonly slaves: number;
  readonly switches?: number;
  readonly cables?: CableOptions;
}

/** Where a switch is to run, and its ports. */
export interface SwitchPlace {
  readonly namespace: Namespace;
  readonly interfaces: readonly string[];
}

export class Star {
  readonly network = new Network();
  readonly gm: Peer;
  readonly slaves: readonly Peer[];
  /** The port to the grandmaster is the first. */
  readonly switchPlaces: readonly SwitchPlace[];

  constructor(shape: StarShape) {
    const switchCount = shape.switches ?? 1;
    const { network } = this;
    this.gm = this.#peer('gm', 1);
    this.slaves = Array.from({ length: shape.slaves }, (_, i) =>
      this.#peer(`slave${i + 1}`, i + 2),
    );
    this.switchPlaces = Array.from({ length: switchCount }, (_, i) => ({
      namespace: network.namespace(`switch${i + 1}`),
      interfaces: Array.from(
        { length: i === switchCount - 1 ? 1 + shape.slaves : 2 },
        (_, port) => `eth${port + 1}`,
      ),
    }));

    let upstream = { namespace: this.gm.namespace, interface: 'eth0' };
    for (const { namespace } of this.switchPlaces) {
      network.connect(upstream, { namespace, interface: 'eth1' }, shape.cables);
      upstream = { namespace, interface: 'eth2' };
    }
    this.slaves.forEach(({ namespace }, i) => {
      const port = { namespace: upstream.namespace, interface: `eth${i + 2}` };
      network.connect(port, { namespace, interface: 'eth0' }, shape.cables);
    });
    this.#introduce([this.gm, ...this.slaves]);
  }

  #peer(role: string, number: number): Peer {
    return {
      namespace: this.network.namespace(role),
      interface: 'eth0',
      address4: `192.0.2.${number}`,
      address6: `2001:db8::${number}`,
    };
  }

  #introduce(peers: readonly Peer[]): void {
    for (const peer of peers) {
      peer.namespace.addAddress(peer.interface, `${peer.address4}/24`);
      peer.namespace.addAddress(peer.interface, `${peer.address6}/64`);
      for (const other of peers) {
        if (other === peer) continue;
        const mac = other.namespace.mac(other.interface);
        peer.namespace.addNeighbour(peer.interface, other.address4, mac);
        peer.namespace.addNeighbour(peer.interface, other.address6, mac);
      }
    }
  }

  /** Starts a switch at every place and waits until all forward. */
  async startSwitches(options: SwitchOptions = {}): Promise<Switch[]> {
    const switches = this.switchPlaces.map(
      ({ namespace, interfaces }) => new Switch(this.network, namespace, interfaces, options),
    );
    await Promise.all(switches.map((instance) => instance.waitUntilForwarding()));
    return switches;
  }

  /** The same of clocks, with their instances as the configuration has them. */
  startClocks(instances: string, places = this.switchPlaces): Promise<Switch[]> {
    return startClocks(this.network, places, instances);
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

/**
 * Starts a switch at each of the places and waits until all forward.
 *
 * @param instances as the configuration has them, in YAML
 */
export async function startClocks(
  network: Network,
  places: readonly SwitchPlace[],
  instances: string,
): Promise<Switch[]> {
  const config = join(network.directory, 'clocks.yaml');
  writeFileSync(config, `timestamping: software\n${instances}\n`);
  addClockAddresses(places);
  const switches = places.map(
    ({ namespace, interfaces }) => new Switch(network, namespace, interfaces, { config }),
  );
  await Promise.all(switches.map((instance) => instance.waitUntilForwarding()));
  return switches;
}

/** What a clock over UDP sends from. Receivers take no multicast from 0.0.0.0 to a group that is routed. */
export function addClockAddresses(places: readonly SwitchPlace[]): void {
  let host = FIRST_CLOCK_ADDRESS;
  for (const { namespace, interfaces } of places) {
    for (const name of interfaces) namespace.addAddress(name, `192.0.2.${host++}/24`);
  }
}
