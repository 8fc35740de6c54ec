/**
 * One value a second for an hour, of every port and every clock, so that who looks after a fault sees it. What was not measured in
 * a second is a gap there. It has one size from the start.
 */

/** As long as it is remembered. */
export const historySeconds = 3600;

/** Of a port: messages in a second, and nanoseconds. */
export const portSeries = [
  ...['receivedPerSecond', 'sentPerSecond', 'syncReceivedPerSecond', 'syncSentPerSecond'],
  ...['lostPerSecond', 'residenceP50Ns', 'residenceP99Ns', 'residenceMaxNs', 'meanLinkDelayNs'],
] as const satisfies readonly string[];

/** Of a clock: what the offsets of the second were, and what was measured last. */
export const clockSeries = [
  ...['offsetMinNs', 'offsetMaxNs', 'offsetRmsNs', 'meanDelayNs', 'ratePpb'],
] as const satisfies readonly string[];

export type PortSeries = (typeof portSeries)[number];
export type ClockSeries = (typeof clockSeries)[number];

/** Null and what is left out: not measured. */
type Values<Series extends string> = Readonly<Partial<Record<Series, number | null>>>;

/** What a second was like. */
export interface HistorySecond {
  /** By interface. */
  readonly ports: ReadonlyMap<string, Values<PortSeries>>;
  /** By the name of the instance. */
  readonly clocks: ReadonlyMap<string, Values<ClockSeries>>;
}

export class History {
  readonly #ports = new Map<string, Hour<PortSeries>>();
  readonly #clocks = new Map<string, Hour<ClockSeries>>();
  #latest: number | undefined;

  /**
   * Once a second; seconds that were left out are gaps. Ports and clocks that are not there any more are forgotten.
   *
   * @param second of a time that never goes back, rounded down
   */
  add(second: number, { ports, clocks }: HistorySecond): void {
    if (this.#latest !== undefined && second < this.#latest) return;
    this.#latest = second;
    addAll(this.#ports, ports, second, portSeries);
    addAll(this.#clocks, clocks, second, clockSeries);
  }

  /** The latest seconds of a port, of the oldest first, null in gaps; undefined of a port that there is not. */
  ofPort(
    name: string,
    series: PortSeries,
    seconds = historySeconds,
  ): (number | null)[] | undefined {
    return this.#ports.get(name)?.latest(this.#latest ?? 0, series, seconds);
  }

  /** The same of a clock, by the name of its instance. */
  ofClock(
    name: string,
    series: ClockSeries,
    seconds = historySeconds,
  ): (number | null)[] | undefined {
    return this.#clocks.get(name)?.latest(this.#latest ?? 0, series, seconds);
  }

  /** The average of the latest seconds that are no gaps; null if all are. */
  meanOfPort(name: string, series: PortSeries, seconds: number): number | null {
    return this.#ports.get(name)?.mean(this.#latest ?? 0, series, seconds) ?? null;
  }

  /** The latest second that has been added. */
  get latest(): number | undefined {
    return this.#latest;
  }

  /** Of all values together. */
  get bytes(): number {
    return [...this.#ports.values(), ...this.#clocks.values()].reduce(
      (sum, { bytes }) => sum + bytes,
      0,
    );
  }
}

function addAll<Series extends string>(
  hours: Map<string, Hour<Series>>,
  values: ReadonlyMap<string, Values<Series>>,
  second: number,
  series: readonly Series[],
): void {
  for (const name of hours.keys()) if (!values.has(name)) hours.delete(name);
  for (const [name, each] of values) {
    const hour = hours.get(name) ?? new Hour(series);
    hours.set(name, hour);
    hour.add(second, each);
  }
}

/** The latest hour of something: a place for every second, used over and over. */
class Hour<Series extends string> {
  readonly #series: readonly Series[];
  /** One series after the other. */
  readonly #values: Float32Array;
  #latest: number | undefined;

  constructor(series: readonly Series[]) {
    this.#series = series;
    this.#values = new Float32Array(series.length * historySeconds).fill(NaN);
  }

  get bytes(): number {
    return this.#values.byteLength;
  }

  add(second: number, values: Values<Series>): void {
    const from = Math.max((this.#latest ?? second - 1) + 1, second - historySeconds + 1);
    for (let gap = from; gap < second; gap++) this.#set(gap, undefined);
    this.#set(second, values);
    this.#latest = second;
  }

  #set(second: number, values: Values<Series> | undefined): void {
    for (const [index, name] of this.#series.entries()) {
      this.#values[index * historySeconds + placeOf(second)] = values?.[name] ?? NaN;
    }
  }

  latest(end: number, series: Series, seconds: number): (number | null)[] {
    const found: (number | null)[] = [];
    const length = Math.min(seconds, historySeconds);
    const begin = this.#beginOf(series);
    for (let second = end - length + 1; second <= end; second++) {
      const value = this.#at(begin, second);
      found.push(Number.isNaN(value) ? null : value);
    }
    return found;
  }

  mean(end: number, series: Series, seconds: number): number | null {
    let sum = 0;
    let count = 0;
    const begin = this.#beginOf(series);
    for (let second = end - seconds + 1; second <= end; second++) {
      const value = this.#at(begin, second);
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? null : sum / count;
  }

  #beginOf(series: Series): number {
    return this.#series.indexOf(series) * historySeconds;
  }

  #at(begin: number, second: number): number {
    const latest = this.#latest ?? -Infinity;
    if (second > latest || second <= latest - historySeconds) return NaN;
    return this.#values[begin + placeOf(second)]!;
  }
}

function placeOf(second: number): number {
  return ((second % historySeconds) + historySeconds) % historySeconds;
}
