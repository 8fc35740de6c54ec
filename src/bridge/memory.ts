/**
 * What was there before the switch set a bridge up, for as long as the bridge exists. It is kept in the kernel, in a
 * table of nftables without rules, so that it belongs to the network namespace, survives a crash, and goes with a
 * reboot as the bridge does.
 */
import { parseJson, runProgram } from './programs.js';
import { bridgeTables } from './rules.js';

const prefix = 'ptp-switch.';
const suffix = '.memory';

export interface Memory {
  /** The switch has created the bridge. */
  readonly created: boolean;
  /** Ports that the switch has put into the bridge. */
  readonly joined: readonly string[];
  /** Ports that were administratively down before the switch set them up. */
  readonly wasDown: readonly string[];
}

export const blankMemory: Memory = { created: false, joined: [], wasDown: [] };

/** The bridges of which something is remembered. */
export function rememberedBridges(): string[] {
  return bridgeTables()
    .filter((table) => table.startsWith(prefix) && table.endsWith(suffix))
    .map((table) => table.slice(prefix.length, -suffix.length));
}

/** What is remembered of a bridge; empty where nothing is. */
export function recall(bridge: string): Memory {
  const table = tableOf(bridge);
  if (!bridgeTables().includes(table)) return blankMemory;
  const answer = parseJson('nft', runProgram('nft', ['-j', 'list', 'table', 'bridge', table]));
  const { nftables } = answer as { nftables: { set?: { name: string; elem?: string[] } }[] };
  const elements = (name: string): string[] =>
    nftables.find(({ set }) => set?.name === name)?.set?.elem ?? [];
  return {
    created: elements('created').includes(bridge),
    joined: elements('joined'),
    wasDown: elements('was-down'),
  };
}

/** Replaces what was remembered. */
export function remember(bridge: string, { created, joined, wasDown }: Memory): void {
  const table = `table bridge ${tableOf(bridge)}`;
  const sets = [
    setOf('created', created ? [bridge] : []),
    setOf('joined', joined),
    setOf('was-down', wasDown),
  ];
  runProgram('nft', ['-f', '-'], `${table}\ndelete ${table}\n${table} { ${sets.join(' ')} }\n`);
}

export function forget(bridge: string): void {
  const table = `table bridge ${tableOf(bridge)}`;
  runProgram('nft', ['-f', '-'], `${table}\ndelete ${table}\n`);
}

function tableOf(bridge: string): string {
  return `${prefix}${bridge}${suffix}`;
}

function setOf(name: string, elements: readonly string[]): string {
  const listed = elements.map((element) => JSON.stringify(element)).join(', ');
  return `set ${name} { type ifname; ${listed && `elements = { ${listed} };`} };`;
}
