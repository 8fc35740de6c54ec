/**
 * What the offsets from the master have been like over the last seconds and minutes: rms, maximum, and MTIE, the largest
 * change within any stretch of a length (ITU-T G.810, 4.5.13). Kept second by second, so that it has a bound.
 */
import type { DurationNs, Instant } from '../time/instant.js';
import { timeInterval, timeIntervalToNs } from '../time/time-interval.js';

export interface OffsetWindow {
  readonly seconds: number;
  /** Offsets in it. */
  readonly samples: number;
  /** Of the latest so many seconds, nanoseconds; null without samples. */
  readonly rms: number | null;
  readonly max: number | null;
  /** Over stretches of so many seconds, of all that is remembered. */
  readonly mtie: number | null;
}

/** Lengths of the windows. */
export const offsetWindowSeconds = [10, 100, 1000] as const;

/** The longest window. */
const maxSeconds = 1000;

interface Second {
  /** Since the first one. */
  readonly index: number;
  count: number;
  sumOfSquares: number;
  min: number;
  max: number;
}

export class OffsetHistory {
  readonly #seconds: Second[] = [];
  readonly #largestChanges = offsetWindowSeconds.map((seconds) => new LargestChange(seconds));
  #begin: Instant | undefined;
  /** As they were made last, and for which second: they are asked for more often than there are offsets. */
  #windows: { readonly end: number; readonly all: readonly OffsetWindow[] } | undefined;

  /** @param at raw time of the sample, later than that before; an earlier one begins anew */
  add(at: Instant, offsetNs: DurationNs): void {
    this.#windows = undefined;
    this.#begin ??= at;
    const index = secondsBetween(this.#begin, at);
    const latest = this.#seconds.at(-1);
    if (latest !== undefined && index < latest.index) {
      this.clear();
      this.add(at, offsetNs);
      return;
    }
    const second =
      latest?.index === index
        ? latest
        : { ...{ index, count: 0, sumOfSquares: 0, min: Infinity, max: -Infinity } };
    if (second !== latest) this.#seconds.push(second);
    second.count += 1;
    second.sumOfSquares += offsetNs ** 2;
    second.min = Math.min(second.min, offsetNs);
    second.max = Math.max(second.max, offsetNs);
    while ((this.#seconds[0]?.index ?? index) <= index - maxSeconds) this.#seconds.shift();
    for (const change of this.#largestChanges) change.update(second);
  }

  /** Forgets everything: what was measured before the clock was set cannot be compared with what comes after. */
  clear(): void {
    this.#windows = undefined;
    this.#seconds.length = 0;
    this.#begin = undefined;
    for (const change of this.#largestChanges) change.clear();
  }

  /**
   * Asked for with every answer about the clock: one pass over the seconds, MTIE is kept.
   *
   * @param now raw time: the windows end there, and are empty when no offset has come for so long. Absent: with the latest offset
   */
  windows(now?: Instant): readonly OffsetWindow[] {
    const end = this.#endOf(now);
    if (this.#windows?.end !== end) {
      const all = offsetWindowSeconds.map((seconds, at) =>
        this.#window(seconds, end, this.#largestChanges[at]?.largest(end) ?? 0),
      );
      this.#windows = { end, all };
    }
    return this.#windows.all;
  }

  #endOf(now: Instant | undefined): number {
    const latest = this.#seconds.at(-1)?.index ?? 0;
    if (now === undefined || this.#begin === undefined) return latest;
    return Math.max(latest, secondsBetween(this.#begin, now));
  }

  #window(seconds: number, end: number, mtie: number): OffsetWindow {
    let samples = 0;
    let squares = 0;
    let max = 0;
    for (let at = this.#seconds.length - 1; at >= 0; at--) {
      const second = this.#seconds[at]!;
      if (second.index <= end - seconds) break;
      samples += second.count;
      squares += second.sumOfSquares;
      max = Math.max(max, second.max, -second.min);
    }
    if (samples === 0) return { seconds, samples, rms: null, max: null, mtie: null };
    return { seconds, samples, rms: Math.sqrt(squares / samples), max, mtie };
  }
}

/**
 * MTIE for one length of stretch, kept from second to second. Queues hold the candidates: of the largest and the smallest value
 * of the stretch that ends now, and of the largest change within the stretches that lie within what is remembered.
 */
class LargestChange {
  readonly #length: number;
  readonly #highest: Second[] = [];
  readonly #lowest: Second[] = [];
  readonly #changes: { readonly index: number; readonly change: number }[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** @param end the second that is now, perhaps later than the latest */
  largest(end: number): number {
    const forgotten = this.#forgottenAt(end);
    return this.#changes.find(({ index }) => index > forgotten)?.change ?? 0;
  }

  clear(): void {
    for (const queue of [this.#highest, this.#lowest, this.#changes]) queue.length = 0;
  }

  /** @param second the latest, which may have been here before, with fewer samples */
  update(second: Second): void {
    const { index } = second;
    replaceLast(this.#highest, second, (other) => other.max <= second.max);
    replaceLast(this.#lowest, second, (other) => other.min >= second.min);
    for (const queue of [this.#highest, this.#lowest]) forgetUntil(queue, index - this.#length);
    const change = (this.#highest[0]?.max ?? 0) - (this.#lowest[0]?.min ?? 0);
    replaceLast(this.#changes, { index, change }, (other) => other.change <= change);
    forgetUntil(this.#changes, this.#forgottenAt(index));
  }

  /** A stretch that began before what is remembered ended with this second or before; while nothing is forgotten there is none. */
  #forgottenAt(end: number): number {
    return end >= maxSeconds ? end - maxSeconds + this.#length - 1 : -1;
  }
}

function secondsBetween(begin: Instant, at: Instant): number {
  return Math.floor(timeIntervalToNs(timeInterval(at - begin)) / 1e9);
}

/** Puts the item at the end, instead of an earlier one of its second, and of those that it makes superfluous. */
function replaceLast<Item extends { readonly index: number }>(
  queue: Item[],
  item: Item,
  isSuperfluous: (other: Item) => boolean,
): void {
  for (let last = queue.at(-1); last !== undefined; last = queue.at(-1)) {
    if (last.index !== item.index && !isSuperfluous(last)) break;
    queue.pop();
  }
  queue.push(item);
}

function forgetUntil(queue: { readonly index: number }[], index: number): void {
  while ((queue[0]?.index ?? Infinity) <= index) queue.shift();
}
