/** What a port makes of an Announce before the election: whether it counts, and its place among the foreign masters. */
import {
  isStale,
  isStuck,
  withAnnounce,
  type Refusal,
  type ForeignMaster,
} from '../bmca/foreign-masters.js';
import type { BestMasterRules } from '../bmca/rules.js';
import { isTooSeldom } from '../bmca/standing.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { ReceivedAnnounce } from '../port/received-announce.js';
import { isWithin, type Profile } from '../profile/profile.js';
import type { ClockIdentity, PortIdentity } from '../time/identity.js';
import { Flag } from '../wire/header.js';
import { pathSequenceOf } from './clock-data-sets.js';

/** An entry of the acceptable master table (17.5.3). */
export interface AcceptableMaster {
  readonly clockIdentity: ClockIdentity;
  /** Absent: each of its ports. */
  readonly portNumber?: number;
  /** Compared instead of the grandmasterPriority1 that is announced; absent: that one. */
  readonly alternatePriority1?: number;
}

/** What is heard, and on what port. */
export interface Hearing {
  readonly rules: BestMasterRules;
  readonly believableLogInterval: Profile['believableLogInterval'];
  /** Absent: every master is acceptable. */
  readonly acceptableMasters: readonly AcceptableMaster[] | undefined;
  readonly pathTrace: boolean;
  readonly clockIdentity: ClockIdentity;
  readonly receiver: PortIdentity;
  readonly masterOnly: boolean;
  readonly logAnnounceInterval: number;
  /** The master that is followed by the port, if it follows one. */
  readonly parent: PortIdentity | undefined;
  readonly masters: readonly ForeignMaster<ReceivedAnnounce>[];
}

export interface Heard {
  readonly masters: readonly ForeignMaster<ReceivedAnnounce>[];
  /** The Announce does not count; absent: the election is to be held. */
  readonly isIgnored?: true;
  /** What is counted and told. */
  readonly reasons: readonly DiscardReason[];
}

export function hear(hearing: Hearing, received: ReceivedAnnounce): Heard {
  const { rules, receiver, parent, masters, logAnnounceInterval } = hearing;
  const acceptable = acceptableOf(hearing, received);
  const refusal = refusalOf(hearing, received, acceptable !== undefined);
  if (refusal === undefined && isStale(masters, received)) {
    const stuck = isStuck(masters, received);
    return { masters, isIgnored: true, reasons: [stuck ? 'sequenceIdStuck' : 'staleAnnounce'] };
  }
  const told = received.message.header.logMessageInterval;
  const believable = isWithin(hearing.believableLogInterval, told) ? told : logAnnounceInterval;
  const intervals = 2 ** (believable - logAnnounceInterval);
  const alternatePriority1 = acceptable?.alternatePriority1;
  const table = withAnnounce(
    rules,
    masters,
    alternatePriority1 === undefined ? received : { ...received, alternatePriority1 },
    { receiver, parent, intervals, refusal },
  );
  const full = table.full === undefined ? [] : [table.full];
  if (refusal !== undefined) {
    return { masters: table.masters, isIgnored: true, reasons: [refusal] };
  }
  const ignored = table.full === 'tooManyForeignMasters' && ({ isIgnored: true } as const);
  const rememberedFor = rules.foreignMasterTimeWindow * intervals;
  const seldom: readonly DiscardReason[] = isTooSeldom(rules, { rememberedFor })
    ? ['announcesTooSeldom']
    : [];
  return { masters: table.masters, ...ignored, reasons: [...full, ...seldom] };
}

/** The entry of the table that lets it be followed; without a table everybody may be. */
function acceptableOf(
  { acceptableMasters }: Hearing,
  { message }: ReceivedAnnounce,
): Partial<AcceptableMaster> | undefined {
  if (acceptableMasters === undefined) return {};
  const { clockIdentity, portNumber } = message.header.sourcePortIdentity;
  return acceptableMasters.find(
    (entry) =>
      entry.clockIdentity === clockIdentity && (entry.portNumber ?? portNumber) === portNumber,
  );
}

function refusalOf(
  { masterOnly, rules, pathTrace, clockIdentity }: Hearing,
  { message, toUnicast }: ReceivedAnnounce,
  isAcceptable: boolean,
): Refusal | undefined {
  if (masterOnly) return 'masterOnlyPort'; // 8.2.15.5.2
  if (toUnicast) return 'otherTransmission';
  if (!isAcceptable) return 'notAcceptableMaster';
  const alternateMaster = (message.header.flagField & Flag.alternateMaster) !== 0; // 17.3.2
  const tooFar = message.stepsRemoved >= rules.maxStepsRemoved; // 9.3.2.5
  if (alternateMaster || tooFar) return 'unqualifiedAnnounce';
  const loop = pathTrace && pathSequenceOf(message).includes(clockIdentity);
  return loop ? 'announceLoop' : undefined;
}
