/**
 * Creates the bridge, or joins an existing one, and puts the ports into it, as far as they are not there already. What
 * was there before is remembered first, so that lower.ts can restore it however this process ends. A port that is in the
 * bridge is never taken out of it on the way.
 */
import { isIPv4 } from 'node:net';
import type { BridgeConfig, PortConfig, VlanConfig } from '../config/config.js';
import {
  bridgeAlias,
  readAddresses,
  readLinks,
  readVlans,
  type Link,
  type Links,
  type VlanMembership,
} from './kernel.js';
import { lowerBridge } from './lower.js';
import { blankMemory, recall, remember, type Memory } from './memory.js';
import { BridgeError, runBatch } from './programs.js';
import { installRules, OwnedRules, type Ruleset } from './rules.js';
import { isRuled, restoreFound } from './takeover.js';

/** The VLAN that the kernel gives a port by default. */
const defaultVlan: VlanConfig = { pvid: 1, tagged: [] };
const centisecondsPerSecond = 100;

export interface RaisedBridge {
  /** Lines for the operator. */
  readonly notes: readonly string[];
  /** Rules that are removed when this process ends; undefined where they stay until lowerBridge removes them. */
  readonly ownedRules: OwnedRules | undefined;
  /** Puts back what was there before this start. @throws BridgeError */
  readonly undo: () => void;
}

/**
 * The rules that keep PTP frames out of the bridge are in place before the first port is in it.
 * @param onRulesLost called when the rules are gone although this process has not removed them
 * @throws BridgeError, with what was there before restored
 */
export async function raiseBridge(
  config: BridgeConfig,
  ports: readonly PortConfig[],
  onRulesLost: () => void,
): Promise<RaisedBridge> {
  const links = readLinks();
  const names = ports.map((port) => port.interface);
  const exists = checkBridge(config, links.get(config.name));
  const present = names.map((name) => checkPort(config, name, links));

  const earlier = earlierMemory(config, present);
  const gone = earlier.joined.filter(
    (name) => !names.includes(name) && links.get(name)?.bridge === config.name,
  );
  const found = { config, memory: earlier, ruled: isRuled(config.name), ports: present, gone };
  const takesOver = config.onStop === 'keep' && isInside(config.name, earlier, links);
  let ownedRules: OwnedRules | undefined;
  const undo = (): void => {
    if (takesOver) restoreFound(found, ownedRules);
    else lowerBridge(config.name, ownedRules);
  };
  try {
    rememberPresentState(config, present, earlier);
    ownedRules = await keepPtpOut(
      { bridge: config.name, ports: names, hostPtp: config.hostPtp },
      config,
      onRulesLost,
    );
    runBatch('ip', [
      ...(config.existing ? [] : bridgeCommands(config, exists)),
      ...names.flatMap((name) => joinCommands(config.name, name)),
      ...(config.existing ? [] : [`link set dev ${config.name} up`]),
    ]);
    if (config.vlanFiltering && !config.existing) setVlans(ports);
    // Last: with spanning tree a port that has to come back carries nothing for half a minute.
    runBatch(
      'ip',
      gone.map((name) => `link set dev ${name} nomaster`),
    );
    return { notes: present.flatMap((link) => addressNote(config, link)), ownedRules, undo };
  } catch (error) {
    throw undone(undo, error as Error);
  }
}

/** Restores what was there before. @returns what is wrong, with what cannot be restored */
function undone(undo: () => void, cause: Error): Error {
  try {
    undo();
    return cause;
  } catch (error) {
    const left = (error as Error).message;
    return new BridgeError(
      `${cause.message}; and what was there before is not all restored (${left}): ptp-switch bridge clean does it`,
    );
  }
}

/** Commands of `ip` that make an interface a port of a bridge. */
export function joinCommands(bridge: string, port: string): string[] {
  return [`link set dev ${port} master ${bridge}`, `link set dev ${port} up`];
}

/** Gives the ports the VLANs of the configuration and no others. */
export function setVlans(ports: readonly PortConfig[]): void {
  const present = readVlans();
  const commands = ports.flatMap(({ interface: name, vlan = defaultVlan }) =>
    vlanCommands(name, vlan, present.get(name) ?? []),
  );
  runBatch('bridge', commands);
}

/** @returns whether the bridge exists already */
function checkBridge({ name, existing }: BridgeConfig, link: Link | undefined): boolean {
  if (link === undefined) {
    if (!existing) return false;
    throw new BridgeError(
      `${name}: no such bridge to join: make it first, or have one made with bridge: {name: ${name}} (--bridge ${name})`,
    );
  }
  if (link.settings === undefined) {
    throw new BridgeError(`${name}: is there, but is no bridge: choose another name`);
  }
  if (!existing && link.alias !== bridgeAlias) {
    throw new BridgeError(
      `${name}: is a bridge of somebody else's: choose another name, or join it with bridge: ${name} (--join-bridge ${name})`,
    );
  }
  return true;
}

function checkPort(config: BridgeConfig, name: string, links: Links): Link {
  const link = links.get(name);
  if (link === undefined) {
    throw new BridgeError(`${name}: no such network interface: \`ip link\` lists them`);
  }
  if (link.bridge !== undefined && link.bridge !== config.name) {
    throw new BridgeError(
      links.get(link.bridge)?.alias === bridgeAlias
        ? `${name}: is a port of ${link.bridge}, which an earlier ptp-switch has left: ptp-switch bridge clean removes it`
        : `${name}: is a port of ${link.bridge}: take it out there, or join that bridge with bridge: ${link.bridge} (--join-bridge ${link.bridge})`,
    );
  }
  return link;
}

/** What an earlier switch remembered, where it has left ports in the bridge. */
function earlierMemory({ name }: BridgeConfig, ports: readonly Link[]): Memory {
  const earlier = recall(name);
  return ports.some(({ bridge }) => bridge === name) ? earlier : blankMemory;
}

/** An earlier switch has put ports into the bridge, and they are there still. */
function isInside(bridge: string, { joined }: Memory, links: Links): boolean {
  return joined.some((port) => links.get(port)?.bridge === bridge);
}

/** In addition to what was remembered at an earlier start. */
function rememberPresentState(
  { name, existing }: BridgeConfig,
  ports: readonly Link[],
  { joined, wasDown }: Memory,
): void {
  remember(name, {
    created: !existing,
    joined: [...joined, ...ports.filter(({ bridge }) => bridge !== name).map((port) => port.name)],
    wasDown: [...wasDown, ...ports.filter(({ up }) => !up).map((port) => port.name)],
  });
}

async function keepPtpOut(
  ruleset: Ruleset,
  { onExit }: BridgeConfig,
  onLost: () => void,
): Promise<OwnedRules | undefined> {
  if (onExit === 'block') {
    installRules(ruleset);
    return undefined;
  }
  return OwnedRules.install(ruleset, onLost);
}

function bridgeCommands(config: BridgeConfig, exists: boolean): string[] {
  const { name, stp, forwardDelay, igmpSnooping, querier, vlanFiltering, address } = config;
  const settings = [
    `stp_state ${Number(stp)}`,
    `forward_delay ${forwardDelay * centisecondsPerSecond}`,
    `mcast_snooping ${Number(igmpSnooping)}`,
    `mcast_querier ${Number(igmpSnooping && querier)}`,
    // Some devices take no IGMP query from 0.0.0.0: where there is an address the bridge asks from it.
    `mcast_query_use_ifaddr ${Number(address.some(isIPv4Address))}`,
    // A kernel without VLAN filtering refuses the option even when it is 0.
    ...(vlanFiltering ? ['vlan_filtering 1'] : []),
  ].join(' ');
  const stale = exists ? readAddresses(name).filter((one) => !address.includes(one)) : [];
  return [
    ...(exists ? [] : [`link add name ${name} type bridge`]),
    `link set dev ${name} alias ${bridgeAlias}`,
    `link set dev ${name} type bridge ${settings}`,
    ...stale.map((one) => `address delete ${one} dev ${name}`),
    ...address.map((one) => `address replace ${one} dev ${name}`),
  ];
}

/** With its prefix length. */
function isIPv4Address(address: string): boolean {
  return isIPv4(address.split('/')[0] ?? '');
}

function vlanCommands(
  port: string,
  { pvid, tagged }: VlanConfig,
  present: readonly VlanMembership[],
): string[] {
  const wanted = new Map(tagged.map((vlan) => [vlan, '']));
  if (pvid !== undefined) wanted.set(pvid, ' pvid untagged');
  const extra = present
    .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .filter((vlan) => !wanted.has(vlan));
  return [
    ...extra.map((vlan) => `vlan delete dev ${port} vid ${vlan}`),
    // Adding a VLAN that the port has already replaces its flags.
    ...[...wanted].map(([vlan, flags]) => `vlan add dev ${port} vid ${vlan}${flags}`),
  ];
}

/** Warns of addresses of a port, which do not work any more once it is in a bridge. */
function addressNote(config: BridgeConfig, { name }: Link): string[] {
  const addresses = readAddresses(name);
  if (addresses.length === 0) return [];
  const remedy = config.existing
    ? `the host is reached through those of ${config.name}`
    : `say bridge: {address: [${addresses.join(', ')}]} for the host to be reached`;
  return [`${name}: its address ${addresses.join(', ')} does not work in a bridge: ${remedy}`];
}
