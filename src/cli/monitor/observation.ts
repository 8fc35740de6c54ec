/** What one reading makes of those before it: rates, and how they and the measured values went. */
import type { Counts, PortReading, Reading } from './reading.js';

/** Of wide terminals' sparklines. */
export const seriesLength = 240;

/** The oldest first; null: not measured then. */
export type Series = readonly (number | null)[];

/** In a second; of all messages together, and by message type. */
export interface Rates {
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly receivedByType: Counts;
  readonly sentByType: Counts;
  readonly othersByName: Counts;
  readonly droppedByReason: Counts;
}

export interface PortObservation {
  /** Null before the second reading. */
  readonly rates: Rates | null;
  /** Mean residence between two readings, nanoseconds. */
  readonly residence: Series;
}

export interface Observation {
  /** Of a clock that never goes back. */
  readonly atMs: number;
  /** The system clock. */
  readonly unixMs: number;
  readonly reading: Reading;
  /** By interface. */
  readonly ports: ReadonlyMap<string, PortObservation>;
  /** Offsets from the master, by the name of the instance. */
  readonly offsets: ReadonlyMap<string, Series>;
}

export function observe(
  before: Observation | undefined,
  reading: Reading,
  { atMs, unixMs }: Pick<Observation, 'atMs' | 'unixMs'>,
): Observation {
  // A switch that was started again counts from zero.
  const former = before?.reading.pid === reading.pid ? before : undefined;
  const seconds = (atMs - (former?.atMs ?? atMs)) / 1000;
  return {
    ...{ atMs, unixMs, reading },
    ports: new Map(
      reading.ports.map((port) => {
        const old = former?.reading.ports.find((it) => it.interface === port.interface);
        const rates = old === undefined || seconds <= 0 ? null : ratesOf(old, port, seconds);
        const residence = appended(
          before?.ports.get(port.interface)?.residence,
          old === undefined ? null : meanResidence(old, port),
        );
        return [port.interface, { rates, residence }];
      }),
    ),
    offsets: new Map(
      reading.instances.map(({ name, offsetNs }) => [
        name,
        appended(before?.offsets.get(name), offsetNs),
      ]),
    ),
  };
}

/** The same without what was before. */
export function withoutPast(observation: Observation): Observation {
  return {
    ...observation,
    ports: new Map(
      [...observation.ports].map(([name, port]) => [name, { ...port, residence: [] }]),
    ),
    offsets: new Map(),
  };
}

function ratesOf(old: PortReading, port: PortReading, seconds: number): Rates {
  const between = (before: Counts, now: Counts): Counts =>
    Object.fromEntries(
      Object.entries(now).map(([name, count]) => [name, (count - (before[name] ?? 0)) / seconds]),
    );
  const receivedByType = between(old.received, port.received);
  const sentByType = between(old.sent, port.sent);
  const droppedByReason = between(old.dropped, port.dropped);
  return {
    received: sum(receivedByType),
    sent: sum(sentByType),
    dropped: sum(droppedByReason),
    ...{ receivedByType, sentByType, droppedByReason },
    othersByName: between(old.others, port.others),
  };
}

function meanResidence({ residence: old }: PortReading, { residence }: PortReading): number | null {
  const count = residence.count - old.count;
  if (count <= 0 || residence.mean === null) return null;
  return (residence.mean * residence.count - (old.mean ?? 0) * old.count) / count;
}

export function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function appended(series: Series | undefined, value: number | null): Series {
  return [...(series ?? []), value].slice(-seriesLength);
}
