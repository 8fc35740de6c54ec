/**
 * A small network of namespaces joined by veth cables.
 *
 * Every namespace is quiet: no duplicate address detection, no router solicitation, so that the frames on a cable are
 * those a test put there. MAC addresses are fixed: 02:00:00:00:<namespace>:<interface>, each counted from 1.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type ChildOptions } from './child.js';
import { atEnd } from './cleanup.js';
import { ipBatch, run } from './command.js';

/** `<prefix>-<pid>-<count>-<role>`: the pid lets a later run tell left-overs from networks in use. */
const NAME_PREFIX = 'ptpsw';

let networkCount = 0;

const QUIET_SETTINGS = [
  'ipv6/conf/all/accept_dad=0',
  'ipv6/conf/default/accept_dad=0',
  'ipv6/conf/default/dad_transmits=0',
  'ipv6/conf/default/router_solicitations=0',
  'ipv6/conf/default/accept_ra=0',
  'ipv4/conf/all/rp_filter=0',
  'ipv4/conf/default/rp_filter=0',
];

/** One end of a cable. */
export interface Jack {
  readonly namespace: Namespace;
  readonly interface: string;
}

export interface CableOptions {
  /**
   * veth leaves UDP checksums to be computed by a device that never does; no real cable carries such frames.
   * So the offload is off unless a test wants just that.
   */
  readonly checksumOffload?: boolean;
}

export class Namespace {
  readonly name: string;
  readonly #index: number;
  readonly #children: Child[] = [];
  readonly #interfaces: string[] = [];

  constructor(name: string, index: number) {
    this.name = name;
    this.#index = index;
    ipBatch([`netns add ${name}`]);
    const settings = QUIET_SETTINGS.map((setting) => {
      const [path, value] = setting.split('=');
      return `echo ${value} > /proc/sys/net/${path}`;
    });
    this.run('sh', ['-ec', settings.join('; ')]);
    this.ip('link set lo up');
  }

  /** Runs a command here to its end and returns its standard output. */
  run(command: string, args: readonly string[]): string {
    return run('ip', ['netns', 'exec', this.name, command, ...args]);
  }

  /** Runs `ip` commands here, all in one process. */
  ip(...commands: readonly string[]): void {
    ipBatch(commands, this.name);
  }

  spawn(command: string, args: readonly string[], options: ChildOptions = {}): Child {
    const child = new Child(command, args, { ...options, namespace: this.name });
    this.#children.push(child);
    return child;
  }

  /** The MAC address of the interface of that name, also before it is made and after it is made again. */
  mac(interfaceName: string): string {
    if (!this.#interfaces.includes(interfaceName)) this.#interfaces.push(interfaceName);
    const number = this.#interfaces.indexOf(interfaceName) + 1;
    return `02:00:00:00:${hexOctet(this.#index)}:${hexOctet(number)}`;
  }

  setLink(interfaceName: string, state: 'up' | 'down'): void {
    this.ip(`link set ${interfaceName} ${state}`);
  }

  addAddress(interfaceName: string, address: string): void {
    const nodad = address.includes(':') ? ' nodad' : '';
    this.ip(`address add ${address} dev ${interfaceName}${nodad}`);
  }

  /** A neighbour that needs no ARP or ND, which a switch for PTP frames alone would not carry. */
  addNeighbour(interfaceName: string, address: string, mac: string): void {
    this.ip(`neighbour add ${address} lladdr ${mac} dev ${interfaceName} nud permanent`);
  }

  async stopChildren(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }
}

function hexOctet(value: number): string {
  return value.toString(16).padStart(2, '0');
}

export class Network {
  /** For sockets, configuration files and captures; goes with the network. */
  readonly directory: string;
  readonly #name: string;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #forget: () => void;

  constructor() {
    sweepLeftovers();
    this.#name = `${NAME_PREFIX}-${process.pid}-${++networkCount}`;
    this.directory = mkdtempSync(join(tmpdir(), `${NAME_PREFIX}-`));
    this.#forget = atEnd(() => this.#remove());
  }

  /** The namespace of that role, made at its first use. */
  namespace(role: string): Namespace {
    let namespace = this.#namespaces.get(role);
    if (namespace === undefined) {
      namespace = new Namespace(`${this.#name}-${role}`, this.#namespaces.size + 1);
      this.#namespaces.set(role, namespace);
    }
    return namespace;
  }

  /** Joins two interfaces, which are made here, by a cable and brings both up. */
  connect(a: Jack, b: Jack, options: CableOptions = {}): void {
    const macA = a.namespace.mac(a.interface);
    const macB = b.namespace.mac(b.interface);
    ipBatch([
      `link add ${a.interface} address ${macA} netns ${a.namespace.name} type veth ` +
        `peer name ${b.interface} address ${macB} netns ${b.namespace.name}`,
    ]);
    for (const jack of [a, b]) {
      if (options.checksumOffload !== true) {
        jack.namespace.run('ethtool', ['-K', jack.interface, 'tx', 'off']);
      }
      jack.namespace.setLink(jack.interface, 'up');
    }
  }

  /** Takes an interface of the machine itself, such as a NIC of the hardware lab, and brings it up. */
  adopt(namespace: Namespace, interfaceName: string): void {
    ipBatch([`link set ${interfaceName} netns ${namespace.name}`]);
    namespace.setLink(interfaceName, 'up');
  }

  /** Ends every child, then removes all namespaces, cables and files. */
  async close(): Promise<void> {
    await Promise.all([...this.#namespaces.values()].map((namespace) => namespace.stopChildren()));
    this.#forget();
    this.#remove();
  }

  #remove(): void {
    const commands = [...this.#namespaces.values()].map(({ name }) => `netns del ${name}`);
    this.#namespaces.clear();
    if (commands.length > 0) ipBatch(commands);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Removes the namespaces of test processes that were killed before they could. */
function sweepLeftovers(): void {
  const leftovers = run('ip', ['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => {
      const [prefix, pid] = name.split('-');
      return prefix === NAME_PREFIX && pid !== undefined && !existsSync(`/proc/${pid}`);
    });
  if (leftovers.length > 0) ipBatch(leftovers.map((name) => `netns del ${name}`));
}
