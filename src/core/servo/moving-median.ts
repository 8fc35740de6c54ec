/**
 * The median of the latest samples: what delays are filtered with. One sample that a busy processor or a full queue has
 * spoiled changes nothing, where a mean would carry it along.
 */
import { half, sumOf, type TimeInterval } from '../time/time-interval.js';

export interface MovingMedian {
  /** How many of the latest samples count. */
  readonly length: number;
  /** Oldest first. */
  readonly samples: readonly TimeInterval[];
  /** Of an even number of samples, the middle between the two in the middle. */
  readonly median: TimeInterval;
}

/** Begins with one sample. `length` is at least 1. */
export function movingMedian(length: number, sample: TimeInterval): MovingMedian {
  return { length, samples: [sample], median: sample };
}

/** Adds one sample; where there are more than `length` then, the oldest is left out. */
export function withSample({ length, samples }: MovingMedian, sample: TimeInterval): MovingMedian {
  const latest = [...samples, sample].slice(-length);
  const ascending = latest.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const upper = ascending[Math.floor(ascending.length / 2)] ?? sample;
  const lower = ascending[Math.ceil(ascending.length / 2) - 1] ?? sample;
  return { length, samples: latest, median: upper === lower ? upper : half(sumOf(lower, upper)) };
}
