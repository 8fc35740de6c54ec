/**
 * Boundary clocks and the clocks around them, whose time is that of the machine and a second: not the one that a boundary
 * clock reads before it has heard anybody. What it reads later is compared with the truth, which is known. Those of
 * several transports and delay mechanisms share one network and one switch, each in a domain of its own.
 */

import { forgivingPeer, frequent, frequentClock, type OffsetSource } from './following.js';
import type { Namespace, Network } from './network.js';
import { Ptp4l, type Ptp4lOptions, type Transport } from './ptp4l.js';
import type { Switch } from './switch.js';
import { until } from './wait.js';

/** All ptp4l clocks are this far ahead of the machine's clock. */
const AHEAD_NS = 1_000_000_000;

export type DelayMechanism = 'E2E' | 'P2P';

export interface Speech {
  readonly transport: Transport;
  readonly delayMechanism: DelayMechanism;
  readonly domainNumber: number;
}

const transportNames: Readonly<Record<Transport, string>> = {
  L2: 'l2',
  UDPv4: 'udp4',
  UDPv6: 'udp6',
};

const ANNOUNCE_INTERVAL_MS = 250;
/** portDS.announceReceiptTimeout of the default profile. */
const ANNOUNCE_RECEIPT_TIMEOUT = 3;
/** After its grandmaster has gone, or another has come; two intervals more than it takes to miss one. */
export const SWITCH_OVER_LIMIT_MS = (ANNOUNCE_RECEIPT_TIMEOUT + 2) * ANNOUNCE_INTERVAL_MS;

/** In steady state, at every hop. Peer to peer, the path's own bias (docs/peer-to-peer.md) takes much of it. */
export const RMS_LIMIT_NS = 1_000;
/** At any time while a clock changes over from one grandmaster, or one way to it, to another. */
export const ERROR_LIMIT_NS = 5_000;

const LOCK_TIMEOUT_MS = 60_000;

/** A clock is asked as often as it gets a Sync; between two Syncs there is nothing new to learn. */
const ERROR_INTERVAL_MS = 16;
/** How many times as long as usual the answers of a busy clock may take. */
const ERRORS_PATIENCE = 6;

/** For the configuration: a boundary clock for each, that sends as often as the peers do. */
export function boundaryClocks(speeches: readonly Speech[]): string {
  const instances = speeches.map(({ transport, delayMechanism, domainNumber }) =>
    [
      `type: bc, domain: ${domainNumber}, transport: ${transportNames[transport]}`,
      `delayMechanism: ${delayMechanism.toLowerCase()}, logAnnounceInterval: -2, ${frequentClock}`,
    ].join(', '),
  );
  return ['instances:', ...instances.map((instance) => `  - {${instance}}`), ''].join('\n');
}

/** For a ptp4l among boundary clocks. Free-running clocks differ from each other in their time stamps alone. */
export function peerOptions(
  { transport, delayMechanism, domainNumber }: Speech,
  options: Ptp4lOptions = {},
): Ptp4lOptions {
  return {
    ...options,
    transport,
    settings: {
      ...{ delay_mechanism: delayMechanism, domainNumber },
      ...frequent,
      ...forgivingPeer,
      // Added to its egress time stamps, subtracted from its ingress time stamps.
      egressLatency: AHEAD_NS,
      ingressLatency: -AHEAD_NS,
      ...options.settings,
    },
  };
}

/** ptp4l as a boundary clock. It runs freely: it hands on the machine's time, however well it has measured its master's. */
export function foreignBoundaryClock(
  network: Network,
  namespace: Namespace,
  speech: Speech,
  interfaces: readonly string[],
): Ptp4l {
  return new Ptp4l(network, namespace, peerOptions(speech, { interfaces }));
}

/** Resolves when each of them has locked in that domain. */
export async function waitUntilLocked(
  clocks: readonly Switch[],
  domainNumber: number,
): Promise<void> {
  await Promise.all(
    clocks.map((running) =>
      until(
        `the boundary clock of domain ${domainNumber} to lock`,
        async () => (await running.clock(domainNumber)).clock.lockState === 'locked',
        LOCK_TIMEOUT_MS,
        () => running.child.output,
      ),
    ),
  );
}

/** Compares the time of every boundary clock of a switch with the truth, over and over, until it is stopped. */
export class TimeErrors {
  readonly #running: Switch;
  readonly #timer: NodeJS.Timeout;
  readonly #byDomain = new Map<number, ClockErrors>();
  #asking = false;

  constructor(running: Switch) {
    this.#running = running;
    this.#timer = setInterval(() => void this.#ask(), ERROR_INTERVAL_MS);
    void running.child.exited.then(() => this.stop());
  }

  /** Those of the clock in that domain. */
  of(domainNumber: number): ClockErrors {
    let errors = this.#byDomain.get(domainNumber);
    if (errors === undefined) {
      errors = new ClockErrors();
      this.#byDomain.set(domainNumber, errors);
    }
    return errors;
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (const { clock } of await this.#running.clocks()) {
        this.of(clock.domainNumber).push(clock.aheadOfSystemClockNs - AHEAD_NS);
      }
    } catch (error) {
      for (const errors of this.#byDomain.values()) errors.fail(error as Error);
      this.stop();
    } finally {
      this.#asking = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** What a clock is ahead of the true time, in nanoseconds. */
export class ClockErrors implements OffsetSource {
  readonly #errorsNs: number[] = [];
  #failure: Error | undefined;

  push(errorNs: number): void {
    this.#errorsNs.push(errorNs);
  }

  /** There will be no more. */
  fail(error: Error): void {
    this.#failure = error;
  }

  get count(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#errorsNs.length;
  }

  /** Resolves with the first `count` of those that come from now on. */
  async collect(count: number): Promise<readonly number[]> {
    const first = this.count;
    return until(
      `${count} errors of a boundary clock`,
      () => this.count >= first + count && this.#errorsNs.slice(first, first + count),
      count * ERROR_INTERVAL_MS * ERRORS_PATIENCE,
      () => `got ${this.#errorsNs.length - first}`,
    );
  }

  /** Of all since the error of that number, the worst one. */
  worstSince(first: number): number {
    return Math.max(...this.#errorsNs.slice(first).map(Math.abs));
  }
}
