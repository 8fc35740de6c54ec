/** Counts of several things over a window that ends now. */
import { Slices, windowLengths, type WindowLength } from './slices.js';

interface Slice {
  readonly counts: Uint32Array;
  /** Beyond the last count that is not 0. */
  end: number;
}

export class SlicedCounts {
  /** Of the whole window, as it was at the last call. */
  readonly sums: Float64Array;
  readonly #slices: Slices<Slice>;

  constructor(length: WindowLength, things: number) {
    this.sums = new Float64Array(things);
    this.#slices = new Slices<Slice>(
      length,
      () => ({ counts: new Uint32Array(things), end: 0 }),
      (slice) => this.#forget(slice),
    );
  }

  /** @param grown by how much each has grown; @param end beyond the last that has */
  add(second: number, grown: Uint32Array, end = grown.length): void {
    const slice = this.#slices.at(second);
    for (let thing = 0; thing < end; thing++) {
      slice.counts[thing]! += grown[thing]!;
      this.sums[thing]! += grown[thing]!;
    }
    slice.end = Math.max(slice.end, end);
  }

  /** @param second now: what is too old is forgotten */
  advance(second: number): Float64Array {
    this.#slices.at(second);
    return this.sums;
  }

  #forget(slice: Slice): void {
    for (let thing = 0; thing < slice.end; thing++) this.sums[thing]! -= slice.counts[thing]!;
    slice.counts.fill(0);
    slice.end = 0;
  }
}

/** How often something happened. */
export interface CountWindows {
  readonly lastMinute: number;
  readonly last15Minutes: number;
  readonly sinceStart: number;
  /** The second in which it was seen last, in the time that was given; null: never. */
  readonly lastAt: number | null;
}

/** Counters that only grow, and how they have grown lately. */
export class GrowingCounts {
  readonly #names: readonly string[];
  readonly #sinceStart: Float64Array;
  readonly #grown: Uint32Array;
  readonly #lastMinute: SlicedCounts;
  readonly #last15Minutes: SlicedCounts;
  #lastAt: number | null = null;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sinceStart = new Float64Array(names.length);
    this.#grown = new Uint32Array(names.length);
    this.#lastMinute = new SlicedCounts(windowLengths.lastMinute, names.length);
    this.#last15Minutes = new SlicedCounts(windowLengths.last15Minutes, names.length);
  }

  /**
   * Once a second. @returns by how much all together have grown
   *
   * @param second of a time that never goes back
   * @param countOf the counter as it is now
   */
  add(second: number, countOf: (name: string) => number): number {
    let all = 0;
    for (const [index, name] of this.#names.entries()) {
      const count = countOf(name);
      const grown = Math.max(0, count - this.#sinceStart[index]!);
      this.#grown[index] = grown;
      this.#sinceStart[index] = count;
      all += grown;
    }
    if (all === 0) return 0;
    this.#lastAt = second;
    this.#lastMinute.add(second, this.#grown);
    this.#last15Minutes.add(second, this.#grown);
    return all;
  }

  /** Of all together. @param second now */
  windows(second: number): CountWindows {
    return {
      lastMinute: sum(this.#lastMinute.advance(second)),
      last15Minutes: sum(this.#last15Minutes.advance(second)),
      sinceStart: sum(this.#sinceStart),
      lastAt: this.#lastAt,
    };
  }

  /** Those that have grown in the last quarter of an hour, the most first. @param second now */
  latest(second: number): Record<string, number> {
    const counts = this.#last15Minutes.advance(second);
    return Object.fromEntries(
      this.#names
        .map((name, index) => [name, counts[index]!] as const)
        .filter(([, count]) => count > 0)
        .sort(([, one], [, other]) => other - one),
    );
  }
}

function sum(counts: Float64Array): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}
