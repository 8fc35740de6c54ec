/**
 * Reports to neighbouring switches that PTP's multicast groups of UDP are wanted here, so that those that snoop on IGMP
 * and MLD deliver them to a switch that only forwards them. A port of a bridge gets no queries, and the bridge's own
 * reports go to multicast routers only: so the reports are sent by each port unsolicited, well within the time for
 * which they are valid.
 */
import type { Groups } from '../../core/profile/profile.js';
import { durationNs } from '../../core/time/instant.js';
import { inScope } from '../../bridge/multicast-database.js';
import type { WantedGroups } from '../../bridge/pruning.js';
import type { Config } from '../../config/config.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { igmpMembershipReport, mldMembershipReport } from './report-packets.js';
import { Timers, type TimerClock } from '../runtime/timers.js';

export type ReportTransport = 'udp4' | 'udp6';

/** Sends an IP packet by an interface, past any bridge; `onError` is called if that fails, at once or later. */
export type SendReport = (
  interfaceName: string,
  transport: ReportTransport,
  packet: Buffer,
  onError: (error: Error) => void,
) => void;

export interface MembershipReportOptions {
  /** By port of the switch: the transports whose groups are wanted there. */
  readonly ports: readonly ReportingPort[];
  readonly groups: Readonly<Record<ReportTransport, Groups>>;
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** Which ports have link now. */
  readonly links: () => readonly boolean[];
  readonly timerClock: TimerClock;
  readonly send: SendReport;
  readonly warn: (line: string) => void;
}

export interface ReportingPort {
  readonly interface: string;
  readonly transports: readonly ReportTransport[];
}

/**
 * Reports are valid for 260 s (RFC 3376, 8.4); but when another host leaves the group, a switch may drop our membership
 * at once.
 */
const reportInterval = durationNs(30e9);
/**
 * A report may be lost, so it is repeated (RFC 3376, 8.1 and 8.11): once more than that, because an IPv6 address cannot
 * be a source until it is found to be unique.
 */
const repetitionInterval = durationNs(1e9);
const repetitions = 3;

/** Annex D.3: FF0x::181, in the scopes that are in use (RFC 7346, 2). The group of peer delay is link-local. */
const scopes6 = [0x2, 0x3, 0x4, 0x5, 0x8, 0xe];

export class MembershipReports {
  readonly #options: MembershipReportOptions;
  #ports: readonly ReportingPort[];
  readonly #timers: Timers;
  readonly #warned = new Set<string>();
  /** By interface: how many reports have failed since the last `renew`. */
  readonly #failures = new Map<string, number>();
  #wanted: WantedGroups | undefined;
  #remaining = 0;

  constructor(options: MembershipReportOptions) {
    this.#options = options;
    this.#ports = options.ports;
    this.#timers = new Timers(options.timerClock);
  }

  /** Reports at once and from now on; called again when a link has come up. */
  renew(): void {
    if (this.#ports.length === 0) return;
    this.#remaining = repetitions;
    this.#failures.clear();
    this.#report();
  }

  /** Which groups are wanted behind which port of the switch; undefined: every group behind every port. */
  setWanted(wanted: WantedGroups | undefined): void {
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.renew();
  }

  setPorts(ports: readonly ReportingPort[]): void {
    if (JSON.stringify(ports) === JSON.stringify(this.#ports)) return;
    this.#ports = ports;
    this.#timers.cancelAll();
    this.renew();
  }

  close(): void {
    this.#timers.cancelAll();
  }

  #report(): void {
    this.#remaining -= 1;
    const links = this.#options.links();
    for (const [index, port] of this.#ports.entries()) {
      if (links[index] === true) this.#reportBy(index, port);
    }
    const next = this.#remaining > 0 ? repetitionInterval : reportInterval;
    this.#timers.set('report', next, () => this.#report());
  }

  #reportBy(index: number, { interface: name, transports }: ReportingPort): void {
    const { groups } = this.#options;
    const wantsFrom = (wanted: readonly boolean[] | undefined): boolean =>
      wanted === undefined || wanted.some((wants, other) => wants && other !== index);
    const send = (transport: ReportTransport, packet: Buffer): void =>
      this.#options.send(name, transport, packet, (error) => this.#failed(name, error));
    if (transports.includes('udp4') && wantsFrom(this.#wanted?.udp4)) {
      send('udp4', igmpMembershipReport([groups.udp4.primary]));
    }
    const source = this.#options.addressesOf(name).linkLocalIpv6;
    // An interface without a link-local address does not use IPv6.
    if (!transports.includes('udp6') || source === undefined) return;
    const scopes = scopes6.filter((scope) => wantsFrom(this.#wanted?.udp6[scope]));
    const { primary, peerDelay } = groups.udp6;
    const wanted = [...scopes.map((scope) => inScope(primary, scope)), peerDelay];
    send('udp6', mldMembershipReport(wanted, source));
  }

  /**
   * Does not warn of the first failures, which pass by themselves: an address may not have been found to be unique yet.
   */
  #failed(name: string, error: Error): void {
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (failures > repetitions) this.#warnOnce(name, error);
  }

  #warnOnce(name: string, error: Error): void {
    const line =
      `${name}: that PTP multicast is wanted cannot be reported (${error.message}): ` +
      'switches that snoop on IGMP or MLD may not deliver it';
    if (this.#warned.has(line)) return;
    this.#warned.add(line);
    this.#options.warn(line);
  }
}

/**
 * The transports to report, by port. A transparent clock forwards both. For a boundary or ordinary clock the kernel
 * reports (group-memberships.ts), except on a port of a bridge, which gets no queries.
 */
export function reportingPorts(config: Config): ReportingPort[] {
  const { instances, ports, bridge } = config;
  if (config.membershipReports !== true) return [];
  const passes = instances.some(({ type }) => type === 'e2e-tc' || type === 'p2p-tc');
  return ports.map(({ interface: name }) => {
    if (passes) return { interface: name, transports: ['udp4', 'udp6'] };
    const spoken = instances
      .flatMap((instance) => ('ports' in instance ? instance.ports : []))
      .filter((port) => bridge !== undefined && port.interface === name)
      .flatMap(({ transport }) => (transport === 'l2' ? [] : [transport]));
    return { interface: name, transports: [...new Set(spoken)] };
  });
}
