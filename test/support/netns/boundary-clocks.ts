/**
 * Boundary clocks and the clocks around them, whose time is that of the machine and a second: not the one that a boundary
 * clock reads before it has heard anybody. What it reads later is compared with the truth, which is known.
 */

import type { OffsetSource } from './following.js';
import type { Namespace, Network } from './network.js';
import { Ptp4l, type Ptp4lOptions, type Transport } from './ptp4l.js';
import type { Switch } from './switch.js';
import { until } from './wait.js';

/** All ptp4l clocks are so far ahead of the machine's. */
const AHEAD_NS = 1_000_000_000;

export type DelayMechanism = 'E2E' | 'P2P';

export interface Speech {
  readonly transport: Transport;
  readonly delayMechanism: DelayMechanism;
}

const transportNames: Readonly<Record<Transport, string>> = {
  L2: 'l2',
  UDPv4: 'udp4',
  UDPv6: 'udp6',
};

const ANNOUNCE_INTERVAL_MS = 250;
/** By default. */
const ANNOUNCE_RECEIPT_TIMEOUT = 3;
/** After its grandmaster has gone, or another has come; two intervals more than it takes to miss one. */
export const SWITCH_OVER_LIMIT_MS = (ANNOUNCE_RECEIPT_TIMEOUT + 2) * ANNOUNCE_INTERVAL_MS;

/** In steady state, at every hop. Peer to peer, the path's own bias (docs/peer-to-peer.md) takes much of it. */
export const RMS_LIMIT_NS = 1_000;
/** At any time while a clock changes over from one grandmaster, or one way to it, to another. */
export const ERROR_LIMIT_NS = 5_000;

const LOCK_TIMEOUT_MS = 60_000;

/** For the configuration: a boundary clock that sends as often as the peers do. */
export function boundaryClock({ transport, delayMechanism }: Speech): string {
  return `
instances:
  - type: bc
    transport: ${transportNames[transport]}
    delayMechanism: ${delayMechanism.toLowerCase()}
    logAnnounceInterval: -2
    logSyncInterval: -4
    logMinDelayReqInterval: -4
    logMinPdelayReqInterval: -4
`;
}

/** For a ptp4l among boundary clocks. Free-running clocks differ from each other in their time stamps alone. */
export function peerOptions(speech: Speech, options: Ptp4lOptions = {}): Ptp4lOptions {
  return {
    ...options,
    transport: speech.transport,
    settings: {
      delay_mechanism: speech.delayMechanism,
      logMinPdelayReqInterval: -4,
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

export async function waitUntilLocked(clocks: readonly Switch[]): Promise<void> {
  await Promise.all(
    clocks.map((running) =>
      until(
        'the boundary clock to lock',
        async () => (await running.clock()).clock.lockState === 'locked',
        LOCK_TIMEOUT_MS,
        () => running.child.output,
      ),
    ),
  );
}

/** Compares the time of a boundary clock with the truth, over and over. */
export class TimeErrors implements OffsetSource {
  readonly errorsNs: number[] = [];
  readonly #running: Switch;
  readonly #timer: NodeJS.Timeout;
  #failure: Error | undefined;
  #asking = false;

  constructor(running: Switch, intervalMs: number) {
    this.#running = running;
    this.#timer = setInterval(() => void this.#ask(), intervalMs);
    void running.child.exited.then(() => this.stop());
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { clock } = await this.#running.clock();
      this.errorsNs.push(clock.aheadOfSystemClockNs - AHEAD_NS);
    } catch (error) {
      this.#failure = error as Error;
      this.stop();
    } finally {
      this.#asking = false;
    }
  }

  get count(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.errorsNs.length;
  }

  latest(count: number): readonly number[] | undefined {
    return this.count < count ? undefined : this.errorsNs.slice(-count);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
