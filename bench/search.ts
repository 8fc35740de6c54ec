/** The highest rate without loss, found in a bounded number of trials. */

import { RigOverrun, type Load, type LoadReport, type StreamReport } from './load.js';

export interface SearchLimits {
  /** Where to begin, messages (or pairs) per second. */
  readonly start: number;
  readonly highest: number;
  readonly steps: number;
}

/** More than the generator can send over a cable, so that a search ends at a limit of the rig and not at its own. */
export const HIGHEST_RATE = 512_000;
/** A trial may fail for what else the machine does; a rate counts as reached if one of this many is clean. */
const TRIALS_PER_RATE = 2;
/** An offered rate this much below the intended one means the generator was the limit. */
const OFFERED_FRACTION = 0.8;
const LOWEST_RATE = 250;

export type Offer = (load: Load) => Promise<LoadReport>;
export type Stream = 'pairs' | 'exchanges';

/** The highest rate without loss, and what kept it from being higher. */
export interface HighestRate {
  readonly perSecond: number;
  /**
   * Whether the rig was the limit and not the device: nothing was lost at the highest rate that the generator could offer, or
   * that it was asked for.
   */
  readonly atRigCeiling: boolean;
}

/**
 * Doubles from `start` until a rate fails (or halves until one does not), then halves the interval on a
 * logarithmic scale. The rate is the one really offered, 0 if none passed without loss.
 */
export async function highestLossFreeRate(
  offer: Offer,
  stream: Stream,
  load: Omit<Load, Stream>,
  limits: SearchLimits,
): Promise<HighestRate> {
  let reached = 0;
  let failed = Infinity;
  /** Of the lowest rate that failed. */
  let lost = false;
  let rate = limits.start;
  for (let step = 0; step < limits.steps; step++) {
    const trial = await tryRate(offer, stream, { ...load, [stream]: rate });
    if (trial.outcome === 'passed') {
      reached = Math.max(reached, trial.perSecond);
    } else if (rate < failed) {
      failed = rate;
      lost = trial.outcome === 'lost';
    }

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
  return { perSecond: reached, atRigCeiling: reached > 0 && !lost };
}

type Trial =
  | { readonly outcome: 'passed'; readonly perSecond: number }
  | { readonly outcome: 'lost' | 'not offered' };

/** `not offered`: no loss was seen, but the rig could not send, or take, as much as it should have. */
async function tryRate(offer: Offer, stream: Stream, load: Load): Promise<Trial> {
  let lost = false;
  for (let trial = 0; trial < TRIALS_PER_RATE; trial++) {
    const report = await offered(offer, stream, load);
    if (report === undefined) continue;
    const intended = load[stream] ?? 0;
    if (report.lost > 0) {
      lost = true;
    } else if (report.perSecond >= intended * OFFERED_FRACTION) {
      return { outcome: 'passed', perSecond: report.perSecond };
    }
  }
  return { outcome: lost ? 'lost' : 'not offered' };
}

/** Undefined where the rig itself was overrun. */
async function offered(
  offer: Offer,
  stream: Stream,
  load: Load,
): Promise<StreamReport | undefined> {
  try {
    return (await offer(load))[stream];
  } catch (error) {
    if (error instanceof RigOverrun) return undefined;
    throw error;
  }
}
