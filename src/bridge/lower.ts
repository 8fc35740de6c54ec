/** Removes what raise.ts has set up, and restores what was there before; also after a crash. */
import { bridgeAlias, readLinks } from './kernel.js';
import { forget, recall, rememberedBridges } from './memory.js';
import { runBatch } from './programs.js';
import {
  bridgeOfRulesTable,
  bridgeTables,
  removeRules,
  rulesTable,
  type OwnedRules,
} from './rules.js';

/** One line for the operator for each thing that was done. */
export type RestorationReport = readonly string[];

/** Every bridge that a switch of this network namespace has created or joined and not yet released. */
export function ownBridges(): string[] {
  const aliased = [...readLinks().values()]
    .filter(({ settings, alias }) => settings !== undefined && alias === bridgeAlias)
    .map(({ name }) => name);
  const ruled = bridgeTables().flatMap((table) => bridgeOfRulesTable(table) ?? []);
  return [...new Set([...aliased, ...rememberedBridges(), ...ruled])].sort();
}

/**
 * Removes the rules last, so that no PTP frame crosses the bridge while it is taken down. Idempotent.
 * @param owned rules that are owned by this process, so that nobody else may remove them
 * @throws BridgeError
 */
export function lowerBridge(bridge: string, owned?: OwnedRules): RestorationReport {
  try {
    return restore(bridge, owned === undefined);
  } finally {
    // Also when the rest has failed: the process that owns the rules would keep this one from ending.
    owned?.close();
  }
}

/** @param withRules the rules are not owned by a process, and have to be removed here */
function restore(bridge: string, withRules: boolean): RestorationReport {
  const { joined, wasDown } = recall(bridge);
  const links = readLinks();
  const ours = links.get(bridge)?.alias === bridgeAlias;
  const report: string[] = [];
  const commands: string[] = [];
  // Read before the bridge is removed: afterwards it is not known which ports were still in it.
  const inside = joined.filter((port) => links.get(port)?.bridge === bridge);
  if (ours) {
    commands.push(`link delete dev ${bridge}`);
    report.push(`${bridge}: removed`);
  }
  for (const port of inside) {
    if (!ours) commands.push(`link set dev ${port} nomaster`);
    if (wasDown.includes(port)) commands.push(`link set dev ${port} down`);
    report.push(`${port}: out of ${bridge}${wasDown.includes(port) ? ', and down as before' : ''}`);
  }
  runBatch('ip', commands);
  if (withRules && bridgeTables().includes(rulesTable(bridge))) {
    removeRules(bridge);
    report.push(`${bridge}: rules removed`);
  }
  if (rememberedBridges().includes(bridge)) forget(bridge);
  return report;
}
