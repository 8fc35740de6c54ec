/**
 * The multicast database of a bridge that snoops on IGMP and MLD (RFC 4541): which ports have listeners of which group,
 * read through iproute2.
 */
import { profiles } from '../config/profiles.js';
import { parseJson, runProgram, startProgram } from './programs.js';

export interface MulticastDatabase {
  /** By group, in the canonical text of its address: the ports behind which there is a listener, in whatever VLAN. */
  readonly listeners: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ports behind which there is a multicast router, which gets the messages of every group. */
  readonly routers: ReadonlySet<string>;
}

/** By bridge. */
export type MulticastDatabases = ReadonlyMap<string, MulticastDatabase>;

export const emptyDatabase: MulticastDatabase = { listeners: new Map(), routers: new Set() };

/** RFC 4291, 2.7: where the text of a group's address goes on after its scope, as in "ff0e::181". */
const afterScope = 4;

const { udp4, udp6 } = profiles.default.encapsulation.groups;

/**
 * The groups of PTP over UDP that are pruned, whatever else runs here: those that the forwarder knows
 * (addon/dataplane/group_pruning.cc). Those of peer delay are link-local, and never pruned.
 */
export const primaryGroup4 = udp4.primary;
export const primaryGroup6 = (scope: number): string => inScope(udp6.primary, scope);
/** What the addresses of that group have in common, whatever their scope. */
export const primaryGroup6InAnyScope = udp6.primary.slice(afterScope);

/** An IPv6 group in another scope, from 0 to 15. */
export function inScope(group: string, scope: number): string {
  return `ff0${scope.toString(16)}${group.slice(afterScope)}`;
}

const query = ['-j', '-d', 'mdb', 'show'];

export function readMulticastDatabases(): MulticastDatabases {
  return databasesOf(runProgram('bridge', query));
}

export async function fetchMulticastDatabases(): Promise<MulticastDatabases> {
  return databasesOf(await startProgram('bridge', query));
}

/** The parts of `bridge mdb`'s answer that are used here. */
interface Answer {
  readonly mdb?: readonly {
    readonly dev: string;
    readonly port: string;
    readonly grp: string;
  }[];
  readonly router?: Readonly<Record<string, readonly { readonly port: string }[]>>;
}

export function databasesOf(text: string): MulticastDatabases {
  const databases = new Map<
    string,
    { listeners: Map<string, Set<string>>; routers: Set<string> }
  >();
  const databaseOf = (bridge: string) => {
    const known = databases.get(bridge);
    if (known !== undefined) return known;
    const blank = { listeners: new Map<string, Set<string>>(), routers: new Set<string>() };
    databases.set(bridge, blank);
    return blank;
  };
  for (const { mdb = [], router = {} } of parseJson('bridge', text) as Answer[]) {
    // A listener of particular sources has an entry for each source; for us it is a listener whatever its sources.
    for (const { dev, port, grp } of mdb) {
      const { listeners } = databaseOf(dev);
      listeners.set(grp, (listeners.get(grp) ?? new Set()).add(port));
    }
    for (const [bridge, ports] of Object.entries(router)) {
      for (const { port } of ports) databaseOf(bridge).routers.add(port);
    }
  }
  return databases;
}
