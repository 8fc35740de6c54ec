/**
 * Behind which ports PTP's multicast groups of UDP are wanted, as known to a bridge that snoops and queries (RFC 4541).
 * What is not known for sure counts as wanted, because a message too many is better than a clock without time.
 */
import type { BridgeSettings } from './kernel.js';
import { primaryGroup4, primaryGroup6, type MulticastDatabase } from './multicast-database.js';

/** By port; for UDP over IPv6 once for every scope, from 0 to 15. */
export interface WantedGroups {
  readonly udp4: readonly boolean[];
  readonly udp6: readonly (readonly boolean[])[];
}

export type MulticastDelivery =
  /**
   * PTP goes where it is wanted. `askedWithinMs`: for how long a new port gets everything, because its listeners may
   * not have reported.
   */
  | { readonly kind: 'pruned'; readonly wanted: WantedGroups; readonly askedWithinMs: number }
  /** PTP goes everywhere; `reason` says why, with the remedy. */
  | { readonly kind: 'flooded'; readonly reason: string };

export interface PruningInput {
  readonly bridge: string;
  /** Of the bridge; undefined where there is no bridge. */
  readonly settings: BridgeSettings | undefined;
  /** The bridge has a link-local address, from which it can query listeners of IPv6. */
  readonly linkLocalIpv6: boolean;
  readonly database: MulticastDatabase;
  /** In the order of the switch's ports, with whether they forward. */
  readonly ports: readonly { readonly name: string; readonly forwarding: boolean }[];
  /** Any clock in ms that only grows. */
  readonly nowMs: number;
}

export interface PruningResult {
  readonly delivery: MulticastDelivery;
  /** After how long the decision has to be made again although nothing has changed; undefined: not at all. */
  readonly againInMs: number | undefined;
}

/** RFC 4291, 2.7: four bits. */
const scopes = Array.from({ length: 16 }, (_, scope) => scope);
const prunedGroups = [primaryGroup4, ...scopes.map((scope) => primaryGroup6(scope))];

export class Pruning {
  /** By port: since when the listeners behind it have been queried. */
  #askedSince: readonly (number | undefined)[] = [];
  /** Undefined before the first decision, and after what makes all ports new. */
  #members: Members | undefined;

  decide(input: PruningInput): PruningResult {
    const { settings, ports, nowMs } = input;
    const reason = reasonToFlood(input);
    if (settings === undefined || reason !== undefined) {
      this.#askedSince = [];
      this.#members = undefined;
      const delivery = { kind: 'flooded', reason: reason ?? 'there is no bridge' } as const;
      return { delivery, againInMs: undefined };
    }
    // After a topology change listeners may be behind another port, where they have not been queried yet.
    const before = settings.topologyChange ? [] : this.#askedSince;
    const askedSince = ports.map(({ forwarding }, index) =>
      forwarding ? (before[index] ?? nowMs) : undefined,
    );
    this.#askedSince = askedSince;
    const known = settings.topologyChange ? undefined : this.#members;
    this.#members = membersOf(input, settings.membershipMs, known);
    const { askedWithinMs } = settings;
    const remaining = askedSince.map((since) =>
      since === undefined ? 0 : Math.max(0, since + askedWithinMs - nowMs),
    );
    const waiting = remaining.filter((ms) => ms > 0);
    return {
      delivery: {
        kind: 'pruned',
        wanted: wantedGroups(
          input,
          this.#members,
          remaining.map((ms) => ms > 0),
        ),
        askedWithinMs,
      },
      againInMs: waiting.length === 0 ? undefined : Math.min(...waiting),
    };
  }
}

/**
 * A bridge whose querier is on sends queries unless another querier does, so there always is one. Without it that is
 * not known.
 */
function reasonToFlood({ bridge, settings }: PruningInput): string | undefined {
  if (settings === undefined) return `there is no ${bridge}`;
  const remedy = (setting: string): string =>
    `set it there: ip link set ${bridge} type bridge ${setting}`;
  if (!settings.igmpSnooping) return `it does not snoop: ${remedy('mcast_snooping 1')}`;
  if (settings.vlanSnooping) {
    return `it snoops in each VLAN by itself: ${remedy('mcast_vlan_snooping 0')}`;
  }
  if (settings.querier) return undefined;
  return `it is no querier, so that those who listen might be forgotten: ${remedy('mcast_querier 1')}`;
}

/**
 * Since when the groups of a port have had a listener, by name of the port. Some devices join once and answer no query: the bridge
 * forgets them when their membership is over, and they are to keep their time until their link goes. Whoever is gone earlier has left.
 */
type Members = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a timer of the kernel and the reading of its table may differ by. */
const membershipSlackMs = 2_000;

/** @param before undefined: nobody knows since when */
function membersOf(
  { ports, database, nowMs }: PruningInput,
  membershipMs: number,
  before: Members | undefined,
): Members {
  const lasted = (since: number): boolean => nowMs - since >= membershipMs - membershipSlackMs;
  return new Map(
    ports
      .filter(({ forwarding }) => forwarding)
      .map(({ name }) => {
        const known = before?.get(name);
        const members = new Map(known && [...known].filter(([, since]) => lasted(since)));
        for (const group of prunedGroups) {
          if (database.listeners.get(group)?.has(name) !== true) continue;
          members.set(group, before === undefined ? -Infinity : (known?.get(group) ?? nowMs));
        }
        return [name, members];
      }),
  );
}

function wantedGroups(
  { ports, database, linkLocalIpv6 }: PruningInput,
  members: Members,
  isNew: readonly boolean[],
): WantedGroups {
  const wanted = (group: string): boolean[] =>
    ports.map(
      ({ name }, index) =>
        isNew[index] === true ||
        database.routers.has(name) ||
        members.get(name)?.has(group) === true ||
        database.listeners.get(group)?.has(name) === true,
    );
  const everywhere = ports.map(() => true);
  return {
    udp4: wanted(primaryGroup4),
    udp6: scopes.map((scope) => (linkLocalIpv6 ? wanted(primaryGroup6(scope)) : everywhere)),
  };
}
