/** What became of every pair of Sync and Follow_Up, and what its correction is worth. Times are in nanoseconds of one clock. */

/**
 * What passed sooner would not have shown that it was not corrected. The queues hold every Sync back for longer (bed.ts).
 */
export const LEAST_DELAY_NS = 5_000_000;
/**
 * A correction that is further from the truth is wrong: one that is missing is, of what was held back. Below that lies what a host
 * does to a virtual machine: it may take a processor away between two time stamps that belong together, for 2.8 ms at a time.
 */
export const RESIDUAL_LIMIT_NS = 4_000_000;
/** Pairs are remembered so long; nothing is asked of older ones. */
const REMEMBERED_NS = 60e9;

export interface Arrival {
  readonly sink: number;
  readonly index: number;
  readonly syncNs: number;
  readonly followUpNs: number;
  /** Of both messages together. */
  readonly correctionNs: number;
}

export interface WrongCorrection extends Arrival {
  readonly transitNs: number;
  readonly residualNs: number;
}

export interface Missing {
  readonly index: number;
  readonly sink: number;
  readonly sentNs: number;
}

interface Pair {
  readonly sentNs: number;
  /** By sink: when its Follow_Up came. */
  readonly arrivedNs: (number | undefined)[];
}

export class Pairs {
  readonly #sinks: number;
  readonly #onWrong: (wrong: WrongCorrection) => void;
  readonly #pairs = new Map<number, Pair>();
  /** That came before it was known when they were sent. */
  readonly #waiting = new Map<number, Arrival[]>();
  /** Follow_Ups compared, and how many of them had been held back long enough to tell. */
  compared = 0;
  delayed = 0;
  largestResidualNs = 0;

  constructor(sinks: number, onWrong: (wrong: WrongCorrection) => void) {
    this.#sinks = sinks;
    this.#onWrong = onWrong;
  }

  sent(index: number, sentNs: number): void {
    this.#pairs.set(index, { sentNs, arrivedNs: new Array<undefined>(this.#sinks) });
    for (const [oldest, pair] of this.#pairs) {
      if (pair.sentNs > sentNs - REMEMBERED_NS) break;
      this.#pairs.delete(oldest);
      this.#waiting.delete(oldest);
    }
    const waiting = this.#waiting.get(index) ?? [];
    this.#waiting.delete(index);
    for (const arrival of waiting) this.arrived(arrival);
  }

  arrived(arrival: Arrival): void {
    const pair = this.#pairs.get(arrival.index);
    if (pair === undefined) {
      const waiting = this.#waiting.get(arrival.index) ?? [];
      this.#waiting.set(arrival.index, [...waiting, arrival]);
      return;
    }
    pair.arrivedNs[arrival.sink] ??= arrival.followUpNs;
    const transitNs = arrival.syncNs - pair.sentNs;
    const residualNs = transitNs - arrival.correctionNs;
    this.compared++;
    if (transitNs >= LEAST_DELAY_NS) this.delayed++;
    this.largestResidualNs = Math.max(this.largestResidualNs, Math.abs(residualNs));
    if (Math.abs(residualNs) > RESIDUAL_LIMIT_NS) {
      this.#onWrong({ ...arrival, transitNs, residualNs });
    }
  }

  /**
   * How long after `endNs` the first pair that was sent since then had arrived, at the last of the sinks; undefined while one
   * is missing.
   */
  resumedAfterNs(endNs: number): number | undefined {
    const first = new Array<number>(this.#sinks).fill(Infinity);
    for (const { sentNs, arrivedNs } of this.#pairs.values()) {
      if (sentNs < endNs) continue;
      for (let sink = 0; sink < this.#sinks; sink++) {
        first[sink] = Math.min(first[sink]!, arrivedNs[sink] ?? Infinity);
      }
    }
    const last = Math.max(...first);
    return last === Infinity ? undefined : last - endNs;
  }

  /** Copies that have not arrived of the pairs sent from `fromNs` on and before `toNs`. */
  missing(fromNs: number, toNs: number): readonly Missing[] {
    return [...this.#pairs].flatMap(([index, { sentNs, arrivedNs }]) =>
      sentNs < fromNs || sentNs >= toNs
        ? []
        : Array.from(arrivedNs, (arrived, sink) => ({ index, sink, sentNs, arrived })).filter(
            ({ arrived }) => arrived === undefined,
          ),
    );
  }
}
