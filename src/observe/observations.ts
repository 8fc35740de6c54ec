/**
 * All that is remembered of what was seen once a second: the history of an hour, windows, since when things are as they are. It does
 * its work as a second is added; an answer only puts together what is there.
 */
import { CounterGroups } from './counter-groups.js';
import { History, type ClockSeries, type PortSeries } from './history.js';
import { Lastings, type Lasting } from './lasting.js';
import {
  ClockOffsets,
  type WindowOfOffsets,
  type OffsetWindows,
} from './windows/offset-windows.js';
import { meanLinkDelayOf, PortObservations } from './port-observations.js';
import type { ResidenceWindow, ResidenceWindows } from './windows/residence-windows.js';
import { GrowingCounts, type CountWindows } from './windows/sliced-counts.js';
import type { ClockPortSnapshot, ClockSnapshot, PortSnapshot, Snapshot } from './snapshot.js';
import type {
  ClockSummary,
  CountSummary,
  OffsetSummary,
  PortSummary,
  ResidenceSummary,
  RoleSummary,
  Since,
  ObservedSummary,
  Windows,
} from './summary.js';
import { whyOf } from './decision-words.js';

/** The rates that are shown are averages of so many seconds: of messages that come once in two seconds, too. */
const rateSeconds = 10;

interface OfClock {
  readonly offsets: ClockOffsets;
  readonly grandmasterChanges: GrowingCounts;
}

export class Observations {
  readonly history = new History();
  readonly #ports = new Map<string, PortObservations>();
  readonly #clocks = new Map<string, OfClock>();
  readonly #lastings = new Lastings();
  readonly #dateOf: (unixMs: number) => string;
  #groups: CounterGroups | undefined;
  #beganNs: number | undefined;
  #latest: { readonly snapshot: Snapshot; readonly second: number } | undefined;
  /** Of the latest second, once somebody has asked. */
  #summary: ObservedSummary | undefined;

  /** @param dateOf a date as it is shown, of milliseconds since 1970 */
  constructor(dateOf: (unixMs: number) => string) {
    this.#dateOf = dateOf;
  }

  /** Once a second. */
  take(snapshot: Snapshot): void {
    this.#beganNs ??= snapshot.monotonicNs;
    this.#groups ??= new CounterGroups(snapshot.counters);
    // Rounded, so that a look that comes a little late is of its second.
    const second = Math.round((snapshot.monotonicNs - this.#beganNs) / 1e9);
    this.#latest = { snapshot, second };
    this.#summary = undefined;
    const ports = new Map<string, Partial<Record<PortSeries, number | null>>>();
    for (const [index, port] of snapshot.ports.entries()) {
      ports.set(port.interface, this.#portOf(port, snapshot).take(second, snapshot, index));
      this.#lastings.note(linkKey(port), port.link, second);
    }
    const clocks = new Map<string, Partial<Record<ClockSeries, number | null>>>();
    for (const clock of snapshot.clocks) {
      clocks.set(clock.name, seriesOf(clock));
      this.#takeClock(clock, second);
    }
    this.#lastings.forgetUnseen();
    forgetOthers(this.#ports, ports);
    forgetOthers(this.#clocks, clocks);
    this.history.add(second, { ports, clocks });
  }

  #portOf({ interface: name }: PortSnapshot, { counters }: Snapshot): PortObservations {
    const port =
      this.#ports.get(name) ??
      new PortObservations(counters, this.#groups ?? new CounterGroups(counters));
    this.#ports.set(name, port);
    return port;
  }

  #takeClock(clock: ClockSnapshot, second: number): void {
    const known = this.#clocks.get(clock.name) ?? {
      offsets: new ClockOffsets(),
      grandmasterChanges: new GrowingCounts(['changes']),
    };
    this.#clocks.set(clock.name, known);
    if (clock.offsets !== null) known.offsets.add(second, clock.offsets);
    const { parent, lockState, ports } = clock;
    const { changes } = this.#lastings.note(
      grandmasterKey(clock),
      parent.grandmasterIdentity,
      second,
    );
    known.grandmasterChanges.add(second, () => changes);
    this.#lastings.note(parentKey(clock), parent.portIdentity, second);
    this.#lastings.note(lockKey(clock), lockState, second);
    for (const port of ports) this.#lastings.note(roleKey(clock, port), port.portState, second);
  }

  /** How all is in the second that was taken last; undefined before the first. */
  summary(): ObservedSummary | undefined {
    if (this.#latest !== undefined) this.#summary ??= this.#summaryOf(this.#latest.snapshot);
    return this.#summary;
  }

  #summaryOf(snapshot: Snapshot): ObservedSummary {
    return {
      ports: snapshot.ports.flatMap((port) => this.#portSummary(port, snapshot) ?? []),
      clocks: snapshot.clocks.map((clock) => this.#clockSummary(clock)),
      transparentClocks: snapshot.transparentClocks.map((transparent) => ({
        ...transparent,
        domains: snapshot.domains
          .filter(({ instance }) => instance === transparent.name)
          .map(({ domain, sdoId, state, rateOffsetPpb, source }) => ({
            ...{ domain, sdoId, state, rateOffsetPpb, source },
          })),
      })),
      unusable: snapshot.unusable,
      failedRecords: snapshot.failedRecords,
    };
  }

  #portSummary(port: PortSnapshot, { clocks }: Snapshot): PortSummary | undefined {
    const second = this.#latest?.second ?? 0;
    const name = port.interface;
    const known = this.#ports.get(name)?.observation(second);
    if (known === undefined) return undefined;
    const rate = (series: PortSeries) => this.history.meanOfPort(name, series, rateSeconds);
    const roles: RoleSummary[] = [];
    for (const clock of clocks) {
      for (const each of clock.ports) {
        if (each.interface === name) roles.push(this.#roleSummary(clock, each));
      }
    }
    return {
      interface: name,
      link: port.link,
      timestamping: port.timestamping,
      hardwareClock: port.hardwareClock,
      isolatedWith: port.isolatedWith,
      bridgeState: port.bridgeState,
      linkDelays: port.linkDelays,
      linkSince: this.#since(linkKey(port)),
      receivedPerSecond: rate('receivedPerSecond'),
      sentPerSecond: rate('sentPerSecond'),
      syncReceivedPerSecond: rate('syncReceivedPerSecond'),
      syncSentPerSecond: rate('syncSentPerSecond'),
      dropped: known.dropped,
      lost: { ...this.#counts(known.lost), reasons: known.lostReasons },
      timestampsMissing: this.#counts(known.timestampsMissing),
      residence: this.#residences(known.residence),
      meanLinkDelayNs: meanLinkDelayOf(port) ?? ofClockPort(clocks, name),
      roles,
    };
  }

  #roleSummary(clock: ClockSnapshot, port: ClockPortSnapshot): RoleSummary {
    const { portState, decision } = port;
    return {
      ...{ instance: clock.name, domain: clock.domain, portState },
      ...this.#since(roleKey(clock, port)),
      code: decision?.code ?? null,
      why: decision === null ? null : whyOf(decision),
    };
  }

  #clockSummary(clock: ClockSnapshot): ClockSummary {
    const second = this.#latest?.second ?? 0;
    const known = this.#clocks.get(clock.name);
    const { parent, foreignMasters, time } = clock;
    return {
      name: clock.name,
      type: clock.type,
      domain: clock.domain,
      sdoId: clock.sdoId,
      vlan: clock.vlan,
      clockIdentity: clock.clockIdentity,
      slaveOnly: clock.slaveOnly,
      lockState: clock.lockState,
      holdover: clock.holdover,
      missing: clock.missing,
      offsetFromMasterNs: clock.offsetFromMasterNs,
      meanDelayNs: clock.meanDelayNs,
      ratePpb: clock.ratePpb,
      latestSyncAgeNs: clock.latestSyncAgeNs,
      grandmaster: {
        grandmasterIdentity: parent.grandmasterIdentity,
        priority1: parent.priority1,
        clockClass: parent.clockClass,
        clockAccuracy: parent.clockAccuracy,
        offsetScaledLogVariance: parent.offsetScaledLogVariance,
        priority2: parent.priority2,
        stepsRemoved: parent.stepsRemoved,
        ...{ time, interface: parent.interface },
        ...this.#since(grandmasterKey(clock)),
        changesLast15Minutes: known?.grandmasterChanges.windows(second).last15Minutes ?? 0,
      },
      parent: { portIdentity: parent.portIdentity, ...this.#since(parentKey(clock)) },
      lock: this.#since(lockKey(clock)),
      offsets: this.#offsets((known?.offsets ?? new ClockOffsets()).windows(second)),
      others: foreignMasters.filter(({ standing }) => standing !== 'followed'),
    };
  }

  #since(key: string): Since {
    const { since, changes }: Lasting = this.#lastings.of(key) ?? { since: 0, changes: 0 };
    return { since: this.#dateAt(since), changes };
  }

  #counts({ lastMinute, last15Minutes, sinceStart, lastAt }: CountWindows): CountSummary {
    return {
      lastMinute,
      last15Minutes,
      sinceStart,
      lastAt: lastAt === null ? null : this.#dateAt(lastAt),
    };
  }

  #residences(windows: ResidenceWindows): Windows<ResidenceSummary> {
    const dated = ({ messages, p50Ns, p99Ns, maxNs, maxAt }: ResidenceWindow) => ({
      messages,
      p50Ns,
      p99Ns,
      maxNs,
      maxAt: maxAt === null ? null : this.#dateAt(maxAt),
    });
    return {
      lastMinute: dated(windows.lastMinute),
      last15Minutes: dated(windows.last15Minutes),
      sinceStart: dated(windows.sinceStart),
    };
  }

  #offsets(windows: OffsetWindows): Windows<OffsetSummary> {
    const dated = ({ maxAt, ...rest }: WindowOfOffsets) => ({
      ...rest,
      maxAt: maxAt === null ? null : this.#dateAt(maxAt),
    });
    return {
      lastMinute: dated(windows.lastMinute),
      last15Minutes: dated(windows.last15Minutes),
      sinceStart: dated(windows.sinceStart),
    };
  }

  /** By the system clock as it is now: one that has been set moves all dates alike. */
  #dateAt(at: number): string {
    const { snapshot, second } = this.#latest!;
    return this.#dateOf(snapshot.unixMs - (second - at) * 1000);
  }
}

function seriesOf({
  offsets,
  meanDelayNs,
  ratePpb,
}: ClockSnapshot): Partial<Record<ClockSeries, number | null>> {
  return {
    offsetMinNs: offsets?.minNs ?? null,
    offsetMaxNs: offsets?.maxNs ?? null,
    offsetRmsNs: offsets === null ? null : Math.sqrt(offsets.sumOfSquares / offsets.count),
    // Of a master that is silent nothing is measured.
    meanDelayNs: offsets === null ? null : meanDelayNs,
    ratePpb,
  };
}

function forgetOthers(known: Map<string, unknown>, present: ReadonlyMap<string, unknown>): void {
  for (const name of known.keys()) if (!present.has(name)) known.delete(name);
}

function ofClockPort(clocks: readonly ClockSnapshot[], name: string): number | null {
  const measured = clocks
    .flatMap(({ ports }) => ports)
    .find((port) => port.interface === name && port.meanLinkDelayNs !== null);
  return measured?.meanLinkDelayNs ?? null;
}

function linkKey({ interface: name }: Pick<PortSnapshot, 'interface'>): string {
  return `link ${name}`;
}

function grandmasterKey({ name }: Pick<ClockSnapshot, 'name'>): string {
  return `grandmaster ${name}`;
}

function parentKey({ name }: Pick<ClockSnapshot, 'name'>): string {
  return `parent ${name}`;
}

function lockKey({ name }: Pick<ClockSnapshot, 'name'>): string {
  return `lock ${name}`;
}

function roleKey(
  { name }: Pick<ClockSnapshot, 'name'>,
  { portNumber }: Pick<ClockPortSnapshot, 'portNumber'>,
): string {
  return `role ${portNumber} ${name}`;
}
