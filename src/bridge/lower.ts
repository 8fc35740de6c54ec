/** Takes away what raise.ts has set up, and restores what was there before; also after a crash. */
import { bridgeAlias } from './raise.js';
import { readLinks } from './kernel.js';
import { forget, recall, rememberedBridges } from './memory.js';
import { runBatch } from './programs.js';
import {
  bridgeOfRulesTable,
  bridgeTables,
  removeRules,
  rulesTable,
  type OwnedRules,
} from './rules.js';

/** What was done, for the operator: one line each. */
export type Deeds = readonly string[];

/** Every bridge that a switch of this network namespace has set up, or joined, and not let go of. */
export function ownBridges(): string[] {
  const aliased = [...readLinks().values()]
    .filter(({ settings, alias }) => settings !== undefined && alias === bridgeAlias)
    .map(({ name }) => name);
  const ruled = bridgeTables().flatMap((table) => bridgeOfRulesTable(table) ?? []);
  return [...new Set([...aliased, ...rememberedBridges(), ...ruled])].sort();
}

/**
 * The rules go last, so that no PTP frame crosses the bridge on its last way. Idempotent.
 * @param owned rules that end with this process, which nobody else may remove
 * @throws BridgeError
 */
export function lowerBridge(bridge: string, owned?: OwnedRules): Deeds {
  try {
    return restore(bridge, owned === undefined);
  } finally {
    // Whatever else fails: their owner would keep this process from its end.
    owned?.close();
  }
}

/** @param withRules they stay until they are removed */
function restore(bridge: string, withRules: boolean): Deeds {
  const { joined, wasDown } = recall(bridge);
  const links = readLinks();
  const ours = links.get(bridge)?.alias === bridgeAlias;
  const deeds: string[] = [];
  const commands: string[] = [];
  // Before the bridge goes: afterwards nobody can tell which ports were still in it.
  const inside = joined.filter((port) => links.get(port)?.bridge === bridge);
  if (ours) {
    commands.push(`link delete dev ${bridge}`);
    deeds.push(`${bridge}: removed`);
  }
  for (const port of inside) {
    if (!ours) commands.push(`link set dev ${port} nomaster`);
    if (wasDown.includes(port)) commands.push(`link set dev ${port} down`);
    deeds.push(`${port}: out of ${bridge}${wasDown.includes(port) ? ', and down as before' : ''}`);
  }
  runBatch('ip', commands);
  if (withRules && bridgeTables().includes(rulesTable(bridge))) {
    removeRules(bridge);
    deeds.push(`${bridge}: rules removed`);
  }
  if (rememberedBridges().includes(bridge)) forget(bridge);
  return deeds;
}
