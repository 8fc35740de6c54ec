/**
 * Tells the switches around that PTP's multicast groups of UDP are wanted here, so that those that snoop on IGMP and MLD
 * deliver them to a box that only passes them on. A port of a bridge does not hear queries, and the bridge's own reports go
 * to multicast routers alone: so the reports go out of each port, unasked, well within the time that they hold.
 */
import { durationNs } from '../../core/time/instant.js';
import type { WantedGroups } from '../../bridge/pruning.js';
import type { Config } from '../../config/config.js';
import type { InterfaceAddresses } from '../runtime/interface-addresses.js';
import { igmpMembershipReport, mldMembershipReport } from './report-packets.js';
import { Timers, type TimerClock } from '../runtime/timers.js';

export type ReportTransport = 'udp4' | 'udp6';

/** Sends an IP packet out of an interface, past any bridge; `onError` is called if that fails, then or later. */
export type SendReport = (
  interfaceName: string,
  transport: ReportTransport,
  packet: Buffer,
  onError: (error: Error) => void,
) => void;

export interface MembershipReportOptions {
  /** Those whose groups are wanted, with what they speak. */
  readonly ports: readonly ReportingPort[];
  readonly addressesOf: (interfaceName: string) => InterfaceAddresses;
  /** Of the ports, just now. */
  readonly links: () => readonly boolean[];
  readonly timerClock: TimerClock;
  readonly send: SendReport;
  readonly warn: (line: string) => void;
}

export interface ReportingPort {
  readonly interface: string;
  readonly transports: readonly ReportTransport[];
}

/** Reports hold for 260 s (RFC 3376, 8.4); but a switch that hears somebody leave may forget us at once. */
const reportInterval = durationNs(30e9);
/** A report may be lost: RFC 3376, 8.1 and 8.11. And one more, for an IPv6 address is no source until it is found unique. */
const repetitionInterval = durationNs(1e9);
const repetitions = 3;

const primaryGroup4 = '224.0.1.129';
/** Annex D.3: FF0x::181, in the scopes that are in use (RFC 7346, 2); peer delay is of the link. */
const scopes6 = [0x2, 0x3, 0x4, 0x5, 0x8, 0xe];
const peerDelayGroup6 = 'ff02::6b';

export class MembershipReports {
  readonly #options: MembershipReportOptions;
  readonly #timers: Timers;
  readonly #told = new Set<string>();
  /** Since reporting was begun anew, by port. */
  readonly #failures = new Map<string, number>();
  #wanted: WantedGroups | undefined;
  #remaining = 0;

  constructor(options: MembershipReportOptions) {
    this.#options = options;
    this.#timers = new Timers(options.timerClock);
  }

  /** Reports at once and from now on; also when a link has come up. */
  renew(): void {
    if (this.#options.ports.length === 0) return;
    this.#remaining = repetitions;
    this.#failures.clear();
    this.#report();
  }

  /** What is wanted behind which port of the box, in its order; none: everything everywhere. */
  setWanted(wanted: WantedGroups | undefined): void {
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.renew();
  }

  close(): void {
    this.#timers.cancelAll();
  }

  #report(): void {
    this.#remaining -= 1;
    const links = this.#options.links();
    for (const [index, port] of this.#options.ports.entries()) {
      if (links[index] === true) this.#reportBy(index, port);
    }
    const next = this.#remaining > 0 ? repetitionInterval : reportInterval;
    this.#timers.set('report', next, () => this.#report());
  }

  #reportBy(index: number, { interface: name, transports }: ReportingPort): void {
    const wantsFrom = (wanted: readonly boolean[] | undefined): boolean =>
      wanted === undefined || wanted.some((wants, other) => wants && other !== index);
    const send = (transport: ReportTransport, packet: Buffer): void =>
      this.#options.send(name, transport, packet, (error) => this.#failed(name, error));
    if (transports.includes('udp4') && wantsFrom(this.#wanted?.udp4)) {
      send('udp4', igmpMembershipReport([primaryGroup4]));
    }
    const source = this.#options.addressesOf(name).linkLocalIpv6;
    // While it has none it speaks no IPv6.
    if (!transports.includes('udp6') || source === undefined) return;
    const scopes = scopes6.filter((scope) => wantsFrom(this.#wanted?.udp6[scope]));
    const groups = [...scopes.map((scope) => `ff0${scope.toString(16)}::181`), peerDelayGroup6];
    send('udp6', mldMembershipReport(groups, source));
  }

  /** What goes by itself, as an address that is not found unique yet, is not told of. */
  #failed(name: string, error: Error): void {
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (failures > repetitions) this.#tell(name, error);
  }

  #tell(name: string, error: Error): void {
    const line =
      `${name}: that PTP multicast is wanted cannot be reported (${error.message}): ` +
      'switches that snoop on IGMP or MLD may not deliver it';
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.#options.warn(line);
  }
}

/** A transparent clock passes everything on; a clock reports by itself, except on a port of a bridge, which hears no query. */
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
