/** RateRatio: how the frequencies of two clocks compare (1588-2019, 3.1.68: seconds of the one in a second of the other). */
import type { Brand } from './brand.js';

/** Seconds of the remote clock per second of the local one; near 1. */
export type RateRatio = Brand<number, 'RateRatio'>;

export const unityRateRatio = 1 as RateRatio;

/** The ratio of a remote clock that is fast by `rateOffset`: 1e-6 is one part per million. */
export function rateRatioOfOffset(rateOffset: number): RateRatio {
  return (1 + rateOffset) as RateRatio;
}

/** rateRatio - 1: 1e-6 is one part per million, positive when the remote clock is the faster. */
export function rateOffsetOf(rateRatio: RateRatio): number {
  return rateRatio - 1;
}
