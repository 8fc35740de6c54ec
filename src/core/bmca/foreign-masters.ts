/**
 * The foreign masters of one port: who has announced itself often enough to be taken seriously (clauses 9.3.2.4.3 to
 * 9.3.2.5). Time passes in announce intervals of the port, by `withIntervalPassed`: no clock is read.
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
}

export interface HeardAnnounce {
  readonly message: MessageOf<'Announce'>;
}

/** 9.3.2.4.5 asks for five at least. */
export const maxForeignMasters = 32;

/**
 * True of a copy of a master's latest Announce, and of the one before it that it has overtaken: 9.3.2.5 counts distinct
 * messages, and goes by the most recent one. No more than that, for a master that starts anew counts from anywhere.
 */
export function isStale(masters: readonly ForeignMaster[], heard: HeardAnnounce): boolean {
  const known = masters.find((master) => isFrom(master, sourceOf(heard)));
  if (known === undefined) return false;
  const behind = known.latest.message.header.sequenceId - heard.message.header.sequenceId;
  return (behind & 0xffff) <= 1;
}

/** The masters with that Announce counted; undefined: there is no room for another one. */
export function withAnnounce<Heard extends HeardAnnounce>(
  { foreignMasterThreshold }: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  heard: Heard,
): readonly ForeignMaster<Heard>[] | undefined {
  const known = masters.find((master) => isFrom(master, sourceOf(heard)));
  if (known === undefined) {
    if (masters.length >= maxForeignMasters) return undefined;
    return [...masters, { latest: heard, ages: [0] }];
  }
  const counted = { latest: heard, ages: [0, ...known.ages].slice(0, foreignMasterThreshold) };
  return masters.map((master) => (master === known ? counted : master));
}

/** One announce interval later: what is older than the window is forgotten, `parent` is not (see erbestOf). */
export function withIntervalPassed<Heard extends HeardAnnounce>(
  { foreignMasterTimeWindow }: BestMasterRules,
  masters: readonly ForeignMaster<Heard>[],
  parent: PortIdentity | undefined,
): readonly ForeignMaster<Heard>[] {
  return masters
    .map(({ latest, ages }) => ({
      latest,
      ages: ages.map((age) => age + 1).filter((age) => age < foreignMasterTimeWindow),
    }))
    .filter((master) => master.ages.length > 0 || isParent(master, parent));
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
  { ages }: ForeignMaster,
): boolean {
  return ages.length >= foreignMasterThreshold;
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
    .map(({ latest }) => latest)
    .reduce<Heard | undefined>((best, heard) => {
      if (best === undefined) return heard;
      const comparison = rules.compareDataSets(
        announcedDataSet(heard.message, receiver),
        announcedDataSet(best.message, receiver),
      );
      return isBetter(comparison) ? heard : best;
    }, undefined);
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
