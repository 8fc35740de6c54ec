/**
 * Reads a slave's offset from its master after every Sync, through one long-lived pmc.
 *
 * ptp4l 3.1.1 prints summaries only; TIME_STATUS_NP holds the latest single offset. It is asked for more often than
 * Syncs come, and the ingress time tells a new one from one already seen.
 */

import { join } from 'node:path';
import type { Child } from './child.js';
import type { Namespace, Network } from './network.js';
import { until } from './wait.js';

/** Two questions in the time from one Sync to the next, and a half for those that are late. */
const QUERIES_PER_SYNC = 2.5;
/** A slave that gets its offsets this many times slower than Syncs are sent has lost its master. */
const PATIENCE = 4;
/** ptp4l takes the median of its last ten path delays; offsets settle with it. */
const SETTLING_OFFSETS = 16;

let samplerCount = 0;

export interface SampledSlave {
  readonly socket: string;
  /** Whoever asks in another one gets no answer, through the socket neither. */
  readonly domainNumber: number;
  /** Of the Syncs that it gets. */
  readonly logSyncInterval: number;
}

export class OffsetSampler {
  /** Nanoseconds; one entry a Sync. */
  readonly #offsetsNs: number[] = [];
  readonly #child: Child;
  readonly #syncIntervalMs: number;
  #offsetNs = 0;
  #lastIngressTime = '0';

  constructor(network: Network, namespace: Namespace, slave: SampledSlave) {
    this.#syncIntervalMs = 1000 * 2 ** slave.logSyncInterval;
    const ownSocket = join(network.directory, `pmc-${++samplerCount}.sock`);
    const sockets = ['-s', slave.socket, '-i', ownSocket];
    const domain = ['-d', String(slave.domainNumber)];
    this.#child = namespace.spawn('pmc', ['-u', '-b', '0', ...domain, ...sockets], {
      onLine: (line) => this.#read(line),
    });
    const timer = setInterval(
      () => this.#child.write('GET TIME_STATUS_NP\n'),
      this.#syncIntervalMs / QUERIES_PER_SYNC,
    );
    void this.#child.exited.then(() => clearInterval(timer));
  }

  /** The offset comes a line before the ingress time that says whether it is new. */
  #read(line: string): void {
    const [name, value] = line.trim().split(/\s+/);
    if (name === 'master_offset') this.#offsetNs = Number(value);
    if (name !== 'ingress_time' || value === undefined || value === this.#lastIngressTime) return;
    this.#lastIngressTime = value;
    // Until the path delay is known, the offset stays at zero.
    if (this.#offsetsNs.length > 0 || this.#offsetNs !== 0) this.#offsetsNs.push(this.#offsetNs);
  }

  /** How many so far. */
  get count(): number {
    return this.#offsetsNs.length;
  }

  /** The last `count` settled offsets, in nanoseconds; undefined until there are so many. */
  latest(count: number): readonly number[] | undefined {
    if (this.#offsetsNs.length < SETTLING_OFFSETS + count) return undefined;
    return this.#offsetsNs.slice(-count);
  }

  /** Resolves with the first `count` settled offsets, in nanoseconds. */
  async collect(count: number): Promise<readonly number[]> {
    return until(
      `${count} offsets`,
      () => this.latest(count),
      (count + SETTLING_OFFSETS) * this.#syncIntervalMs * PATIENCE,
      () => `got ${this.#offsetsNs.length} in all\n${this.#child.output}`,
    );
  }
}
