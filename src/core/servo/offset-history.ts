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
  #begin: Instant | undefined;

  /** @param at raw time of the sample, later than that before; an earlier one begins anew */
  add(at: Instant, offsetNs: DurationNs): void {
    this.#begin ??= at;
    const index = Math.floor(timeIntervalToNs(timeInterval(at - this.#begin)) / 1e9);
    const latest = this.#seconds.at(-1);
    if (latest !== undefined && index < latest.index) {
      this.clear();
      this.add(at, offsetNs);
      return;
    }
    if (latest?.index === index) {
      latest.count += 1;
      latest.sumOfSquares += offsetNs ** 2;
      latest.min = Math.min(latest.min, offsetNs);
      latest.max = Math.max(latest.max, offsetNs);
      return;
    }
    this.#seconds.push({
      ...{ index, count: 1, sumOfSquares: offsetNs ** 2, min: offsetNs, max: offsetNs },
    });
    while ((this.#seconds[0]?.index ?? index) <= index - maxSeconds) this.#seconds.shift();
  }

  /** Forgets everything: what was measured before the clock was set cannot be compared with what comes after. */
  clear(): void {
    this.#seconds.length = 0;
    this.#begin = undefined;
  }

  windows(): readonly OffsetWindow[] {
    return offsetWindowSeconds.map((seconds) => this.#window(seconds));
  }

  #window(seconds: number): OffsetWindow {
    const end = this.#seconds.at(-1)?.index ?? 0;
    const inWindow = this.#seconds.filter(({ index }) => index > end - seconds);
    const samples = inWindow.reduce((sum, { count }) => sum + count, 0);
    if (samples === 0) return { seconds, samples, rms: null, max: null, mtie: null };
    const squares = inWindow.reduce((sum, { sumOfSquares }) => sum + sumOfSquares, 0);
    const magnitudes = inWindow.map(({ min, max }) => Math.max(-min, max));
    return {
      ...{ seconds, samples },
      rms: Math.sqrt(squares / samples),
      max: Math.max(...magnitudes),
      mtie: this.#mtie(seconds),
    };
  }

  /** The window slides over the seconds. Two queues hold the candidates for its largest and its smallest value. */
  #mtie(seconds: number): number {
    const highest: Second[] = [];
    const lowest: Second[] = [];
    let mtie = 0;
    for (const second of this.#seconds) {
      while ((highest.at(-1)?.max ?? Infinity) <= second.max) highest.pop();
      while ((lowest.at(-1)?.min ?? -Infinity) >= second.min) lowest.pop();
      highest.push(second);
      lowest.push(second);
      for (const queue of [highest, lowest]) {
        while ((queue[0]?.index ?? second.index) <= second.index - seconds) queue.shift();
      }
      mtie = Math.max(mtie, (highest[0]?.max ?? 0) - (lowest[0]?.min ?? 0));
    }
    return mtie;
  }
}
