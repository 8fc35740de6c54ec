/** What the offsets of a clock from its master were like over the last minute, the last quarter of an hour and since the start. */
import { Slices, windowLengths, type WindowLength } from './slices.js';
import type { OffsetsSnapshot } from '../snapshot.js';

export interface WindowOfOffsets {
  readonly offsets: number;
  /** Null without offsets. */
  readonly rmsNs: number | null;
  /** The largest magnitude. */
  readonly maxNs: number | null;
  /** The second in which that was measured, in the time that was given. */
  readonly maxAt: number | null;
}

export interface OffsetWindows {
  readonly lastMinute: WindowOfOffsets;
  readonly last15Minutes: WindowOfOffsets;
  readonly sinceStart: WindowOfOffsets;
}

/** Of one clock. */
export class ClockOffsets {
  readonly #lastMinute = slicesOf(windowLengths.lastMinute);
  readonly #last15Minutes = slicesOf(windowLengths.last15Minutes);
  readonly #sinceStart = emptySlice();

  /** Once a second, where there were offsets. @param second of a time that never goes back */
  add(second: number, sums: OffsetsSnapshot): void {
    if (sums.count === 0) return;
    for (const slice of [
      this.#lastMinute.at(second),
      this.#last15Minutes.at(second),
      this.#sinceStart,
    ]) {
      slice.count += sums.count;
      slice.sumOfSquares += sums.sumOfSquares;
      const magnitude = Math.max(sums.maxNs, -sums.minNs);
      if (magnitude >= slice.max) Object.assign(slice, { max: magnitude, maxAt: second });
    }
  }

  /** @param second now: no earlier than any before */
  windows(second: number): OffsetWindows {
    this.#lastMinute.at(second);
    this.#last15Minutes.at(second);
    return {
      lastMinute: windowOf(this.#lastMinute.all),
      last15Minutes: windowOf(this.#last15Minutes.all),
      sinceStart: windowOf([this.#sinceStart]),
    };
  }
}

interface Slice {
  count: number;
  sumOfSquares: number;
  max: number;
  maxAt: number;
}

function emptySlice(): Slice {
  return { count: 0, sumOfSquares: 0, max: 0, maxAt: 0 };
}

function slicesOf(length: WindowLength): Slices<Slice> {
  return new Slices(length, emptySlice, (slice) => Object.assign(slice, emptySlice()));
}

function windowOf(slices: readonly Slice[]): WindowOfOffsets {
  const all = emptySlice();
  for (const { count, sumOfSquares, max, maxAt } of slices) {
    if (count === 0) continue;
    all.count += count;
    all.sumOfSquares += sumOfSquares;
    if (max > all.max || (max === all.max && maxAt > all.maxAt)) Object.assign(all, { max, maxAt });
  }
  const { count: offsets, sumOfSquares, max, maxAt } = all;
  if (offsets === 0) return { offsets, rmsNs: null, maxNs: null, maxAt: null };
  return { offsets, rmsNs: Math.sqrt(sumOfSquares / offsets), maxNs: max, maxAt };
}
