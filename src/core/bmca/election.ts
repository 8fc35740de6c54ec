/**
 * The state decision event (9.2.6.8, 9.3.3): from what the clock is by itself and what its ports have heard to what each port
 * should be, and whom the clock follows. Pure: the data sets and the ports change elsewhere, by what comes out here.
 */
import type { DefaultDS, PortState } from '../datasets/data-sets.js';
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { announcedDataSet, ownDataSet, type ComparisonDataSet } from './comparison.js';
import { erbestOf, type ForeignMaster, type HeardAnnounce } from './foreign-masters.js';
import { isOperating, isSlave, type PortStateEvent } from './port-state.js';
import type { BestMasterRules, DecisionCode } from './rules.js';
import { decideState, ebestOf } from './state-decision.js';

/** What the election has to know of a port. */
export interface ElectionPort<Heard extends HeardAnnounce> {
  readonly portIdentity: PortIdentity;
  readonly portState: PortState;
  /** 8.2.15.5.2: never a slave, whoever is heard there. */
  readonly masterOnly: boolean;
  /** Announce messages have stayed away for announceReceiptTimeoutInterval (9.2.6.12). */
  readonly announceReceiptTimedOut: boolean;
  readonly foreignMasters: readonly ForeignMaster<Heard>[];
  /** Another port of this clock, with a lower number, is a master on the same network (9.5.2.2). */
  readonly lowerPortHeard: boolean;
}

export interface PortDecision<Heard extends HeardAnnounce> {
  /** Absent: the port does not operate, or goes on listening. */
  readonly code?: DecisionCode;
  /** The best qualified Announce of the port (9.3.2.3). */
  readonly erbest?: Heard;
  /** What the code is due to: the data set that was found the better one. */
  readonly winner?: ComparisonDataSet;
}

export interface Election<Heard extends HeardAnnounce> {
  /** In the order of the ports. */
  readonly decisions: readonly PortDecision<Heard>[];
  /** The Announce that the data sets are to follow (S1); absent: this clock is the grandmaster. */
  readonly parent?: Heard;
  /** It is the same port of the same master as before, on the same port of this clock. */
  readonly sameParent: boolean;
}

/** @param parentPortIdentity of parentDS, as it has been so far */
export function elect<Heard extends HeardAnnounce>(
  rules: BestMasterRules,
  defaultDS: DefaultDS,
  ports: readonly ElectionPort<Heard>[],
  parentPortIdentity: PortIdentity,
): Election<Heard> {
  const slaveBefore = ports.findIndex(({ portState }) => isSlave(portState));
  const views = ports.map((port, index) => {
    const erbest = erbestOfPort(
      rules,
      port,
      index === slaveBefore ? parentPortIdentity : undefined,
    );
    const { portState, announceReceiptTimedOut } = port;
    return {
      ...{ portState, announceReceiptTimedOut },
      announce: erbest,
      ...(erbest && {
        erbest: announcedDataSet(erbest.message, port.portIdentity, erbest.alternatePriority1),
      }),
    };
  });
  const d0 = ownDataSet(defaultDS);
  const ebest = ebestOf(rules, views);
  const decisions = views.map((view, index): PortDecision<Heard> => {
    const code = isOperating(view.portState) ? decideState(rules, d0, ebest, view) : undefined;
    const hasOther = ports[index]?.lowerPortHeard === true && isOperating(view.portState);
    const heard = view.announce && { erbest: view.announce };
    // 9.5.2.2: one master for a network is enough.
    if (hasOther && (code === undefined || isMasterCode(code)))
      return { ...heard, code: 'P2', winner: d0 };
    if (code === undefined) return { ...heard };
    return { ...heard, code, winner: winnerOf(code, { d0, ebest, erbest: view.erbest }) };
  });
  const slave = decisions.findIndex(({ code }) => code === 'S1');
  const parent = decisions[slave]?.erbest;
  if (parent === undefined) return { decisions, sameParent: false };
  const { sourcePortIdentity } = parent.message.header;
  const sameParent =
    slave === slaveBefore && samePortIdentity(parentPortIdentity, sourcePortIdentity);
  return { decisions, parent, sameParent };
}

/**
 * Erbest of a port.
 *
 * @param parent the master that is followed by that port; none: another port follows, or nobody
 */
export function erbestOfPort<Heard extends HeardAnnounce>(
  rules: BestMasterRules,
  { masterOnly, foreignMasters, portIdentity }: ElectionPort<Heard>,
  parent: PortIdentity | undefined,
): Heard | undefined {
  return masterOnly ? undefined : erbestOf(rules, foreignMasters, portIdentity, parent); // 9.3.2.2
}

function winnerOf(
  code: DecisionCode,
  {
    d0,
    ebest = d0,
    erbest = d0,
  }: Record<'ebest' | 'erbest', ComparisonDataSet | undefined> & { d0: ComparisonDataSet },
): ComparisonDataSet {
  switch (code) {
    case 'M1':
    case 'M2':
      return d0;
    case 'P1':
      return erbest;
    case 'M3':
    case 'P2':
    case 'S1':
      return ebest;
  }
}

function isMasterCode(code: DecisionCode): boolean {
  return code === 'M1' || code === 'M2' || code === 'M3';
}

/** The event of the port state machine (figures 30 and 31) that a decision is. */
export function eventOf(
  code: DecisionCode,
  announceReceiptTimedOut: boolean,
  sameParent: boolean,
): PortStateEvent {
  switch (code) {
    case 'M1':
    case 'M2':
    case 'M3':
      return announceReceiptTimedOut ? 'ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES' : 'RECOMMENDED_MASTER';
    case 'P1':
    case 'P2':
      return 'RECOMMENDED_PASSIVE';
    case 'S1':
      return sameParent ? 'RECOMMENDED_SLAVE' : 'RECOMMENDED_SLAVE_OF_NEW_MASTER';
  }
}
