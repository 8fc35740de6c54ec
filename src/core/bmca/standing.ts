/** What has become of each foreign master of a port, for whoever wonders why it is not followed. */
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { announcedDataSet, isBetter, type ComparisonDataSet } from './comparison.js';
import {
  isQualified,
  type ForeignMaster,
  type HeardAnnounce,
  type Refusal,
} from './foreign-masters.js';
import type { BestMasterRules } from './rules.js';

export type Standing =
  | Refusal
  /** It is the parent. */
  | 'followed'
  /** This clock is better itself. */
  | 'worseThanThisClock'
  /** It is the best of its port, but not of the clock. */
  | 'bestOfPort'
  /** There is a better one on its port. */
  | 'worse'
  /** It has not announced itself often enough so far (9.3.2.4.4). */
  | 'notQualified'
  /** It never will: its interval is longer than the window in which messages of this port count. */
  | 'announcesTooSeldom';

/** What the clock is and knows. */
export interface StandingView {
  readonly rules: BestMasterRules;
  readonly d0: ComparisonDataSet;
  readonly receiver: PortIdentity;
  /** Erbest of the port. */
  readonly erbest: HeardAnnounce | undefined;
  /** The master that is followed by that port; none: another port follows, or nobody. */
  readonly parent: PortIdentity | undefined;
}

export function standingOf(master: ForeignMaster, view: StandingView): Standing {
  const { rules, d0, receiver, erbest, parent } = view;
  const { message, alternatePriority1 } = master.latest;
  if (master.refusal !== undefined) return master.refusal;
  if (parent !== undefined && samePortIdentity(message.header.sourcePortIdentity, parent)) {
    return 'followed';
  }
  if (master.latest === erbest) {
    const announced = announcedDataSet(message, receiver, alternatePriority1);
    const isWorse = isBetter(rules.compareDataSets(d0, announced));
    return isWorse ? 'worseThanThisClock' : 'bestOfPort';
  }
  if (isQualified(rules, master)) return 'worse';
  return isTooSeldom(rules, master) ? 'announcesTooSeldom' : 'notQualified';
}

/** By the interval that it tells, fewer messages fall into the window than are asked for. */
export function isTooSeldom(
  { foreignMasterTimeWindow, foreignMasterThreshold }: BestMasterRules,
  { rememberedFor }: Pick<ForeignMaster, 'rememberedFor'>,
): boolean {
  const intervals = rememberedFor / foreignMasterTimeWindow;
  return intervals * (foreignMasterThreshold - 1) >= foreignMasterTimeWindow;
}

/** Of any port. */
export interface MasterOfPort<Port> {
  readonly port: Port;
  readonly receiver: PortIdentity;
  readonly master: ForeignMaster;
}

/** The best first, as 9.3.4 compares them; after them those that are refused. Equal ones stay as they were. */
export function inOrderOfMerit<Port>(
  { compareDataSets }: Pick<BestMasterRules, 'compareDataSets'>,
  heard: readonly MasterOfPort<Port>[],
): MasterOfPort<Port>[] {
  const dataSetOf = ({ master: { latest }, receiver }: MasterOfPort<Port>): ComparisonDataSet =>
    announcedDataSet(latest.message, receiver, latest.alternatePriority1);
  return heard.toSorted((a, b) => {
    const refused = Number(a.master.refusal !== undefined) - Number(b.master.refusal !== undefined);
    if (refused !== 0) return refused;
    const comparison = compareDataSets(dataSetOf(a), dataSetOf(b));
    if (comparison === 'same') return 0;
    return isBetter(comparison) ? -1 : 1;
  });
}
