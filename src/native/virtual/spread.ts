/** How a duration varies from one time to the next. */
import type { RandomStream } from './random.js';

/** Nanoseconds, never negative. A plain number is always that. */
export type Spread =
  | number
  | { readonly kind: 'uniform'; readonly fromNs: number; readonly toNs: number }
  /** Mostly near `fromNs`, now and then far beyond, never above `atMostNs`: what a queue does. */
  | {
      readonly kind: 'exponential';
      readonly fromNs: number;
      readonly meanNs: number;
      readonly atMostNs: number;
    };

export function draw(spread: Spread, random: RandomStream): number {
  if (typeof spread === 'number') return spread;
  switch (spread.kind) {
    case 'uniform':
      return spread.fromNs + random.uniform() * (spread.toNs - spread.fromNs);
    case 'exponential': {
      const beyond = -Math.log(1 - random.uniform()) * (spread.meanNs - spread.fromNs);
      return Math.min(spread.fromNs + beyond, spread.atMostNs);
    }
  }
}
