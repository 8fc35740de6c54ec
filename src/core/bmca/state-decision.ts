/** The state decision algorithm: clause 9.3.3, figure 33 (26 in 1588-2008). */
import type { PortState } from '../datasets/data-sets.js';
import { isBetter, type ComparisonDataSet } from './comparison.js';
import type { BestMasterRules } from './rules.js';

/** The codes of figure 33. M1, M2: this clock is the grandmaster; M3: it hands on another's time. */
export type DecisionCode = 'M1' | 'M2' | 'M3' | 'P1' | 'P2' | 'S1';

export interface PortView {
  readonly portState: PortState;
  /** The best qualified Announce of the port (9.3.2.3); absent without any, and on a masterOnly port. */
  readonly erbest?: ComparisonDataSet;
  /** Announce messages have stayed away for announceReceiptTimeoutInterval: there is nobody to listen for. */
  readonly announceReceiptTimedOut: boolean;
}

/** The best of all ports (9.3.2.4); undefined if no port has one. */
export function ebestOf(
  { compareDataSets }: BestMasterRules,
  ports: readonly PortView[],
): ComparisonDataSet | undefined {
  return ports.reduce<ComparisonDataSet | undefined>((best, { erbest }) => {
    if (erbest === undefined || best === undefined) return best ?? erbest;
    return isBetter(compareDataSets(erbest, best)) ? erbest : best;
  }, undefined);
}

/** What one port should be; undefined: it goes on listening. `ebest` is the one that ebestOf has found. */
export function decideState(
  rules: BestMasterRules,
  d0: ComparisonDataSet,
  ebest: ComparisonDataSet | undefined,
  { portState, erbest, announceReceiptTimedOut }: PortView,
): DecisionCode | undefined {
  if (erbest === undefined && portState === 'LISTENING' && !announceReceiptTimedOut)
    return undefined;
  if (d0.grandmasterClockQuality.clockClass <= rules.lastClassThatFollowsNobody) {
    return isBetterThan(rules, d0, erbest) ? 'M1' : 'P1';
  }
  if (ebest === undefined || isBetterThan(rules, d0, ebest)) return 'M2';
  if (ebest === erbest) return 'S1';
  if (erbest === undefined) return 'M3';
  return rules.compareDataSets(ebest, erbest) === 'betterByTopology' ? 'P2' : 'M3';
}

function isBetterThan(
  { compareDataSets }: BestMasterRules,
  a: ComparisonDataSet,
  b: ComparisonDataSet | undefined,
): boolean {
  return b === undefined || isBetter(compareDataSets(a, b));
}
