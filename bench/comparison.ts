/** What two builds' figures of one run come to (beside.ts). */

import type { Measurements } from './measurements.js';
import { metric } from './metrics.js';
import { FEWEST_REPETITIONS, rangeToJudge, spreadOf, type Spread } from './verdict.js';

/** This one's figure over the other's, the median: more than a difference that nobody sees is worse. */
const LEAST_RATIO = 0.97;

/** The subjects: each build takes part twice. */
export const OTHER = 'other';
export const THIS = 'this';
export const OTHER_AGAIN = 'other again';
export const THIS_AGAIN = 'this again';

/** The suites that two builds can be compared by; of each there are the figures below. */
export const COMPARED_SUITES = [
  'simulation',
  'transit',
  'two-port-capacity',
  'eight-port-capacity',
  'footprint',
] as const;
export type ComparedSuite = (typeof COMPARED_SUITES)[number];

export interface Figure {
  readonly name: string;
  readonly suite: ComparedSuite;
  readonly better: 'higher' | 'lower';
}
export const FIGURES: readonly Figure[] = [
  ...(['e2e', 'p2p'] as const).map((mechanism): Figure => ({
    name: metric.simulation(mechanism),
    suite: 'simulation',
    better: 'higher',
  })),
  ...(['l2', 'udp4'] as const).flatMap((transport) =>
    ['Sync', 'Follow_Up', 'Delay_Req'].map((message): Figure => ({
      name: metric.transit(transport, message, 'p50'),
      suite: 'transit',
      better: 'lower',
    })),
  ),
  { name: metric.twoPortPairs, suite: 'two-port-capacity', better: 'higher' },
  { name: metric.eightPortPairs, suite: 'eight-port-capacity', better: 'higher' },
  { name: metric.start, suite: 'footprint', better: 'lower' },
];

export interface Comparison {
  readonly name: string;
  readonly better: Figure['better'];
  readonly other: number;
  readonly this: number;
  /** Above 1 where this build is better, whichever way the figure goes. */
  readonly ratio: Spread;
  /** The same ratio of the other build to itself, either way round: the range that its repetitions agree within. */
  readonly otherToItself: readonly [number, number];
  /** Whether the rig was the limit of any of them, which hides what they differ by. */
  readonly atRigCeiling: boolean;
  readonly outcome: 'as good' | "within the other's own spread" | 'worse' | 'too few repetitions';
}

/** Throws where a build has not told a figure of these suites. */
export function compare(
  measurements: Measurements,
  suites: readonly ComparedSuite[] = COMPARED_SUITES,
): Comparison[] {
  return FIGURES.filter(({ suite }) => suites.includes(suite)).map(({ name, better }) => {
    const median = (subjects: readonly string[]): number =>
      spreadOf(subjects.flatMap((subject) => measurements.values(name, subject))).median;
    const ratios = (subject: string, peer: string): readonly number[] =>
      better === 'higher'
        ? measurements.ratios(name, subject, peer).values
        : measurements.ratios(name, peer, subject).values;
    const ratio = spreadOf([...ratios(THIS, OTHER), ...ratios(THIS_AGAIN, OTHER_AGAIN)]);
    const itself = ratios(OTHER_AGAIN, OTHER);
    const otherToItself = rangeToJudge(spreadOf([...itself, ...ratios(OTHER, OTHER_AGAIN)]));
    const all = [OTHER, THIS, OTHER_AGAIN, THIS_AGAIN];
    return {
      name,
      better,
      other: median([OTHER, OTHER_AGAIN]),
      this: median([THIS, THIS_AGAIN]),
      ratio,
      otherToItself,
      atRigCeiling: all.some((subject) => measurements.atRigCeiling(name, subject)),
      outcome:
        itself.length < FEWEST_REPETITIONS
          ? 'too few repetitions'
          : outcomeOf(ratio.median, otherToItself),
    };
  });
}

function outcomeOf(ratio: number, [leastOfItself]: readonly [number, number]) {
  if (ratio >= LEAST_RATIO) return 'as good';
  return ratio >= leastOfItself ? "within the other's own spread" : 'worse';
}

/** For people. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const range = ([low, high]: readonly [number, number]) =>
    `${low.toFixed(3)} to ${high.toFixed(3)}`;
  const plain = (figure: number) => figure.toFixed(figure < 1_000 ? 1 : 0);
  const rows = comparisons.map((each) => [
    `${each.name} (${each.better} is better)`,
    plain(each.other),
    plain(each.this) + (each.atRigCeiling ? " (at the rig's ceiling)" : ''),
    each.ratio.median.toFixed(3),
    range(rangeToJudge(each.ratio)),
    range(each.otherToItself),
    each.outcome,
  ]);
  const head = ['median', 'other', 'this', 'ratio', 'its range', 'other to itself', 'outcome'];
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
