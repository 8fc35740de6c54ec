/**
 * What repetitions of a measurement allow to be said of a target. One repetition may have met the machine in a bad moment, and
 * a median hides how far apart they were; so a target is reached or missed only where the repetitions agree on it.
 */

/** How repetitions of one figure lie, in the unit of the figure. */
export interface Spread {
  readonly count: number;
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
}

export type Outcome =
  | 'reached'
  | 'missed'
  /** The repetitions lie on both sides of the limit. */
  | 'within noise'
  /** There are too few repetitions to know how far they scatter. */
  | 'too few repetitions'
  /** The rig was at its limit before a device was, and what it could offer does not decide. */
  | "at the rig's ceiling";

export interface Limit {
  readonly value: number;
  readonly side: 'at least' | 'at most';
}

/** What is known of figures whose subject, or whose peer, was offered no more than it could carry. */
export type Bound = 'at least' | 'at most' | 'unknown';

interface Judging {
  /** For a limit that no single one may pass, however many there are. */
  readonly everyOne?: boolean;
  /** What the figures are if they are not exact. */
  readonly bound?: Bound | undefined;
}

/** Two agree by chance as often as not. */
export const FEWEST_REPETITIONS = 3;
/** With fewer, a quartile is nearly the extreme itself, and all repetitions must agree. */
const REPETITIONS_FOR_QUARTILES = 8;

/** Throws on an empty sample: there is nothing to say about it. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('no repetitions');
  const sorted = [...values].sort((a, b) => a - b);
  /** The value below which this fraction of all lies (nearest rank). */
  const quantile = (rank: number): number =>
    sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)]!;
  return {
    count: sorted.length,
    minimum: sorted[0]!,
    lowerQuartile: quantile(0.25),
    // Of an even number halfway between the two in the middle: the lower one would always be the worse of a ratio.
    median: (quantile(0.5) + sorted[Math.floor(sorted.length / 2)]!) / 2,
    upperQuartile: quantile(0.75),
    maximum: sorted.at(-1)!,
  };
}

/** The range that repetitions have to agree within: of all, or the middle half where there are eight or more. */
export function rangeToJudge(spread: Spread, everyOne = false): readonly [number, number] {
  return everyOne || spread.count < REPETITIONS_FOR_QUARTILES
    ? [spread.minimum, spread.maximum]
    : [spread.lowerQuartile, spread.upperQuartile];
}

export function outcomeOf(spread: Spread, limit: Limit, judging: Judging = {}): Outcome {
  if (spread.count < FEWEST_REPETITIONS) return 'too few repetitions';
  const outcome = outcomeOfFigures(rangeToJudge(spread, judging.everyOne), limit);
  if (judging.bound === undefined) return outcome;
  // What is at least so much fulfils a limit from below all the more, but may not be as bad as it looks.
  const certain = judging.bound === limit.side ? 'reached' : 'missed';
  return judging.bound !== 'unknown' && outcome === certain ? outcome : "at the rig's ceiling";
}

function outcomeOfFigures(
  [low, high]: readonly [number, number],
  { value, side }: Limit,
): 'reached' | 'missed' | 'within noise' {
  const [worst, best] = side === 'at least' ? [low, high] : [high, low];
  const fulfils = (figure: number): boolean =>
    side === 'at least' ? figure >= value : figure <= value;
  if (fulfils(worst)) return 'reached';
  return fulfils(best) ? 'within noise' : 'missed';
}
