/**
 * linuxptp's ptp4l as a peer: grandmaster, slave or transparent clock.
 *
 * Always `free_running 1`: a peer that steered would set the clock of the machine that runs the tests.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';
import { OffsetSampler } from './offset-sampler.js';

export type Transport = 'L2' | 'UDPv4' | 'UDPv6';

/** An option of ptp4l by its own name. */
export type Ptp4lSettings = Readonly<Record<string, string | number>>;

export interface Ptp4lOptions {
  readonly transport?: Transport;
  readonly interfaces?: readonly string[];
  /** In addition to, or instead of, the ones every peer has. */
  readonly settings?: Ptp4lSettings;
  /** Options of single interfaces. */
  readonly interfaceSettings?: Readonly<Record<string, Ptp4lSettings>>;
  /** Whole configuration sections that go before the interfaces', such as a unicast master table. */
  readonly sections?: string;
  /** Pins the process to this processor. */
  readonly cpu?: number;
}

const COMMON_SETTINGS: Ptp4lSettings = {
  free_running: 1,
  time_stamping: 'software',
  logSyncInterval: -4,
  logMinDelayReqInterval: -4,
  logAnnounceInterval: -2,
  summary_interval: 0,
  // The default of 1 ms makes a busy machine look like a faulty driver.
  tx_timestamp_timeout: 10,
};

/** Three Announce receipt timeouts of 250 ms intervals, the delay exchange, and a generous reserve for a busy machine. */
const STATE_TIMEOUT_MS = 20_000;

let peerCount = 0;

export class Ptp4l {
  readonly child: Child;
  readonly #network: Network;
  readonly #namespace: Namespace;
  readonly #socket: string;
  readonly #settings: Ptp4lSettings;

  constructor(network: Network, namespace: Namespace, options: Ptp4lOptions) {
    this.#network = network;
    this.#namespace = namespace;
    this.#settings = { ...COMMON_SETTINGS, ...options.settings };
    const name = `ptp4l-${++peerCount}`;
    this.#socket = join(network.directory, `${name}.sock`);
    const file = join(network.directory, `${name}.cfg`);
    writeFileSync(file, configuration(options, this.#socket));
    const pin = options.cpu === undefined ? {} : { cpu: options.cpu };
    this.child = namespace.spawn('ptp4l', ['-f', file, '-m', '-q'], pin);
  }

  static grandmaster(network: Network, namespace: Namespace, options: Ptp4lOptions = {}): Ptp4l {
    return new Ptp4l(network, namespace, {
      ...options,
      settings: { priority1: 10, ...options.settings },
    });
  }

  static slave(network: Network, namespace: Namespace, options: Ptp4lOptions = {}): Ptp4l {
    return new Ptp4l(network, namespace, {
      ...options,
      settings: { slaveOnly: 1, ...options.settings },
    });
  }

  static transparentClock(
    network: Network,
    namespace: Namespace,
    options: Ptp4lOptions = {},
  ): Ptp4l {
    return new Ptp4l(network, namespace, {
      ...options,
      settings: { clock_type: 'E2E_TC', priority1: 254, ...options.settings },
    });
  }

  async waitUntilMaster(): Promise<void> {
    await this.child.waitForLine(/to (GRAND_)?MASTER on/, STATE_TIMEOUT_MS);
  }

  /** A free-running slave selects its master and then stays UNCALIBRATED. */
  async waitUntilFollowing(): Promise<void> {
    await this.child.waitForLine(/to (UNCALIBRATED|SLAVE) on/, STATE_TIMEOUT_MS);
  }

  /** Reads every offset of this slave from now on; its master sends Sync as often as itself is set to. */
  sampleOffsets(): OffsetSampler {
    return new OffsetSampler(this.#network, this.#namespace, {
      socket: this.#socket,
      domainNumber: Number(this.#settings['domainNumber'] ?? 0),
      logSyncInterval: Number(this.#settings['logSyncInterval']),
    });
  }

  /**
   * The delay of its first port's link as last logged, in nanoseconds. Needs `logging_level 7`: as a transparent clock
   * it answers no management message.
   */
  get peerDelay(): number | undefined {
    const logged = /port 1: delay timeout\n.*: delay\s+filtered\s+(-?\d+)/g;
    const last = [...this.child.output.matchAll(logged)].at(-1);
    return last && Number(last[1]);
  }
}

function configuration(options: Ptp4lOptions, socket: string): string {
  const global: Ptp4lSettings = {
    ...COMMON_SETTINGS,
    network_transport: options.transport ?? 'L2',
    uds_address: socket,
    ...options.settings,
  };
  const interfaces = options.interfaces ?? ['eth0'];
  return [
    section('global', global),
    options.sections ?? '',
    ...interfaces.map((name) => section(name, options.interfaceSettings?.[name] ?? {})),
  ].join('\n');
}

function section(name: string, settings: Ptp4lSettings): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
  return [`[${name}]`, ...lines, ''].join('\n');
}
