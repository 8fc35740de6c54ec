/** What has been seen of one port: its rates, what it has lost and when, how long messages have stayed. */
import type { CounterGroups } from './counter-groups.js';
import { droppedOf, reasonsOf, type Dropped } from './drop-classes.js';
import type { PortSeries } from './history.js';
import { PortResidence, type ResidenceWindows } from './windows/residence-windows.js';
import { GrowingCounts, type CountWindows } from './windows/sliced-counts.js';
import { counterOf, type CounterSnapshot, type Snapshot } from './snapshot.js';

const lostCounters = reasonsOf('lost').map((reason) => `drop.${reason}`);
const missingCounters = ['timestamp.receiveMissing', 'timestamp.transmitMissing'];

interface Totals {
  readonly monotonicNs: number;
  readonly received: number;
  readonly sent: number;
  readonly syncReceived: number;
  readonly syncSent: number;
}

/** What is known of a port beside the last snapshot of it; seconds in the time that was given. */
export interface ObservedPort {
  readonly dropped: Dropped;
  readonly lost: CountWindows;
  /** By reason, of the last quarter of an hour. */
  readonly lostReasons: Readonly<Record<string, number>>;
  readonly timestampsMissing: CountWindows;
  readonly residence: ResidenceWindows;
}

export class PortObservations {
  readonly #lost = new GrowingCounts(lostCounters);
  readonly #missing = new GrowingCounts(missingCounters);
  readonly #groups: CounterGroups;
  readonly #residence: PortResidence;
  #totals: Totals | undefined;
  #dropped: Dropped = droppedOf({});

  constructor({ residence }: Pick<CounterSnapshot, 'residence'>, groups: CounterGroups) {
    this.#groups = groups;
    this.#residence = new PortResidence(residence.upperBoundsNs);
  }

  /** Once a second. @returns what the second was like */
  take(
    second: number,
    { counters, monotonicNs, ports }: Snapshot,
    port: number,
  ): Partial<Record<PortSeries, number | null>> {
    const countOf = (name: string) => counterOf(counters, port, name);
    const residence = this.#residence.add(second, {
      buckets: bucketsOf(counters, port),
      maxNs: countOf('residence.maxNs'),
    });
    const lost = this.#lost.add(second, countOf);
    this.#missing.add(second, countOf);
    this.#dropped = this.#groups.dropped(counters, port);
    const before = this.#totals;
    const now = {
      monotonicNs,
      received: this.#groups.received(counters, port),
      sent: this.#groups.sent(counters, port),
      syncReceived: countOf('rx.Sync'),
      syncSent: countOf('tx.Sync'),
    };
    this.#totals = now;
    const seconds = (monotonicNs - (before?.monotonicNs ?? monotonicNs)) / 1e9;
    const rate = (of: (totals: Totals) => number): number | null =>
      before === undefined || seconds <= 0 ? null : (of(now) - of(before)) / seconds;
    return {
      receivedPerSecond: rate(({ received }) => received),
      sentPerSecond: rate(({ sent }) => sent),
      syncReceivedPerSecond: rate(({ syncReceived }) => syncReceived),
      syncSentPerSecond: rate(({ syncSent }) => syncSent),
      lostPerSecond: seconds <= 0 ? null : lost / seconds,
      residenceP50Ns: residence.p50Ns,
      residenceP99Ns: residence.p99Ns,
      residenceMaxNs: residence.maxNs,
      meanLinkDelayNs: meanLinkDelayOf(ports[port]),
    };
  }

  /** @param second now */
  observation(second: number): ObservedPort {
    const lostReasons = Object.entries(this.#lost.latest(second)).map(
      ([name, count]) => [name.slice(name.indexOf('.') + 1), count] as const,
    );
    return {
      dropped: this.#dropped,
      lost: this.#lost.windows(second),
      lostReasons: Object.fromEntries(lostReasons),
      timestampsMissing: this.#missing.windows(second),
      residence: this.#residence.windows(second),
    };
  }
}

/** Of the first transport on which it is measured; null while it is measured on none. */
export function meanLinkDelayOf(port: Snapshot['ports'][number] | undefined): number | null {
  const measured = port?.linkDelays.find(({ meanLinkDelayNs }) => meanLinkDelayNs !== null);
  return measured?.meanLinkDelayNs ?? null;
}

function bucketsOf(
  { stride, values, residence: { offset, upperBoundsNs } }: CounterSnapshot,
  port: number,
): Float64Array {
  const from = port * stride + offset;
  return values.subarray(from, from + upperBoundsNs.length);
}
