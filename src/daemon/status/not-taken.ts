/**
 * PTP that comes in and that no instance takes, for whoever asks why a clock is not heard: which it is, why, and what to do about
 * it. Shown while it goes on; events tell of it.
 */
import type { InstanceConfig } from '../../config/config.js';
import { instanceNames } from '../../config/instances/name.js';
import type { MessageKey } from '../../native/data-plane.js';
import {
  whyNotTaken,
  whatOf,
  type NamedInstances,
  type NotTakenReason,
} from './not-taken-reason.js';

/** Messages of one kind by one port. */
export interface NotTakenStatus {
  readonly interface: string;
  readonly sdoId: number;
  readonly domainNumber: number;
  readonly transport: MessageKey['transport'];
  /** Null without a tag. */
  readonly vlanId: number | null;
  /** They are Announce; else of other types. */
  readonly announce: boolean;
  readonly reason: NotTakenReason;
  /** The same in words, with the remedy. */
  readonly description: string;
  /** Since this kind was heard first. */
  readonly messages: number;
}

/** What was not taken, and how often since it was last told of. */
export interface NotTakenMessages extends MessageKey {
  readonly announce: boolean;
  readonly messages: number;
  /** They are for another host: of no concern to anybody here. */
  readonly toOtherHost?: boolean;
}

export interface NotTakenOptions {
  readonly instances: readonly InstanceConfig[];
  readonly nameOf: (port: number) => string;
  /** Any monotonic time, nanoseconds. */
  readonly now: () => number;
}

/** The engine tells of what goes on every 10 s: what it has not told of for so long is over. */
const currentNs = 25e9;
/** Of all ports; the oldest makes room. A network has a few. */
const maxKinds = 256;

interface Kind {
  readonly key: MessageKey;
  readonly status: NotTakenStatus;
  readonly heardAt: number;
}

export class NotTaken {
  readonly #options: NotTakenOptions;
  #instances: NamedInstances;
  readonly #kinds = new Map<string, Kind>();

  constructor(options: NotTakenOptions) {
    this.#options = options;
    this.#instances = named(options.instances);
  }

  /** There are others now: what was not taken may be, and what is not may be for another reason. */
  setInstances(instances: readonly InstanceConfig[]): void {
    this.#instances = named(instances);
    this.#kinds.clear();
  }

  take({ messages, announce, toOtherHost = false, ...key }: NotTakenMessages): void {
    const text = [textOf(key), announce, toOtherHost].join(' ');
    const known = this.#kinds.get(text);
    const status = known?.status ?? this.#statusOf(key, announce, toOtherHost);
    if (status === undefined) return;
    this.#kinds.delete(text);
    this.#kinds.set(text, {
      key,
      status: { ...status, messages: (known?.status.messages ?? 0) + messages },
      heardAt: this.#options.now(),
    });
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > maxKinds && oldest !== undefined) this.#kinds.delete(oldest);
  }

  #statusOf(key: MessageKey, announce: boolean, toOtherHost: boolean): NotTakenStatus | undefined {
    const { sdoId, domainNumber, transport, vlanId, port } = key;
    const name = this.#options.nameOf(port);
    const why = toOtherHost
      ? { reason: 'otherHost' as const, words: 'it is for another host' }
      : whyNotTaken(this.#instances, key, name);
    if (why === undefined) return undefined;
    const { reason, words } = why;
    return {
      interface: name,
      ...{ sdoId, domainNumber, transport, vlanId: vlanId === 0 ? null : vlanId, announce, reason },
      description: `${name}: ${whatOf(key)} is not taken: ${words}`,
      messages: 0,
    };
  }

  /** What goes on now. */
  current(): NotTakenStatus[] {
    const since = this.#options.now() - currentNs;
    return [...this.#kinds.values()]
      .filter(({ heardAt }) => heardAt >= since)
      .map(({ status }) => status);
  }
}

/** `otherTransport`: no instance takes such messages there; `notPtp`: what came up is no PTP message. */
type Reason = 'otherTransport' | 'otherVlan' | 'otherHost' | 'notPtp';

/** Frames that were handed up and that nobody took, by reason. */
export type Unclaimed = Readonly<Record<Reason, number>>;

export function noneUnclaimed(): Unclaimed {
  return { otherTransport: 0, otherVlan: 0, otherHost: 0, notPtp: 0 };
}

export class UnclaimedCounts {
  readonly #byPort: Unclaimed[] = [];

  count(port: number, reason: Reason): void {
    const counts = this.of(port);
    this.#byPort[port] = { ...counts, [reason]: counts[reason] + 1 };
  }

  of(port: number): Unclaimed {
    return this.#byPort[port] ?? noneUnclaimed();
  }
}

function textOf({ port, sdoId, domainNumber, transport, vlanId }: MessageKey): string {
  return [port, sdoId, domainNumber, transport, vlanId].join(' ');
}

function named(instances: readonly InstanceConfig[]): NamedInstances {
  return { instances, names: instanceNames(instances) };
}
