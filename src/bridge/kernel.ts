/** The state of bridges and their ports in the kernel, read through iproute2's JSON. */
import { networkInterfaces } from 'node:os';
import { parseJson, runProgram, startProgram } from './programs.js';

/** State of a bridge port in the spanning tree protocol (802.1D, 8.4); a port without link is disabled. */
export type StpState = 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';

export interface Link {
  readonly name: string;
  readonly index: number;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  readonly alias: string | undefined;
  /** The bridge that the interface is a port of. */
  readonly bridge: string | undefined;
  /** Its state as a port of that bridge. */
  readonly state: StpState | undefined;
  /** Only where the interface is a bridge. */
  readonly settings: BridgeSettings | undefined;
}

export interface BridgeSettings {
  readonly stp: boolean;
  readonly vlanFiltering: boolean;
  /** The spanning tree protocol reports a topology change: learned addresses may not hold. */
  readonly topologyChange: boolean;
  /** The bridge snoops on IGMP and MLD. */
  readonly igmpSnooping: boolean;
  /** It snoops in each VLAN separately, with a querier in each. */
  readonly vlanSnooping: boolean;
  /** It sends membership queries where no other querier does. */
  readonly querier: boolean;
  /** The time, in milliseconds, within which every listener has been queried and has reported. */
  readonly askedWithinMs: number;
  /** So long a listener is remembered that answers no query. */
  readonly membershipMs: number;
}

export interface VlanMembership {
  readonly first: number;
  readonly last: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

export type Links = ReadonlyMap<string, Link>;
/** By port. */
export type Vlans = ReadonlyMap<string, readonly VlanMembership[]>;

/** The alias of a bridge that the switch has created: `ip link` shows it, and `clean` recognises the bridge by it. */
export const bridgeAlias = 'ptp-switch';

const msPerCentisecond = 10;

const linkQuery = ['-j', '-d', 'link', 'show'];
const vlanQuery = ['-j', 'vlan', 'show'];

export function readLinks(): Links {
  return linksOf(runProgram('ip', linkQuery));
}

export async function fetchLinks(): Promise<Links> {
  return linksOf(await startProgram('ip', linkQuery));
}

export function readVlans(): Vlans {
  return vlansOf(runProgram('bridge', vlanQuery));
}

export async function fetchVlans(): Promise<Vlans> {
  return vlansOf(await startProgram('bridge', vlanQuery));
}

/** Whether an interface that is up has an address for its own link. */
export function hasLinkLocalIpv6(name: string): boolean {
  return (networkInterfaces()[name] ?? []).some(({ address }) => address.startsWith('fe80:'));
}

/** Addresses of an interface with their prefix lengths, without link-local addresses. */
export function readAddresses(name: string): string[] {
  const answer = parseJson('ip', runProgram('ip', ['-j', 'address', 'show', 'dev', name]));
  const [link] = answer as {
    addr_info?: { local: string; prefixlen: number; scope: string }[];
  }[];
  return (link?.addr_info ?? [])
    .filter(({ scope }) => scope !== 'link')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** The parts of iproute2's answers that are used here. */
interface LinkAnswer {
  readonly ifname: string;
  readonly ifindex: number;
  readonly flags: readonly string[];
  readonly ifalias?: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_kind?: string;
    readonly info_slave_data?: { readonly state?: string };
  };
}

function linksOf(text: string): Links {
  const answers = parseJson('ip', text) as LinkAnswer[];
  return new Map(answers.map((answer) => [answer.ifname, linkOf(answer)]));
}

function linkOf({ ifname, ifindex, flags, ifalias, master, linkinfo }: LinkAnswer): Link {
  const isPort = linkinfo?.info_slave_kind === 'bridge';
  const data = linkinfo?.info_kind === 'bridge' ? (linkinfo.info_data ?? {}) : undefined;
  return {
    name: ifname,
    index: ifindex,
    up: flags.includes('UP'),
    alias: ifalias,
    bridge: isPort ? master : undefined,
    state: isPort ? (linkinfo.info_slave_data?.state as StpState | undefined) : undefined,
    settings: data && settingsOf(data),
  };
}

function settingsOf(data: Readonly<Record<string, unknown>>): BridgeSettings {
  const ms = (key: string): number => Number(data[key] ?? 0) * msPerCentisecond;
  return {
    stp: data['stp_state'] !== 0,
    vlanFiltering: data['vlan_filtering'] === 1,
    topologyChange: data['topology_change'] === 1 || data['topology_change_detected'] === 1,
    igmpSnooping: data['mcast_snooping'] === 1,
    vlanSnooping: data['mcast_vlan_snooping'] === 1,
    querier: data['mcast_querier'] === 1,
    membershipMs: ms('mcast_membership_intvl'),
    askedWithinMs: ms('mcast_query_intvl') + ms('mcast_query_response_intvl'),
  };
}

function vlansOf(text: string): Vlans {
  const answers = parseJson('bridge', text) as {
    ifname: string;
    vlans?: { vlan: number; vlanEnd?: number; flags?: string[] }[];
  }[];
  return new Map(
    answers.map(({ ifname, vlans = [] }) => [
      ifname,
      vlans.map(({ vlan, vlanEnd = vlan, flags = [] }) => ({
        first: vlan,
        last: vlanEnd,
        pvid: flags.includes('PVID'),
        untagged: flags.includes('Egress Untagged'),
      })),
    ]),
  );
}
