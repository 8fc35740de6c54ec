/** What became of every pair of Sync and Follow_Up, and what its correction is worth. Times are in nanoseconds of one clock. */

/** A correction that is further from the truth is wrong; what a frame is held back for is at least twice as long. */
export const RESIDUAL_LIMIT_NS = 2_500_000;
/** What passed sooner would not have shown that it was not corrected. */
export const LEAST_DELAY_NS = 2 * RESIDUAL_LIMIT_NS;
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

  /** Copies that have not arrived of the pairs sent from `fromNs` on and before `toNs`, at these sinks. */
  missing(fromNs: number, toNs: number, sinks: readonly number[]): number {
    let missing = 0;
    for (const { sentNs, arrivedNs } of this.#pairs.values()) {
      if (sentNs < fromNs || sentNs >= toNs) continue;
      missing += sinks.filter((sink) => arrivedNs[sink] === undefined).length;
    }
    return missing;
  }
}
