/** What became of every pair of Sync and Follow_Up, and what its correction is worth. Times are in nanoseconds of one clock. */

import type { PairMessage } from '../../test/support/netns/pair-watch.js';

/**
 * What passed sooner would not have shown that it was not corrected. The queues hold every Sync back for longer (bed.ts).
 */
export const LEAST_DELAY_NS = 5_000_000;
/** A correction that is further from the truth is wrong: one that is missing is, of what was held back. */
export const RESIDUAL_LIMIT_NS = 2_500_000;
/**
 * Where the ports have told when the Sync came and left, much less is allowed: the true residence lies between two differences of
 * time stamps. The first of them are the very one that the switch has and one a moment before its own; what a host takes
 * away of a virtual processor while a Sync is on a cable (2.8 ms at a time have been seen) is in none of them.
 */
export const BRACKET_TOLERANCE_NS = 10_000;
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
  /** Between these it would have been right; undefined where the ports have not told. */
  readonly bracketNs: readonly [number, number] | undefined;
}

export interface Missing {
  readonly index: number;
  readonly sink: number;
  readonly sentNs: number;
  /** By message, nanoseconds since the Sync was sent: when it came in by the port of the source, and left by that of the sink. */
  readonly came: Passage;
  readonly left: Passage;
}

/** Undefined for what was not heard. */
export type Passage = Readonly<Partial<Record<PairMessage, number>>>;

interface Pair {
  readonly sentNs: number;
  readonly came: Partial<Record<PairMessage, number>>;
  /** By sink. */
  readonly left: readonly Partial<Record<PairMessage, number>>[];
  /** By sink: when both its messages had come. */
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
  /** By their Follow_Ups, on the cable to the sink. */
  overtaken = 0;
  /** From the truth, of those of which the ports had not told; and how many they had, and how far outside the bracket. */
  largestResidualNs = 0;
  bracketed = 0;
  largestOffNs = 0;
  /** How many of them were on the cables, of which no product is part, for longer than a correction may be off; and the longest. */
  heldUpOnCables = 0;
  longestOnCablesNs = 0;

  constructor(sinks: number, onWrong: (wrong: WrongCorrection) => void) {
    this.#sinks = sinks;
    this.#onWrong = onWrong;
  }

  sent(index: number, sentNs: number): void {
    this.#pairs.set(index, {
      sentNs,
      came: {},
      left: Array.from({ length: this.#sinks }, () => ({})),
      arrivedNs: new Array<undefined>(this.#sinks),
    });
    for (const [oldest, pair] of this.#pairs) {
      if (pair.sentNs > sentNs - REMEMBERED_NS) break;
      this.#pairs.delete(oldest);
      this.#waiting.delete(oldest);
    }
    const waiting = this.#waiting.get(index) ?? [];
    this.#waiting.delete(index);
    for (const arrival of waiting) this.arrived(arrival);
  }

  came(index: number, message: PairMessage, cameNs: number): void {
    const pair = this.#pairs.get(index);
    if (pair !== undefined) pair.came[message] ??= cameNs;
  }

  left(sink: number, index: number, message: PairMessage, leftNs: number): void {
    const left = this.#pairs.get(index)?.left[sink];
    if (left !== undefined) left[message] ??= leftNs;
  }

  arrived(arrival: Arrival): void {
    const pair = this.#pairs.get(arrival.index);
    if (pair === undefined) {
      const waiting = this.#waiting.get(arrival.index) ?? [];
      this.#waiting.set(arrival.index, [...waiting, arrival]);
      return;
    }
    pair.arrivedNs[arrival.sink] ??= Math.max(arrival.syncNs, arrival.followUpNs);
    const { syncNs, correctionNs } = arrival;
    const transitNs = syncNs - pair.sentNs;
    const residualNs = transitNs - correctionNs;
    this.compared++;
    if (transitNs >= LEAST_DELAY_NS) this.delayed++;
    if (arrival.followUpNs < syncNs) this.overtaken++;
    const cameNs = pair.came.sync;
    const leftNs = pair.left[arrival.sink]?.sync;
    if (cameNs === undefined || leftNs === undefined) {
      this.largestResidualNs = Math.max(this.largestResidualNs, Math.abs(residualNs));
      if (Math.abs(residualNs) <= RESIDUAL_LIMIT_NS) return;
      this.#onWrong({ ...arrival, transitNs, residualNs, bracketNs: undefined });
      return;
    }
    const [least, most] = [leftNs - cameNs, syncNs - cameNs];
    const offNs = Math.max(least - correctionNs, correctionNs - most, 0);
    const onCablesNs = transitNs - least;
    this.bracketed++;
    this.largestOffNs = Math.max(this.largestOffNs, offNs);
    this.longestOnCablesNs = Math.max(this.longestOnCablesNs, onCablesNs);
    if (onCablesNs > RESIDUAL_LIMIT_NS) this.heldUpOnCables++;
    if (offNs <= BRACKET_TOLERANCE_NS) return;
    this.#onWrong({ ...arrival, transitNs, residualNs, bracketNs: [least, most] });
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
    return [...this.#pairs].flatMap(([index, { sentNs, came, left, arrivedNs }]) =>
      sentNs < fromNs || sentNs >= toNs
        ? []
        : left.flatMap((leftBy, sink) =>
            arrivedNs[sink] === undefined
              ? [{ index, sink, sentNs, came: since(sentNs, came), left: since(sentNs, leftBy) }]
              : [],
          ),
    );
  }
}

function since(sentNs: number, passage: Passage): Passage {
  return Object.fromEntries(
    Object.entries(passage).map(([message, timeNs]) => [message, timeNs - sentNs]),
  );
}
