/**
 * The switch under soak and what is around it:
 *
 *   source ── eth1 device eth2 ── sink1
 *                         eth3 ── sink2
 *
 * A queue at each port to a sink holds every Sync back for some five milliseconds, behind two messages of full length that go
 * ahead of it: a correction that is missing, or of another message, shows.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Network, type Jack, type Namespace } from '../../test/support/netns/network.js';
import { PairWatch, type PairListener } from '../../test/support/netns/pair-watch.js';
import { watchStanding } from '../../test/support/netns/standing-watch.js';
import { Switch } from '../../test/support/netns/switch.js';

import type { Standings } from './standings.js';

export const PAIRS_PER_SECOND = 25;
/** The bucket holds one message of full length; what is beyond it waits for this rate. */
const BURST_OCTETS = 1_600;
const USUAL_QUEUE: Queue = { kilobitsPerSecond: 2_200, limitOctets: 400_000 };

/** A token bucket at a port. */
export interface Queue {
  readonly kilobitsPerSecond: number;
  /** What does not fit is lost. */
  readonly limitOctets: number;
}

export interface BedPort {
  readonly interface: string;
  readonly peer: Jack;
  /** Its number, of those to a sink. */
  readonly sink: number | undefined;
}

/** By port, group and name. */
export type Counters = ReadonlyMap<string, number>;

/** What a process holds. */
export interface Resources {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentMegabytes: number;
}

export class Bed {
  readonly network = new Network();
  readonly device: Namespace = this.network.namespace('device');
  /** Where an interface goes that leaves the device for a while. */
  readonly elsewhere: Namespace = this.network.namespace('elsewhere');
  readonly ports: readonly BedPort[];
  #instance: Switch | undefined;
  #watch: PairWatch | undefined;

  constructor() {
    this.ports = ['source', 'sink1', 'sink2'].map((role, index) => ({
      interface: `eth${index + 1}`,
      peer: { namespace: this.network.namespace(role), interface: 'eth0' },
      sink: index === 0 ? undefined : index - 1,
    }));
    for (const port of this.ports) this.connect(port);
  }

  get instance(): Switch {
    return this.#instance!;
  }

  /** The present as pairs have it. */
  nowNs(): number {
    return this.#watch!.nowNs();
  }

  /** Makes the cable of a port, with its queue. */
  connect(port: BedPort): void {
    this.network.connect(
      { namespace: this.device, interface: port.interface },
      { namespace: port.peer.namespace, interface: port.peer.interface },
    );
    this.addQueue(port);
  }

  addQueue(port: BedPort): void {
    if (port.sink !== undefined) this.#queue('add', port, USUAL_QUEUE);
  }

  changeQueue(port: BedPort, queue: Queue = USUAL_QUEUE): void {
    this.#queue('change', port, queue);
  }

  removeQueue(port: BedPort): void {
    this.device.run('tc', ['qdisc', 'del', 'dev', port.interface, 'root']);
  }

  #queue(verb: 'add' | 'change', port: BedPort, queue: Queue): void {
    this.device.run('tc', [
      ...['qdisc', verb, 'dev', port.interface, 'root', 'tbf'],
      ...['rate', `${queue.kilobitsPerSecond}kbit`, 'burst', String(BURST_OCTETS)],
      ...['limit', String(queue.limitOctets)],
    ]);
  }

  /** A switch where the last one was, with the same socket; resolves when it has been started, not when it forwards. */
  startSwitch(): void {
    const stall = pathToFileURL(join(process.cwd(), 'bench/soak/stall.mjs'));
    this.#instance = new Switch(
      this.network,
      this.device,
      this.ports.map(({ interface: name }) => name),
      {
        socket: join(this.network.directory, 'switch.sock'),
        env: { ...process.env, NODE_OPTIONS: `--import=${stall.href}` },
      },
    );
  }

  async startPairs(listener: PairListener): Promise<void> {
    const cables = this.ports.map(({ interface: name, peer }) => {
      return { end: peer, port: { namespace: this.device, interface: name } };
    });
    this.#watch = await PairWatch.start(this.network, PAIRS_PER_SECOND, cables, listener);
  }

  /** Tells when a processor has stood still, once the pairs have been started: in their time. */
  watchStandings(standings: Standings): Promise<void> {
    const watch = this.#watch!;
    return watchStanding(this.elsewhere, ({ cpu, fromMs, toMs }) =>
      standings.add({ cpu, fromNs: watch.nsOf(fromMs), toNs: watch.nsOf(toMs) }),
    );
  }

  /** All that the switch counts, by port; nothing while it does not listen yet. */
  async counters(): Promise<Counters> {
    const counters = new Map<string, number>();
    if (!existsSync(this.instance.socket)) return counters;
    for (const port of (await this.instance.stats()).ports) {
      for (const [group, those] of Object.entries(port.counters)) {
        for (const [name, value] of Object.entries(those)) {
          counters.set(`${port.interface}.${group}.${name}`, value);
        }
      }
    }
    return counters;
  }

  resources(): Resources {
    const process = `/proc/${this.instance.child.pid}`;
    const status = readFileSync(`${process}/status`, 'utf8');
    return {
      descriptors: readdirSync(`${process}/fd`).length,
      threads: readdirSync(`${process}/task`).length,
      residentMegabytes: (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6,
    };
  }

  close(): Promise<void> {
    return this.network.close();
  }
}
