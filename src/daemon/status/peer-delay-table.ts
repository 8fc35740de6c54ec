/** What is known of the links' delays, and what is wrong with those that are not, for whoever asks. */
import type { Config } from '../../config/config.js';
import {
  type LinkDelay,
  type Output,
  type Transport,
  type UnmeasuredReason,
} from '../../core/io.js';
import { formatPortIdentity } from '../../core/time/identity.js';
import { timeIntervalToNs } from '../../core/time/time-interval.js';
import type { Counters } from '../../native/data-plane.js';

/** One link on one transport. */
export interface LinkDelayStatus {
  readonly transport: Transport;
  readonly state: 'measured' | UnmeasuredReason;
  /** The same in words. */
  readonly description: string;
  readonly meanLinkDelayNs: number | null;
  /** Neighbour's seconds per second of ours; null before it is known well enough. */
  readonly neighborRateRatio: number | null;
  /** portIdentity of the neighbour; null while none is measured. */
  readonly neighbor: string | null;
  /** Messages and answers that came to nothing, by reason; they only grow. */
  readonly discarded: Readonly<Record<string, number>>;
}

export interface PeerDelayStatus {
  readonly links: readonly LinkDelayStatus[];
  /** Something the operator should put right, with the remedy; null where all is well. */
  readonly problem: string | null;
}

const descriptions: Readonly<Record<UnmeasuredReason, string>> = {
  linkDown: 'the link is down',
  measuring: 'asked, no answer yet',
  noResponse: 'no peer answers',
  multipleResponders:
    'more than one peer answers: the link is not used until one alone does; is there a switch without PTP on it?',
  linkDelayOutOfRange: 'peers answer, but with times that no link has',
  transmitTimestampLost: 'no transmit time stamps for our requests',
};

/** Delay_Req and Delay_Resp; Sync and Follow_Up that came before the link's delay was known. */
const watched = ['drop.otherDelayMechanism', 'drop.linkDelayUnknown'] as const;

const remedy =
  'set the neighbour to peer-to-peer (delay_mechanism P2P), or this switch to type: e2e-tc';

/**
 * The transports that the link of each port is measured on: all that a peer-to-peer transparent clock asks by, else those
 * of the clocks that measure there.
 */
export function measuredTransports(
  { ports, instances }: Pick<Config, 'ports' | 'instances'>,
  ofTransparentClocks: readonly Transport[],
): (readonly Transport[])[] {
  const everywhere = instances.some(({ type }) => type === 'p2p-tc');
  return ports.map(({ interface: name }) => {
    if (everywhere) return ofTransparentClocks;
    const used = instances
      .flatMap((instance) => ('ports' in instance ? instance.ports : []))
      .filter((port) => port.interface === name && port.delayMechanism === 'p2p');
    return [...new Set(used.map(({ transport }) => transport))];
  });
}

export class PeerDelayTable {
  #measured: readonly (readonly Transport[])[];
  readonly #counters: Counters;
  readonly #linkDelays = new Map<string, LinkDelay>();
  readonly #discarded = new Map<string, Record<string, number>>();
  /** What was counted of each port before its link last changed. */
  readonly #before: (readonly number[])[];

  /** @param measured by port: the transports that its link is measured on */
  constructor(measured: readonly (readonly Transport[])[], counters: Counters) {
    this.#measured = measured;
    this.#counters = counters;
    this.#before = measured.map((_, port) => this.#counted(port));
  }

  /** Other transports, by port; what is no longer measured is forgotten. */
  setMeasured(measured: readonly (readonly Transport[])[]): void {
    this.#measured = measured;
    const kept = measured.flatMap((transports, port) => transports.map((it) => keyOf(port, it)));
    for (const key of this.#linkDelays.keys())
      if (!kept.includes(key)) this.#linkDelays.delete(key);
  }

  setLinkDelay({ port, transport, linkDelay }: Extract<Output, { kind: 'linkDelay' }>): void {
    this.#linkDelays.set(keyOf(port, transport), linkDelay);
  }

  countDiscard(port: number, transport: Transport, reason: string): void {
    const key = keyOf(port, transport);
    const counts = this.#discarded.get(key) ?? {};
    counts[reason] = (counts[reason] ?? 0) + 1;
    this.#discarded.set(key, counts);
  }

  /** The link has changed: what was counted so far came from another neighbour. */
  restartCounting(port: number): void {
    this.#before[port] = this.#counted(port);
  }

  /** As it was told last. */
  linkDelayOf(port: number, transport: Transport): LinkDelay | undefined {
    return this.#linkDelays.get(keyOf(port, transport));
  }

  /** Of the transports in use there; undefined where the link is not measured. */
  statusOf(port: number): PeerDelayStatus | undefined {
    const transports = this.#measured[port] ?? [];
    if (transports.length === 0) return undefined;
    const links = transports.map((transport) => this.#linkStatus(port, transport));
    return { links, problem: this.#problemOf(port, links) };
  }

  #linkStatus(port: number, transport: Transport): LinkDelayStatus {
    const key = keyOf(port, transport);
    const found = this.#linkDelays.get(key) ?? { kind: 'unmeasured', reason: 'linkDown' };
    const discarded = { ...this.#discarded.get(key) };
    if (found.kind === 'unmeasured') {
      const { reason } = found;
      const unknown = { meanLinkDelayNs: null, neighborRateRatio: null, neighbor: null };
      return { transport, state: reason, description: descriptions[reason], ...unknown, discarded };
    }
    return {
      transport,
      state: 'measured',
      description: 'measured',
      meanLinkDelayNs: timeIntervalToNs(found.meanLinkDelay),
      neighborRateRatio: found.neighborRateRatio ?? null,
      neighbor: formatPortIdentity(found.neighbor),
      discarded,
    };
  }

  #problemOf(port: number, links: readonly LinkDelayStatus[]): string | null {
    if (links.some(({ state }) => state === 'measured')) return null;
    const faulty = links.find(({ state }) => state === 'multipleResponders');
    if (faulty !== undefined) return `${faulty.transport}: ${faulty.description}`;
    const [endToEnd = 0, unusable = 0] = this.#counted(port).map(
      (count, index) => count - (this.#before[port]?.[index] ?? 0),
    );
    if (endToEnd > 0) {
      return (
        `the neighbour measures its delay end to end (${endToEnd} of its Delay_Req or Delay_Resp messages dropped) ` +
        `and answers no Pdelay_Req: ${remedy}`
      );
    }
    // The first Syncs of any neighbour come before its first answer.
    if (unusable > 0 && links.every(({ state }) => state === 'noResponse')) {
      return `Syncs come in, but no peer answers Pdelay_Req (${unusable} Sync and Follow_Up dropped): ${remedy}`;
    }
    return null;
  }

  #counted(port: number): readonly number[] {
    const { layout, values } = this.#counters;
    return watched.map((name) =>
      Number(values[port * layout.stride + layout.names.indexOf(name)] ?? 0n),
    );
  }
}

function keyOf(port: number, transport: Transport): string {
  return `${port}/${transport}`;
}
