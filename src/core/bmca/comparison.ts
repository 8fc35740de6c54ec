/** The data set comparison algorithm: clause 9.3.4, figures 34 and 35 (27 and 28 in 1588-2008). */
import type { DefaultDS } from '../datasets/data-sets.js';
import { comparePortIdentity, type ClockIdentity, type PortIdentity } from '../time/identity.js';
import type { ClockQuality } from '../wire/messages/announce.js';
import type { MessageOf } from '../wire/message.js';

/** What is compared (9.3.4, table 12): an Announce as received, or what this clock would send itself. */
export interface ComparisonDataSet {
  readonly grandmasterPriority1: number;
  readonly grandmasterClockQuality: ClockQuality;
  readonly grandmasterPriority2: number;
  readonly grandmasterIdentity: ClockIdentity;
  readonly stepsRemoved: number;
  readonly sender: PortIdentity;
  readonly receiver: PortIdentity;
}

/**
 * `byTopology`: of the same grandmaster, and only the way from it is the better one. `same`: two copies of one message,
 * or a clock's own message back at its sender (error-2 and error-1): neither is better.
 */
export type Comparison = 'better' | 'betterByTopology' | 'same' | 'worseByTopology' | 'worse';

/** D0: defaultDS as if it had been announced (table 12). */
export function ownDataSet(defaultDS: DefaultDS): ComparisonDataSet {
  const self: PortIdentity = { clockIdentity: defaultDS.clockIdentity, portNumber: 0 };
  return {
    grandmasterPriority1: defaultDS.priority1,
    grandmasterClockQuality: defaultDS.clockQuality,
    grandmasterPriority2: defaultDS.priority2,
    grandmasterIdentity: defaultDS.clockIdentity,
    stepsRemoved: 0,
    sender: self,
    receiver: self,
  };
}

/**
 * An Announce that came in by the port `receiver`.
 *
 * @param alternatePriority1 compared instead of the one that is announced (17.5.3)
 */
export function announcedDataSet(
  message: MessageOf<'Announce'>,
  receiver: PortIdentity,
  alternatePriority1?: number,
): ComparisonDataSet {
  return {
    grandmasterPriority1: alternatePriority1 ?? message.grandmasterPriority1,
    grandmasterClockQuality: message.grandmasterClockQuality,
    grandmasterPriority2: message.grandmasterPriority2,
    grandmasterIdentity: message.grandmasterIdentity,
    stepsRemoved: message.stepsRemoved,
    sender: message.header.sourcePortIdentity,
    receiver,
  };
}

/** How `a` compares with `b`; swapping them swaps better and worse. */
export function compareDataSets(a: ComparisonDataSet, b: ComparisonDataSet): Comparison {
  return a.grandmasterIdentity === b.grandmasterIdentity
    ? compareTopology(a, b)
    : compareGrandmasters(a, b);
}

export function isBetter(comparison: Comparison): boolean {
  return comparison === 'better' || comparison === 'betterByTopology';
}

/** Figure 34: lower is better, the first member that differs decides. */
function compareGrandmasters(a: ComparisonDataSet, b: ComparisonDataSet): Comparison {
  const rankA = rankOf(a);
  const rankB = rankOf(b);
  const decisive = rankA.findIndex((value, index) => value !== rankB[index]);
  // The identities are part of the ranks and differ, so there is a member that decides.
  return (rankA[decisive] ?? 0) < (rankB[decisive] ?? 0) ? 'better' : 'worse';
}

function rankOf(dataSet: ComparisonDataSet): readonly (number | bigint)[] {
  const { clockClass, clockAccuracy, offsetScaledLogVariance } = dataSet.grandmasterClockQuality;
  return [
    dataSet.grandmasterPriority1,
    clockClass,
    clockAccuracy,
    offsetScaledLogVariance,
    dataSet.grandmasterPriority2,
    dataSet.grandmasterIdentity,
  ];
}

/** Figure 35: two ways from the same grandmaster. */
function compareTopology(a: ComparisonDataSet, b: ComparisonDataSet): Comparison {
  const steps = a.stepsRemoved - b.stepsRemoved;
  if (steps < -1) return 'better';
  if (steps > 1) return 'worse';
  if (steps === -1) return shorterByOne(b);
  if (steps === 1) return opposite(shorterByOne(a));
  const bySender = comparePortIdentity(a.sender, b.sender);
  if (bySender !== 0) return bySender < 0 ? 'betterByTopology' : 'worseByTopology';
  const byReceiver = a.receiver.portNumber - b.receiver.portNumber;
  if (byReceiver === 0) return 'same'; // error-2
  return byReceiver < 0 ? 'betterByTopology' : 'worseByTopology';
}

/**
 * The shorter way against one that is longer by one step: such a step may be the link between the sender of the longer
 * one and this clock, on which one end has to be passive.
 */
function shorterByOne(longer: ComparisonDataSet): Comparison {
  const order = comparePortIdentity(longer.receiver, longer.sender);
  if (order === 0) return 'same'; // error-1
  return order < 0 ? 'better' : 'betterByTopology';
}

function opposite(comparison: Comparison): Comparison {
  switch (comparison) {
    case 'better':
      return 'worse';
    case 'betterByTopology':
      return 'worseByTopology';
    case 'same':
      return 'same';
    case 'worseByTopology':
      return 'betterByTopology';
    case 'worse':
      return 'better';
  }
}
