/** The highest rate without loss, found in a bounded number of trials. */

import type { Load, LoadReport, StreamReport } from './load.js';

export interface SearchLimits {
  /** Where to begin, messages (or pairs) per second. */
  readonly start: number;
  readonly highest: number;
  readonly steps: number;
}

/** A trial may fail for what else the machine does; a rate counts as reached if one of this many is clean. */
const TRIALS_PER_RATE = 2;
/** An offered rate this much below the intended one means the generator was the limit. */
const OFFERED_FRACTION = 0.8;
const LOWEST_RATE = 250;

export type Offer = (load: Load) => Promise<LoadReport>;
export type Stream = 'pairs' | 'exchanges';

/**
 * Doubles from `start` until a rate fails (or halves until one does not), then halves the interval on a
 * logarithmic scale. Returns the highest rate really offered without loss; 0 if there is none.
 */
export async function highestLossFreeRate(
  offer: Offer,
  stream: Stream,
  load: Omit<Load, Stream>,
  limits: SearchLimits,
): Promise<number> {
  let reached = 0;
  let failed = Infinity;
  let rate = limits.start;
  for (let step = 0; step < limits.steps; step++) {
    const offered = await lossFree(offer, stream, { ...load, [stream]: rate });
    if (offered === undefined) failed = Math.min(failed, rate);
    else reached = Math.max(reached, offered);

    if (failed === Infinity) {
      if (rate >= limits.highest) break;
      rate = Math.min(limits.highest, rate * 2);
    } else if (reached === 0) {
      rate /= 2;
      if (rate < LOWEST_RATE) break;
    } else {
      rate = Math.round(Math.sqrt(reached * failed));
    }
  }
  return reached;
}

/** The rate offered in a trial without loss. */
async function lossFree(offer: Offer, stream: Stream, load: Load): Promise<number | undefined> {
  for (let trial = 0; trial < TRIALS_PER_RATE; trial++) {
    const report: StreamReport = (await offer(load))[stream];
    const intended = load[stream] ?? 0;
    if (report.lost === 0 && report.perSecond >= intended * OFFERED_FRACTION) {
      return report.perSecond;
    }
  }
  return undefined;
}
