/**
 * Hosts around a switch that carries all their traffic:
 *
 *   h1 eth0 ── eth1 switch eth2 ── eth0 h2, and so on
 *
 * The hosts have addresses 192.0.2.11 and 2001:db8::11 upwards and find each other by themselves.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Network, type Namespace } from './network.js';
import { COMMAND_LINE, Switch } from './switch.js';

export interface Host {
  readonly namespace: Namespace;
  readonly interface: string;
  readonly address4: string;
  readonly address6: string;
}

export class BridgedNetwork {
  readonly network = new Network();
  readonly hosts: readonly Host[];
  readonly place: Namespace;
  readonly ports: readonly string[];

  constructor(hostCount: number) {
    this.place = this.network.namespace('switch');
    this.ports = Array.from({ length: hostCount }, (_, i) => `eth${i + 1}`);
    this.hosts = this.ports.map((port, i) => {
      const namespace = this.network.namespace(`h${i + 1}`);
      this.network.connect(
        { namespace, interface: 'eth0' },
        { namespace: this.place, interface: port },
      );
      const [address4, address6] = [`192.0.2.${11 + i}`, `2001:db8::${11 + i}`];
      namespace.addAddress('eth0', `${address4}/24`);
      namespace.addAddress('eth0', `${address6}/64`);
      return { namespace, interface: 'eth0', address4, address6 };
    });
  }

  /** Runs a switch of a transparent clock with `bridge` as the configuration's, in YAML; resolves when it forwards. */
  async startSwitch(
    bridge: string,
    ports = this.ports.join(', '),
    startTimeoutMs?: number,
  ): Promise<Switch> {
    const config = join(this.network.directory, 'switch.yaml');
    writeFileSync(
      config,
      `{ports: [${ports}], instances: [{type: e2e-tc}], timestamping: software, bridge: ${bridge}}`,
    );
    const running = new Switch(this.network, this.place, [], {
      config,
      ...(startTimeoutMs !== undefined && { startTimeoutMs }),
    });
    await running.waitUntilForwarding();
    return running;
  }

  /** `ptp-switch bridge ACTION --json` where the switch runs or ran. */
  bridge(action: 'status' | 'clean'): unknown {
    return JSON.parse(
      this.place.run(process.execPath, [COMMAND_LINE, 'bridge', action, '--json']),
    ) as unknown;
  }

  /** What can be told of the interfaces of the switch, but for carriers and the addresses that follow them. */
  interfaces(): unknown {
    const links = JSON.parse(this.place.run('ip', ['-j', '-d', 'address', 'show'])) as {
      ifname: string;
      flags: string[];
      master?: string;
      mtu: number;
      promiscuity: number;
      addr_info: { local: string }[];
    }[];
    return links.map(({ ifname, flags, master, mtu, promiscuity, addr_info }) => ({
      ...{ ifname, up: flags.includes('UP'), master, mtu, promiscuity },
      addresses: addr_info.map(({ local }) => local).filter((local) => !local.startsWith('fe80:')),
    }));
  }

  close(): Promise<void> {
    return this.network.close();
  }
}
