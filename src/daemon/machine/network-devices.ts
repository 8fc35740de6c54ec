/** What stands behind an interface and in front of its wire: bonds, macvlans and queueing disciplines, by iproute2's JSON. */
import { parseJson, runProgram } from '../../bridge/programs.js';

export interface NetworkDevice {
  /** As `ip -d link` calls it: "bond", "macvlan", "veth"; null of a NIC. */
  readonly kind: string | null;
  /** "active-backup" of a bond, "bridge" of a macvlan; null of what has none. */
  readonly mode: string | null;
  /** The interfaces whose wires it uses: members of a bond, the one that a macvlan is on; those of this namespace. */
  readonly over: readonly string[];
  /** The bond or team that it is a member of. */
  readonly aggregate: { readonly name: string; readonly kind: string } | null;
  /** Of its egress, those of its single queues included. */
  readonly queueing: readonly QueueingDiscipline[];
}

export interface QueueingDiscipline {
  /** As `tc qdisc` calls it. */
  readonly kind: string;
  /** It has the whole interface, and not only one of its queues. */
  readonly root: boolean;
  /** It lets no more than a rate leave. */
  readonly limitsRate: boolean;
}

export interface NetworkDevices {
  readonly devices: ReadonlyMap<string, NetworkDevice>;
  /** Why something of them is not known. */
  readonly obstacles: readonly string[];
}

export const aggregates: ReadonlySet<string> = new Set(['bond', 'team']);
/** They give an interface on another one an address of its own, and hand it what is sent there. */
export const addressed: ReadonlySet<string> = new Set(['macvlan', 'macvtap', 'ipvlan', 'ipvtap']);

const rateLimiters: ReadonlySet<string> = new Set(['tbf', 'htb', 'hfsc', 'cbq', 'cbs']);

/** Of all interfaces of this network namespace. */
export function readNetworkDevices(): NetworkDevices {
  const obstacles: string[] = [];
  const read = (program: 'ip' | 'tc', args: readonly string[]): unknown => {
    try {
      return parseJson(program, runProgram(program, args));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // No bridge is spoken of here.
      obstacles.push(message.replace(/^bridge: /, ''));
      return [];
    }
  };
  const links = read('ip', ['-j', '-d', 'link', 'show']) as LinkJson[];
  const qdiscs = read('tc', ['-j', 'qdisc', 'show']) as QdiscJson[];
  return { devices: networkDevicesOf(links, qdiscs), obstacles };
}

/** What is used here of the answers of `ip -j -d link show`. */
export interface LinkJson {
  readonly ifname: string;
  /** Of a veth its other end, of a macvlan what it is on; absent where that is in another namespace. */
  readonly link?: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_kind?: string;
  };
}

/** What is used here of the answers of `tc -j qdisc show`. */
export interface QdiscJson {
  readonly kind: string;
  readonly dev: string;
  readonly root?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export function networkDevicesOf(
  links: readonly LinkJson[],
  qdiscs: readonly QdiscJson[],
): ReadonlyMap<string, NetworkDevice> {
  return new Map(links.map((link) => [link.ifname, deviceOf(link, links, qdiscs)]));
}

function deviceOf(
  { ifname, link, master, linkinfo = {} }: LinkJson,
  links: readonly LinkJson[],
  qdiscs: readonly QdiscJson[],
): NetworkDevice {
  const { info_kind: kind = null, info_data: data = {}, info_slave_kind: memberOf } = linkinfo;
  const members = links.filter((other) => other.master === ifname).map((other) => other.ifname);
  const below = link === undefined ? [] : [link];
  return {
    kind,
    mode: typeof data['mode'] === 'string' ? data['mode'] : null,
    over: isIn(aggregates, kind) ? members : isIn(addressed, kind) ? below : [],
    aggregate:
      master !== undefined && memberOf !== undefined && aggregates.has(memberOf)
        ? { name: master, kind: memberOf }
        : null,
    queueing: qdiscs.filter(({ dev }) => dev === ifname).map(disciplineOf),
  };
}

function disciplineOf({ kind, root = false, options = {} }: QdiscJson): QueueingDiscipline {
  const limitsRate =
    rateLimiters.has(kind) ||
    (kind === 'cake' && typeof options['bandwidth'] === 'number') ||
    (kind === 'mqprio' && options['shaper'] === 'bw_rlimit');
  return { kind, root, limitsRate };
}

function isIn(kinds: ReadonlySet<string>, kind: string | null): boolean {
  return kind !== null && kinds.has(kind);
}
