/**
 * How long event messages have stayed in the switch on their way to a port, over the last minute, the last quarter of an hour and
 * since the start; made of what the engine's histogram has grown by from one second to the next, so that an answer costs next to nothing.
 */
import { Slices, windowLengths, type WindowLength } from './slices.js';

export interface ResidenceWindow {
  readonly messages: number;
  /** Upper bounds of the histogram's buckets, but never beyond the maximum; null without messages. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  /** The second in which the maximum was measured, in the time that was given. */
  readonly maxAt: number | null;
}

export interface ResidenceWindows {
  readonly lastMinute: ResidenceWindow;
  readonly last15Minutes: ResidenceWindow;
  readonly sinceStart: ResidenceWindow;
}

/** As the engine counts since its start. */
export interface ResidenceCounts {
  /** Messages of each bucket. */
  readonly buckets: Float64Array;
  readonly maxNs: number;
}

interface Maximum {
  ns: number;
  at: number;
}

/** Of one port. */
export class PortResidence {
  readonly #upperBoundsNs: readonly number[];
  readonly #sinceStart: Float64Array;
  readonly #grown: Uint32Array;
  readonly #lastMinute: ResidenceWindowKeeper;
  readonly #last15Minutes: ResidenceWindowKeeper;
  readonly #maximum: Maximum = { ns: 0, at: 0 };

  constructor(upperBoundsNs: readonly number[]) {
    this.#upperBoundsNs = upperBoundsNs;
    this.#sinceStart = new Float64Array(upperBoundsNs.length);
    this.#grown = new Uint32Array(upperBoundsNs.length);
    this.#lastMinute = new ResidenceWindowKeeper(windowLengths.lastMinute, upperBoundsNs);
    this.#last15Minutes = new ResidenceWindowKeeper(windowLengths.last15Minutes, upperBoundsNs);
  }

  /**
   * Once a second. @returns what has been measured since the time before
   *
   * @param second of a time that never goes back
   */
  add(second: number, { buckets, maxNs }: ResidenceCounts): ResidenceWindow {
    let highest = -1;
    for (let bucket = 0; bucket < this.#grown.length; bucket++) {
      const count = buckets[bucket] ?? 0;
      const grown = Math.max(0, count - this.#sinceStart[bucket]!);
      this.#grown[bucket] = grown;
      this.#sinceStart[bucket] = count;
      if (grown > 0) highest = bucket;
    }
    const largest =
      maxNs > this.#maximum.ns ? maxNs : Math.min(maxNs, this.#upperBoundsNs[highest] ?? 0);
    if (highest >= 0 && maxNs > this.#maximum.ns)
      Object.assign(this.#maximum, { ns: maxNs, at: second });
    for (const window of [this.#lastMinute, this.#last15Minutes]) {
      window.add(second, this.#grown, highest, largest);
    }
    return windowOf(this.#grown, this.#upperBoundsNs, { ns: largest, at: second });
  }

  /** @param second now: no earlier than any before */
  windows(second: number): ResidenceWindows {
    return {
      lastMinute: this.#lastMinute.window(second),
      last15Minutes: this.#last15Minutes.window(second),
      sinceStart: windowOf(this.#sinceStart, this.#upperBoundsNs, this.#maximum),
    };
  }
}

interface Slice {
  readonly counts: Uint32Array;
  /** Beyond the last bucket that holds anything. */
  end: number;
  readonly maximum: Maximum;
}

class ResidenceWindowKeeper {
  readonly #upperBoundsNs: readonly number[];
  /** Of all slices together. */
  readonly #counts: Float64Array;
  readonly #slices: Slices<Slice>;

  constructor(length: WindowLength, upperBoundsNs: readonly number[]) {
    const buckets = upperBoundsNs.length;
    this.#upperBoundsNs = upperBoundsNs;
    this.#counts = new Float64Array(buckets);
    this.#slices = new Slices(
      length,
      () => ({ counts: new Uint32Array(buckets), end: 0, maximum: { ns: 0, at: 0 } }),
      (slice) => this.#forget(slice),
    );
  }

  add(second: number, grown: Uint32Array, highest: number, maxNs: number): void {
    const slice = this.#slices.at(second);
    for (let bucket = 0; bucket <= highest; bucket++) {
      const count = grown[bucket]!;
      slice.counts[bucket]! += count;
      this.#counts[bucket]! += count;
    }
    slice.end = Math.max(slice.end, highest + 1);
    if (highest >= 0 && maxNs >= slice.maximum.ns) {
      Object.assign(slice.maximum, { ns: maxNs, at: second });
    }
  }

  window(second: number): ResidenceWindow {
    this.#slices.at(second);
    const maximum = { ns: 0, at: 0 };
    for (const slice of this.#slices.all) {
      const { ns, at } = slice.maximum;
      if (slice.end > 0 && (ns > maximum.ns || (ns === maximum.ns && at > maximum.at))) {
        Object.assign(maximum, { ns, at });
      }
    }
    return windowOf(this.#counts, this.#upperBoundsNs, maximum);
  }

  #forget(slice: Slice): void {
    for (let bucket = 0; bucket < slice.end; bucket++) {
      this.#counts[bucket]! -= slice.counts[bucket]!;
    }
    slice.counts.fill(0);
    slice.end = 0;
    Object.assign(slice.maximum, { ns: 0, at: 0 });
  }
}

function windowOf(
  counts: Float64Array | Uint32Array,
  upperBoundsNs: readonly number[],
  maximum: Readonly<Maximum>,
): ResidenceWindow {
  let messages = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) messages += counts[bucket]!;
  if (messages === 0) return { messages, p50Ns: null, p99Ns: null, maxNs: null, maxAt: null };
  const percentile = (fraction: number): number => {
    const rank = Math.max(1, fraction * messages);
    let seen = 0;
    let bucket = 0;
    while (bucket < counts.length && (seen += counts[bucket]!) < rank) bucket += 1;
    return Math.min(upperBoundsNs[bucket] ?? maximum.ns, maximum.ns);
  };
  return {
    messages,
    p50Ns: percentile(0.5),
    p99Ns: percentile(0.99),
    maxNs: maximum.ns,
    maxAt: maximum.at,
  };
}
