/** What a profile may change of the best master clock algorithm (9.3): the part of profile/profile.ts that is used here. */
import type { ComparisonDataSet, Comparison } from './comparison.js';

export interface BestMasterRules {
  /**
   * 9.3.4: how two data sets compare; swapping them swaps better and worse. A profile may leave members out, compare them
   * in another order or add its own: ITU-T G.8275.1 does not look at priority1.
   */
  readonly compareDataSets: (a: ComparisonDataSet, b: ComparisonDataSet) => Comparison;
  /** 9.3.2.4.4: FOREIGN_MASTER_TIME_WINDOW, in announce intervals. */
  readonly foreignMasterTimeWindow: number;
  /**
   * 9.3.2.4.4: FOREIGN_MASTER_THRESHOLD, messages within the window after which a master is taken seriously. IEEE 802.1AS
   * takes it so from the first one on.
   */
  readonly foreignMasterThreshold: number;
  /** 9.3.2.5: an Announce that has come through so many clocks is not qualified. ITU-T G.8275.1 lets it be set lower. */
  readonly maxStepsRemoved: number;
  /**
   * 7.6.2.5: a clock of this clockClass or a lower one is a primary reference, or has held the time of one: it follows
   * nobody. Where a profile has every clock take part alike, as IEEE 802.1AS does, no class is so low.
   */
  readonly lastClassThatFollowsNobody: number;
}
