/** The state of a bridge that a switch has set up, whether or not that switch still runs. */
import { bridgeAlias, readLinks, readVlans, type StpState, type VlanMembership } from './kernel.js';
import { ownBridges } from './lower.js';
import { recall } from './memory.js';
import {
  emptyDatabase,
  primaryGroup4,
  primaryGroup6,
  readMulticastDatabases,
} from './multicast-database.js';
import { framesKept } from './rules.js';

export interface BridgeStatus {
  readonly name: string;
  /** False: the bridge is gone, but rules or notes of it are left over for `clean` to remove. */
  readonly present: boolean;
  /** The switch has created the bridge; false where it has joined an existing one. */
  readonly created: boolean;
  readonly stp: boolean | null;
  readonly vlanFiltering: boolean | null;
  readonly igmpSnooping: boolean | null;
  /** It sends membership queries where no other querier does. */
  readonly querier: boolean | null;
  /** PTP frames that the rules have kept from the bridge since they were installed; null where there are no rules. */
  readonly ptpFramesKept: number | null;
  readonly ports: readonly StandingBridgePort[];
}

export interface StandingBridgePort {
  readonly interface: string;
  readonly state: StpState;
  /** The switch has put the port into the bridge. */
  readonly joined: boolean;
  readonly vlans: readonly VlanMembership[];
  /** PTP's multicast groups that have listeners behind the port, as far as the bridge knows. */
  readonly ptpGroups: readonly string[];
  /** A multicast router is behind the port, which gets the messages of every group. */
  readonly multicastRouter: boolean;
}

const ptpGroups = [
  primaryGroup4,
  ...Array.from({ length: 16 }, (_, scope) => primaryGroup6(scope)),
];

/** @throws BridgeError */
export function bridgeStatus(): BridgeStatus[] {
  const names = ownBridges();
  if (names.length === 0) return [];
  const links = readLinks();
  const vlans = readVlans();
  const databases = readMulticastDatabases();
  return names.map((name) => {
    const settings = links.get(name)?.settings;
    const { joined } = recall(name);
    const { listeners, routers } = databases.get(name) ?? emptyDatabase;
    return {
      name,
      present: settings !== undefined,
      created: links.get(name)?.alias === bridgeAlias,
      stp: settings?.stp ?? null,
      vlanFiltering: settings?.vlanFiltering ?? null,
      igmpSnooping: settings?.igmpSnooping ?? null,
      querier: settings?.querier ?? null,
      ptpFramesKept: framesKept(name) ?? null,
      ports: [...links.values()]
        .filter(({ bridge }) => bridge === name)
        .map((link) => ({
          interface: link.name,
          state: link.state ?? 'disabled',
          joined: joined.includes(link.name),
          vlans: settings?.vlanFiltering === true ? (vlans.get(link.name) ?? []) : [],
          ptpGroups: ptpGroups.filter((group) => listeners.get(group)?.has(link.name) === true),
          multicastRouter: routers.has(link.name),
        })),
    };
  });
}
