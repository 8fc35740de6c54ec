/**
 * How long event messages have stayed in the switch on their way to a port, over the last minute, the last quarter of an hour and
 * since the start; made of what the engine's histogram has grown by from one second to the next, so that an answer costs next to nothing.
 */
import { SlicedCounts } from './sliced-counts.js';
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
    let end = 0;
    for (let bucket = 0; bucket < this.#grown.length; bucket++) {
      const count = buckets[bucket] ?? 0;
      const grown = Math.max(0, count - this.#sinceStart[bucket]!);
      this.#grown[bucket] = grown;
      this.#sinceStart[bucket] = count;
      if (grown > 0) end = bucket + 1;
    }
    const isGreatest = end > 0 && maxNs > this.#maximum.ns;
    if (isGreatest) Object.assign(this.#maximum, { ns: maxNs, at: second });
    const largest = isGreatest ? maxNs : Math.min(maxNs, this.#upperBoundsNs[end - 1] ?? 0);
    this.#lastMinute.add(second, this.#grown, end, largest);
    this.#last15Minutes.add(second, this.#grown, end, largest);
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

class ResidenceWindowKeeper {
  readonly #upperBoundsNs: readonly number[];
  readonly #counts: SlicedCounts;
  readonly #maxima: Slices<Maximum>;

  constructor(length: WindowLength, upperBoundsNs: readonly number[]) {
    this.#upperBoundsNs = upperBoundsNs;
    this.#counts = new SlicedCounts(length, upperBoundsNs.length);
    this.#maxima = new Slices<Maximum>(
      length,
      () => ({ ns: 0, at: 0 }),
      (maximum) => Object.assign(maximum, { ns: 0, at: 0 }),
    );
  }

  add(second: number, grown: Uint32Array, end: number, maxNs: number): void {
    if (end === 0) return;
    this.#counts.add(second, grown, end);
    const maximum = this.#maxima.at(second);
    if (maxNs >= maximum.ns) Object.assign(maximum, { ns: maxNs, at: second });
  }

  window(second: number): ResidenceWindow {
    this.#maxima.at(second);
    const latest = { ns: 0, at: 0 };
    for (const { ns, at } of this.#maxima.all) {
      if (ns > latest.ns || (ns === latest.ns && at > latest.at)) Object.assign(latest, { ns, at });
    }
    return windowOf(this.#counts.advance(second), this.#upperBoundsNs, latest);
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
  let seen = 0;
  let bucket = 0;
  const boundOf = (fraction: number): number => {
    const rank = Math.max(1, fraction * messages);
    while (seen + counts[bucket]! < rank) seen += counts[bucket++]!;
    return Math.min(upperBoundsNs[bucket]!, maximum.ns);
  };
  const p50Ns = boundOf(0.5);
  return { messages, p50Ns, p99Ns: boundOf(0.99), maxNs: maximum.ns, maxAt: maximum.at };
}
