/**
 * Membership in the multicast groups of PTP over UDP, so that switches on the way that snoop on IGMP and MLD deliver
 * them. The kernel sends reports and answers queries as long as a socket is a member; the messages themselves come
 * through the data plane.
 */
import { isDeepStrictEqual } from 'node:util';
import { createSocket, type Socket } from 'node:dgram';
import type { InstanceConfig } from '../../config/config.js';
import { profileOf } from '../../config/profiles.js';
import type { Groups } from '../../core/profile/profile.js';
import { durationNs } from '../../core/time/instant.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import type { TimerClock } from '../runtime/timers.js';

/** A port of a clock whose transport is UDP. */
export interface MemberPort {
  readonly interface: string;
  readonly transport: 'udp4' | 'udp6';
  readonly delayMechanism: 'e2e' | 'p2p';
  /** Of that transport. */
  readonly groups: Groups;
  readonly sourceAddress?: string;
}

/** The part of a socket that is used here. */
export type MemberSocket = Pick<Socket, 'addMembership' | 'close' | 'on'>;

export interface GroupMembershipOptions {
  readonly ports: readonly MemberPort[];
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  readonly timerClock: TimerClock;
  readonly warn: (line: string) => void;
  readonly openSocket?: (family: 'udp4' | 'udp6') => MemberSocket;
}

/** How often joining is tried again where nobody says that an interface has got an address. */
const retryInterval = durationNs(5e9);

export class GroupMemberships {
  readonly #options: GroupMembershipOptions;
  #ports: readonly MemberPort[];
  readonly #sockets = new Map<MemberPort, MemberSocket>();
  readonly #retries = new Map<MemberPort, () => void>();
  /** The last warning about each port, so that it is not repeated. */
  readonly #warned = new Map<MemberPort, string>();

  constructor(options: GroupMembershipOptions) {
    this.#options = options;
    this.#ports = options.ports;
  }

  /** Every port joins its groups, and tries again where it cannot. */
  start(): void {
    for (const port of this.#ports) this.#join(port);
  }

  /** Other ports; those that are the same stay members without a break. */
  setPorts(ports: readonly MemberPort[]): void {
    const before = this.#ports;
    this.#ports = ports.map((port) => before.find((each) => isDeepStrictEqual(each, port)) ?? port);
    for (const port of this.#ports.filter((each) => !before.includes(each))) this.#join(port);
    // Last, so that a group that is joined by another port of the same interface is not left in between.
    for (const port of before.filter((each) => !this.#ports.includes(each))) this.#leave(port);
  }

  /** Joins anew when the interface has come up: it may be another one of the same name. */
  renew(interfaceName: string): void {
    for (const port of this.#ports) {
      if (port.interface === interfaceName) this.#join(port);
    }
  }

  /** Tries again at once where a port could not join: its interface may have an address now. */
  retry(): void {
    for (const port of [...this.#retries.keys()]) this.#join(port);
  }

  /** Leaves all groups. */
  close(): void {
    for (const port of this.#ports) this.#leave(port);
  }

  #join(port: MemberPort): void {
    this.#leave(port);
    const problem = this.#problemOf(port) ?? this.#tryToJoin(port);
    if (problem === undefined) {
      this.#warned.delete(port);
      return;
    }
    this.#retries.set(
      port,
      this.#options.timerClock.wakeAfter(retryInterval, () => this.#join(port)),
    );
    if (this.#warned.get(port) === problem) return;
    this.#warned.set(port, problem);
    this.#options.warn(`${port.interface}: ${problem}`);
  }

  #problemOf({ interface: name, transport, sourceAddress }: MemberPort): string | undefined {
    if (transport === 'udp6' || this.#options.addressesOf(name).ipv4 !== undefined)
      return undefined;
    const from = sourceAddress ?? '0.0.0.0';
    return (
      `it has no IPv4 address: PTP messages leave from ${from}, and its multicast groups cannot be joined; ` +
      `give it one (ip address add ... dev ${name}), or use transport: l2`
    );
  }

  #tryToJoin(port: MemberPort): string | undefined {
    const { interface: name, transport, delayMechanism, groups } = port;
    const local =
      transport === 'udp4' ? (this.#options.addressesOf(name).ipv4 ?? '') : `::%${name}`;
    const { primary, peerDelay } = groups;
    const socket = (this.#options.openSocket ?? openSocket)(transport);
    try {
      socket.addMembership(primary, local);
      if (delayMechanism === 'p2p') socket.addMembership(peerDelay, local);
    } catch (error) {
      socket.close();
      return (
        `its multicast groups cannot be joined (${(error as Error).message}): ` +
        'switches that snoop on IGMP or MLD may not deliver PTP messages to it'
      );
    }
    // Nothing is read from the socket: its errors are those of joining, which are handled above.
    socket.on('error', () => undefined);
    this.#sockets.set(port, socket);
    return undefined;
  }

  #leave(port: MemberPort): void {
    this.#retries.get(port)?.();
    this.#retries.delete(port);
    this.#sockets.get(port)?.close();
    this.#sockets.delete(port);
  }
}

function openSocket(family: 'udp4' | 'udp6'): MemberSocket {
  return createSocket({ type: family, reuseAddr: true }).unref();
}

/** The ports of a clock that have groups to be in. */
export function memberPorts(instance: InstanceConfig): MemberPort[] {
  if (!('ports' in instance)) return [];
  const { groups } = profileOf(instance).encapsulation;
  return instance.ports.flatMap((port) => {
    const { transport } = port;
    if (transport === 'l2') return [];
    return [{ ...port, transport, groups: groups[transport] }];
  });
}
