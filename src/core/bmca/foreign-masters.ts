/**
 * The foreign masters of one port: who has announced itself often enough to be taken seriously (clauses 9.3.2.4.3 to
 * 9.3.2.5). Time passes in announce intervals of the port, by `withIntervalPassed`: no clock is read.
 *
 * Who is refused is remembered beside the others, so that an operator sees him and why; he has a place only while nobody
 * else wants it.
 */
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import type { MessageOf } from '../wire/message.js';
import { announcedDataSet, isBetter } from './comparison.js';
import type { BestMasterRules } from './rules.js';

/** One entry of foreignMasterDS, with what `Heard` carries of its latest Announce. */
export interface ForeignMaster<Heard extends HeardAnnounce = HeardAnnounce> {
  readonly latest: Heard;
  /** Announce intervals since each of the latest messages, the latest first; no more than the threshold. */
  readonly ages: readonly number[];
  /** Announce intervals since the latest message, and after how many it is forgotten. */
  readonly silentFor: number;
  readonly rememberedFor: number;
  /** Why it is never followed here; absent: it may be. */
  readonly refusal?: Refusal;
  /** 7.3.7 asks a sender to count its messages, and this one does not. */
  readonly sequenceIdStuck?: boolean;
}

export interface HeardAnnounce {
  readonly message: MessageOf<'Announce'>;
  /** 17.5.3: compared instead of the grandmasterPriority1 that is announced. */
  readonly alternatePriority1?: number;
}

/** Why the Announces of a master do not count on a port. */
export type Refusal =
  /** 8.2.15.5.2: the port follows nobody. */
  | 'masterOnlyPort'
  /** 17.5: it is not in the acceptable master table. */
  | 'notAcceptableMaster'
  /** 9.3.2.5, 17.3.2: it has come through too many clocks, or is of an alternate master. */
  | 'unqualifiedAnnounce'
  /** 16.2.3: PATH_TRACE names this clock. */
  | 'announceLoop'
  /** It is sent to this clock alone. */
  | 'otherTransmission';

/** What an Announce is to the table of the port that has received it. */
export interface Reception {
  readonly receiver: PortIdentity;
  /** The master that is followed by that port; none: another port follows, or nobody. */
  readonly parent: PortIdentity | undefined;
  /** Of the sender, per interval of the port: 8 where it announces itself once in 8 of them. */
  readonly intervals: number;
  readonly refusal?: Refusal | undefined;
}

export interface Table<Heard extends HeardAnnounce> {
  readonly masters: readonly ForeignMaster<Heard>[];
  /** What the table had no room for: the newcomer, or somebody who made room for him. */
  readonly full?: 'tooManyForeignMasters' | 'foreignMasterDisplaced';
}

/** 9.3.2.4.5 asks for five at least. */
export const maxForeignMasters = 32;

/**
 * Whoever sends copies, sends them at once; a network does not keep one for so many announce intervals. After them the same
 * sequenceId is that of a sender who does not count.
 */
const staleForIntervals = 2;

/**
 * True of a copy of a master's latest Announce, and of the one before it that it has overtaken: 9.3.2.5 counts distinct
 * messages, and goes by the most recent one. No more than that, for a master that starts anew counts from anywhere.
 */
export function isStale(masters: readonly ForeignMaster[], heard: HeardAnnounce): boolean {
  const known = masters.find((master) => isFrom(master, sourceOf(heard)));
  return known !== undefined && isRepeated(known, heard) && known.silentFor < staleForIntervals;
}

/** Its sender has been heard to send one sequenceId again and again. */
export function isStuck(masters: readonly ForeignMaster[], heard: HeardAnnounce): boolean {
  return masters.find((master) => isFrom(master, sourceOf(heard)))?.sequenceIdStuck === true;
}

function isRepeated({ latest }: ForeignMaster, heard: HeardAnnounce): boolean {
  const behind = latest.message.header.sequenceId - heard.message.header.sequenceId;
  return (behind & 0xffff) <= 1;
}

/** The table with that Announce counted. Where it is full, what is of no use makes room, or what is worse. */
export function withAnnounce<Heard extends HeardAnnounce>(
  rules: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  heard: Heard,
  reception: Reception,
): Table<Heard> {
  const { refusal, intervals } = reception;
  const { foreignMasterThreshold, foreignMasterTimeWindow } = rules;
  const known = masters.find((master) => isFrom(master, sourceOf(heard)));
  // One that is refused is no word against those before it: a master is lost by its silence.
  if (refusal !== undefined && known !== undefined && known.refusal === undefined)
    return { masters };
  const stuck = known !== undefined && isRepeated(known, heard);
  const before = known?.refusal === refusal ? known : undefined;
  const counted: ForeignMaster<Heard> = {
    latest: heard,
    ages: [0, ...(before?.ages ?? [])].slice(0, foreignMasterThreshold),
    silentFor: 0,
    rememberedFor: foreignMasterTimeWindow * Math.max(1, intervals),
    ...(refusal !== undefined && { refusal }),
    ...(stuck && { sequenceIdStuck: true }),
  };
  if (known !== undefined) {
    return { masters: masters.map((master) => (master === known ? counted : master)) };
  }
  if (masters.length < maxForeignMasters) return { masters: [...masters, counted] };
  const leaving = leastUseful(rules, masters, reception);
  return leaving !== undefined && makesRoom(rules, leaving, counted, reception)
    ? {
        masters: [...masters.filter((master) => master !== leaving), counted],
        full: 'foreignMasterDisplaced',
      }
    : { masters, full: 'tooManyForeignMasters' };
}

/** Of the least use first: who is refused or silent, who is not qualified, who is qualified; among equals the worst. */
function leastUseful<Heard extends HeardAnnounce>(
  rules: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  { parent, receiver }: Reception,
): ForeignMaster<Heard> | undefined {
  return masters
    .filter((master) => !isParent(master, parent))
    .reduce<ForeignMaster<Heard> | undefined>((least, master) => {
      if (least === undefined) return master;
      const [use, leastUse] = [useOf(rules, master), useOf(rules, least)];
      if (use !== leastUse) return use < leastUse ? master : least;
      return isBetterMaster(rules, least, master, receiver) ? master : least;
    }, undefined);
}

function useOf(rules: BestMasterRules, master: ForeignMaster): number {
  if (master.refusal !== undefined || master.ages.length === 0) return 0;
  return isQualified(rules, master) ? 2 : 1;
}

/** Somebody who is refused takes no place from anybody who is not. */
function makesRoom(
  rules: BestMasterRules,
  leaving: ForeignMaster,
  newcomer: ForeignMaster,
  { receiver }: Reception,
): boolean {
  if (useOf(rules, newcomer) === 0) return false;
  return useOf(rules, leaving) === 0 || isBetterMaster(rules, newcomer, leaving, receiver);
}

function isBetterMaster(
  { compareDataSets }: BestMasterRules,
  a: ForeignMaster,
  b: ForeignMaster,
  receiver: PortIdentity,
): boolean {
  return isBetter(
    compareDataSets(
      announcedDataSet(a.latest.message, receiver, a.latest.alternatePriority1),
      announcedDataSet(b.latest.message, receiver, b.latest.alternatePriority1),
    ),
  );
}

/** One announce interval later: messages older than the window do not count, `parent` is not forgotten (see erbestOf). */
export function withIntervalPassed<Heard extends HeardAnnounce>(
  { foreignMasterTimeWindow }: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  parent: PortIdentity | undefined,
): readonly ForeignMaster<Heard>[] {
  return masters
    .map((master) => ({
      ...master,
      ages: master.ages.map((age) => age + 1).filter((age) => age < foreignMasterTimeWindow),
      silentFor: master.silentFor + 1,
    }))
    .filter((master) => master.silentFor < master.rememberedFor || isParent(master, parent));
}

/** The masters without that one, whose announceReceiptTimeout has expired. */
export function without<Heard extends HeardAnnounce>(
  masters: readonly ForeignMaster<Heard>[],
  source: PortIdentity,
): readonly ForeignMaster<Heard>[] {
  return masters.filter((master) => !isFrom(master, source));
}

export function isQualified(
  { foreignMasterThreshold }: BestMasterRules,
  { ages, refusal }: ForeignMaster,
): boolean {
  return refusal === undefined && ages.length >= foreignMasterThreshold;
}

/**
 * Erbest (9.3.2.3): the best of the qualified ones as received by the port `receiver`. `parent` has qualified before and
 * is a candidate as long as it is remembered: its silence is measured by announceReceiptTimeout alone (9.3.2.5 d).
 */
export function erbestOf<Heard extends HeardAnnounce>(
  rules: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  receiver: PortIdentity,
  parent: PortIdentity | undefined,
): Heard | undefined {
  return masters
    .filter((master) => isQualified(rules, master) || isParent(master, parent))
    .reduce<ForeignMaster<Heard> | undefined>((best, master) => {
      if (best === undefined) return master;
      return isBetterMaster(rules, master, best, receiver) ? master : best;
    }, undefined)?.latest;
}

function sourceOf({ message }: HeardAnnounce): PortIdentity {
  return message.header.sourcePortIdentity;
}

function isFrom({ latest }: ForeignMaster, source: PortIdentity): boolean {
  return samePortIdentity(sourceOf(latest), source);
}

function isParent(master: ForeignMaster, parent: PortIdentity | undefined): boolean {
  return parent !== undefined && isFrom(master, parent);
}
