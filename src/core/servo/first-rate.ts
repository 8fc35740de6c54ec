/**
 * The rate of a master from its first Syncs alone, before any offset is known: no path delay is needed for it. Two are enough
 * where they tell what two crystals may be apart. More than that is a rate only if the next Sync says so too: the master may
 * have been set between them.
 */
import type { Instant } from '../time/instant.js';

/** When this clock has received a Sync, and its master sent it. */
interface SyncPair {
  readonly own: bigint;
  readonly master: Instant;
}

export interface FirstRate {
  /** The latest, oldest first. */
  readonly syncs: readonly SyncPair[];
  /** How many there have been. */
  readonly count: number;
}

export const noSyncs: FirstRate = { syncs: [], count: 0 };

/** The most that two oscillators are apart, each within 100 ppm (the tolerance of 802.1AS, annex B). */
export const oscillatorTolerance = 200e-6;
/** Two rates in a row agree that differ by no more than this share of them. */
const agreement = 0.1;
/** Of Syncs that tell nothing in common nothing is learned, however many come. */
const enough = 8;

export function withSync({ syncs, count }: FirstRate, sync: SyncPair): FirstRate {
  return { syncs: [...syncs.slice(-2), sync], count: count + 1 };
}

/** This clock has been set forward by `by` since. */
export function steppedSyncs({ syncs, count }: FirstRate, by: bigint): FirstRate {
  return { syncs: syncs.map(({ own, master }) => ({ own: own + by, master })), count };
}

/** By how much this clock has to run faster, 1e-6 is 1 ppm; undefined: not known yet. */
export function rateOfSyncs({ syncs, count }: FirstRate): number | undefined {
  const latest = rateBetween(syncs.at(-2), syncs.at(-1));
  if (latest !== undefined && Math.abs(latest) <= oscillatorTolerance) return latest;
  const before = rateBetween(syncs.at(-3), syncs.at(-2));
  const agree =
    latest !== undefined &&
    before !== undefined &&
    Math.abs(latest - before) <= agreement * Math.abs(latest);
  if (agree) return latest;
  return count >= enough ? 0 : undefined;
}

function rateBetween(from: SyncPair | undefined, to: SyncPair | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const own = Number(to.own - from.own);
  const master = Number(to.master - from.master);
  return own > 0 && master > 0 ? master / own - 1 : undefined;
}
