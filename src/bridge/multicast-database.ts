/**
 * The multicast database of a bridge that snoops on IGMP and MLD (RFC 4541): which ports have listeners of which group,
 * read through iproute2.
 */
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

/** Annex C.3 and D.3: the groups of PTP over UDP. Those of peer delay are link-local, and never pruned. */
export const primaryGroup4 = '224.0.1.129';
export const primaryGroup6 = (scope: number): string => `ff0${scope.toString(16)}::181`;

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
