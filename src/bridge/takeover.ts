/**
 * A bridge that an earlier switch has left at work, by `onStop: keep` or because it was killed. Ordinary traffic flows over
 * it, and is to flow on also where the start that takes it over fails: then it becomes again what it was.
 */
import type { BridgeConfig } from '../config/config.js';
import type { Link } from './kernel.js';
import { remember, type Memory } from './memory.js';
import { runBatch } from './programs.js';
import { bridgeTables, installRules, removeRules, rulesTable, type OwnedRules } from './rules.js';

export interface FoundBridge {
  readonly config: BridgeConfig;
  readonly memory: Memory;
  /** PTP was kept out of it. */
  readonly ruled: boolean;
  /** The ports that the start wants, as they were. */
  readonly ports: readonly Link[];
  /** Ports of the bridge that the start does not want. */
  readonly gone: readonly string[];
}

/** To be asked before anything is changed. */
export function isRuled(bridge: string): boolean {
  return bridgeTables().includes(rulesTable(bridge));
}

/**
 * Settings of the bridge and VLANs of its ports stay as the start has set them: the next one that succeeds sets its own.
 * @param owned rules that end with this process
 * @throws BridgeError
 */
export function restoreFound(found: FoundBridge, owned: OwnedRules | undefined): void {
  const { config, memory, ruled, ports, gone } = found;
  const { name, hostPtp } = config;
  const added = ports.filter(({ bridge }) => bridge !== name);
  const kept = ports.filter(({ bridge }) => bridge === name).map((port) => port.name);
  try {
    runBatch('ip', [
      ...added.map((port) => `link set dev ${port.name} nomaster`),
      ...added.filter(({ up }) => !up).map((port) => `link set dev ${port.name} down`),
      ...gone.map((port) => `link set dev ${port} master ${name}`),
    ]);
    remember(name, memory);
  } finally {
    owned?.close();
  }
  if (ruled) installRules({ bridge: name, ports: [...kept, ...gone], hostPtp });
  else if (owned === undefined) removeRules(name);
}
