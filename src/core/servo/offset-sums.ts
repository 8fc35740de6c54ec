/** What the offsets were like since somebody last took note of them, for whoever keeps a record of them. */
import type { DurationNs } from '../time/instant.js';

export interface OffsetSums {
  readonly count: number;
  /** Square nanoseconds. */
  readonly sumOfSquares: number;
  /** With their signs, nanoseconds. */
  readonly minNs: number;
  readonly maxNs: number;
}

export class UntakenOffsets {
  #count = 0;
  #sumOfSquares = 0;
  #min = Infinity;
  #max = -Infinity;

  add(offsetNs: DurationNs): void {
    this.#count += 1;
    this.#sumOfSquares += offsetNs ** 2;
    this.#min = Math.min(this.#min, offsetNs);
    this.#max = Math.max(this.#max, offsetNs);
  }

  /** Undefined where there were none. */
  take(): OffsetSums | undefined {
    if (this.#count === 0) return undefined;
    const taken = {
      count: this.#count,
      sumOfSquares: this.#sumOfSquares,
      minNs: this.#min,
      maxNs: this.#max,
    };
    this.#count = 0;
    this.#sumOfSquares = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
    return taken;
  }
}
