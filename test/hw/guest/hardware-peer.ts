/**
 * ptp4l on a NIC of the guest with hardware time stamps. Unlike the peers of test/support/netns a slave steers here: the
 * clock that it steers is its NIC's own.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { Namespace, Network } from '../../support/netns/network.js';
import { Ptp4l, type Ptp4lSettings, type Transport } from '../../support/netns/ptp4l.js';
import { until } from '../../support/netns/wait.js';
import { asleep } from './awake.js';
import type { Nic } from './hardware-clock.js';
import { offsetSummaries, type OffsetSummary } from './offset-summaries.js';

export type DelayMechanism = 'E2E' | 'P2P';

export interface HardwarePeerOptions {
  readonly transport?: Transport;
  readonly delayMechanism?: DelayMechanism;
  readonly settings?: Ptp4lSettings;
}

/** Of all offsets of a stretch of time. */
export interface Offsets {
  readonly seconds: number;
  readonly rmsNs: number;
  readonly maxNs: number;
  /** What ptp4l had to say meanwhile. */
  readonly said: readonly string[];
}

/** A slave hears of its master, and time passes quickly while the guest waits for a file. */
const STATE_TIMEOUT_MS = 120_000;
/**
 * A time stamp that is given up puts ptp4l's port out of service for 16 s, and the guest, whose processor is emulated, is
 * at times away for longer than the milliseconds that a time stamp takes.
 */
const TIMESTAMP_TIMEOUT_MS = 2_000;
/** By how much a summary may come later than a second after the last. */
const SUMMARY_TIMEOUT_MS = 30_000;

function optionsOf(nic: Nic, options: HardwarePeerOptions, settings: Ptp4lSettings) {
  return {
    ...(options.transport !== undefined && { transport: options.transport }),
    interfaces: [nic],
    settings: {
      time_stamping: 'hardware',
      tx_timestamp_timeout: TIMESTAMP_TIMEOUT_MS,
      delay_mechanism: options.delayMechanism ?? 'E2E',
      // One summary a second.
      summary_interval: 0,
      ...settings,
      ...options.settings,
    },
  };
}

export function startGrandmaster(
  network: Network,
  namespace: Namespace,
  nic: Nic,
  options: HardwarePeerOptions = {},
): Ptp4l {
  return Ptp4l.grandmaster(network, namespace, optionsOf(nic, options, {}));
}

export class HardwareSlave {
  readonly nic: Nic;
  readonly #peer: Ptp4l;

  constructor(network: Network, namespace: Namespace, nic: Nic, options: HardwarePeerOptions = {}) {
    this.nic = nic;
    const settings = { free_running: 0, step_threshold: 0.00002 };
    this.#peer = Ptp4l.slave(network, namespace, optionsOf(nic, options, settings));
  }

  /** When it chose its master: seconds of CLOCK_MONOTONIC. */
  async followingSince(): Promise<number> {
    await untilLoaded(this.#peer);
    const line = await asleep(() =>
      this.#peer.child.waitForLine(
        /^ptp4l\[(\d+\.\d+)\]: .* to (UNCALIBRATED|SLAVE) on/,
        STATE_TIMEOUT_MS,
      ),
    );
    return Number(line[1]);
  }

  /** Of every whole summary between the two times, once the later one has come. */
  async offsetsBetween(from: number, to: number): Promise<Offsets> {
    await asleep(async () => {
      // Nothing to be looked for until then: the guest's processor is slow.
      await delay(Math.max(0, to - now()) * 1_000);
      await until(
        `the offsets of ${this.nic} until ${to}`,
        () => (this.summaries().at(-1)?.at ?? 0) >= to,
        SUMMARY_TIMEOUT_MS,
        () => this.#peer.child.lines.slice(-20).join('\n'),
      );
    });
    const summaries = this.summaries().filter(({ at }) => at > from && at <= to);
    const squares = summaries.reduce((sum, { rmsNs }) => sum + rmsNs ** 2, 0);
    return {
      seconds: summaries.length,
      rmsNs: Math.sqrt(squares / summaries.length),
      maxNs: Math.max(...summaries.map(({ maxNs }) => maxNs)),
      said: this.#peer.child.lines.filter((line) => {
        const at = Number(/^ptp4l\[(\d+\.\d+)\]:/.exec(line)?.[1]);
        return at > from && at <= to;
      }),
    };
  }

  summaries(): OffsetSummary[] {
    return offsetSummaries(this.#peer.child.lines);
  }

  async stop(): Promise<void> {
    await this.#peer.child.stop();
  }
}

/** Resolves when it has something to say, and so all of its libraries. */
export async function untilLoaded({ child }: Ptp4l): Promise<void> {
  await child.waitForLine(/./, STATE_TIMEOUT_MS);
}

/** Seconds of CLOCK_MONOTONIC, as ptp4l writes them before each line. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}
