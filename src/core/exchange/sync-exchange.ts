/**
 * The slave's half of a Sync: from one Sync, and the Follow_Up of a two-step one, to the pair of times t1 and t2 with
 * the corrections on the way (clauses 9.5.4, 9.5.5, 11.2). The Follow_Up may come first: networks reorder, and a
 * transparent clock sends it by another queue. It may also come after later Syncs, where those are many a second.
 */
import type { Instant } from '../time/instant.js';
import { isTooBig, sumOf, unitsPerNs, type TimeInterval } from '../time/time-interval.js';
import { instantFromTimestamp } from '../time/timestamp.js';
import type { MessageOf } from '../wire/message.js';
import type { DiscardReason } from './discard-reason.js';
import { followUpSeen, isTwoStep, withoutFollowUp, type FollowUpEvidence } from './two-step.js';

interface PendingSync {
  readonly sequenceId: number;
  readonly syncEventIngressTimestamp: Instant;
  readonly correctionField: TimeInterval;
}

interface EarlyFollowUp {
  readonly sequenceId: number;
  readonly preciseOriginTimestamp: Instant;
  readonly correctionField: TimeInterval;
}

export interface SyncExchange {
  /** Syncs whose Follow_Up has not come yet, oldest first. */
  readonly pending: readonly PendingSync[];
  /** A Follow_Up whose Sync has not come yet. */
  readonly early?: EarlyFollowUp;
  /** The measurement that was completed last, so that a second copy of it is not measured again. */
  readonly completed?: {
    readonly sequenceId: number;
    /** Its Sync came in one step: a Follow_Up to it would show that it did not. */
    readonly inOneStep?: true;
  };
  /** Of the master, if its Syncs have had follow-ups without telling of them. */
  readonly evidence?: FollowUpEvidence | undefined;
}

/** Both must come from the same master. */
export type SyncEvent =
  | {
      readonly kind: 'sync';
      readonly message: MessageOf<'Sync'>;
      readonly syncEventIngressTimestamp: Instant;
    }
  | { readonly kind: 'followUp'; readonly message: MessageOf<'Follow_Up'> };

/** The two times of one Sync, on its way from master to slave. */
export interface SyncMeasurement {
  readonly sequenceId: number;
  /** t1, on the master's clock. */
  readonly originTimestamp: Instant;
  /** t2, on the slave's clock. */
  readonly syncEventIngressTimestamp: Instant;
  /** That of Sync and Follow_Up together. */
  readonly correctionField: TimeInterval;
}

export interface SyncTransition {
  readonly exchange: SyncExchange;
  readonly measurement?: SyncMeasurement;
  readonly discarded: readonly DiscardReason[];
}

/** An eighth of a second of 128 Sync/s. */
export const maxPendingSyncs = 16;

/** A Sync is not waited for any longer than this once the next one is here: what it told of is too long ago. */
const maxLateness = 1_000_000_000n * unitsPerNs;

export const idleSyncExchange: SyncExchange = { pending: [] };

/**
 * The first exchange with a master. `before`: with the same master, but what was measured does not count any more; what is
 * known of its follow-ups does.
 */
export function newSyncExchange(before: SyncExchange | undefined): SyncExchange {
  const { completed, evidence } = before ?? idleSyncExchange;
  return { ...idleSyncExchange, ...(completed?.inOneStep && { completed }), evidence };
}

export function stepSyncExchange(exchange: SyncExchange, event: SyncEvent): SyncTransition {
  const transition =
    event.kind === 'sync'
      ? onSync(exchange, event.message, event.syncEventIngressTimestamp)
      : onFollowUp(exchange, event.message);
  const evidence = evidenceAfter(exchange, event, transition);
  if (evidence === transition.exchange.evidence) return transition;
  return { ...transition, exchange: { ...transition.exchange, evidence } };
}

/** What is known of the master's follow-ups then. */
function evidenceAfter(
  exchange: SyncExchange,
  { kind, message }: SyncEvent,
  { discarded }: SyncTransition,
): FollowUpEvidence | undefined {
  const { evidence } = exchange;
  const { sequenceId } = message.header;
  switch (kind) {
    case 'sync':
      return discarded.includes('followUpMissing') ? withoutFollowUp(evidence) : evidence;
    case 'followUp':
      return showsTwoSteps(exchange, sequenceId) ? followUpSeen : evidence;
  }
}

/** That Follow_Up belongs to a Sync whose flag did not tell of it. */
function showsTwoSteps(
  { completed, pending, evidence }: SyncExchange,
  sequenceId: number,
): boolean {
  if (completed?.inOneStep && completed.sequenceId === sequenceId) return true;
  return evidence !== undefined && pending.some((sync) => sync.sequenceId === sequenceId);
}

function onSync(
  exchange: SyncExchange,
  message: MessageOf<'Sync'>,
  syncEventIngressTimestamp: Instant,
): SyncTransition {
  const { sequenceId, correctionField } = message.header;
  const { early, evidence } = exchange;
  // Of two copies of a Sync the first is kept: it came by the shorter way.
  if (isKnown(exchange, sequenceId)) return { exchange, discarded: ['duplicateSync'] };
  if (early?.sequenceId === sequenceId) {
    return complete(exchange, {
      sequenceId,
      originTimestamp: early.preciseOriginTimestamp,
      syncEventIngressTimestamp,
      correctionField: sumOf(early.correctionField, correctionField),
    });
  }
  if (isOvertaken(exchange, sequenceId)) return { exchange, discarded: ['staleSync'] };
  if (!isTwoStep(message, evidence)) {
    const { measurement, ...transition } = complete(exchange, {
      sequenceId,
      originTimestamp: instantFromTimestamp(message.originTimestamp),
      syncEventIngressTimestamp,
      correctionField,
    });
    if (measurement === undefined) return transition;
    const completed = { sequenceId, inOneStep: true } as const;
    return { ...transition, exchange: { ...transition.exchange, completed }, measurement };
  }
  return withPending(exchange, { sequenceId, syncEventIngressTimestamp, correctionField });
}

/** One more Sync that waits; others have waited for too long then. */
function withPending(exchange: SyncExchange, latest: PendingSync): SyncTransition {
  // Of a sender that has sent follow-ups without telling of them each Sync may be the first without one.
  const room = exchange.evidence === undefined ? maxPendingSyncs : 1;
  const isRecent = (sync: PendingSync) => {
    const age = latest.syncEventIngressTimestamp - sync.syncEventIngressTimestamp;
    return age >= 0n && age < maxLateness;
  };
  const pending = [...exchange.pending.filter(isRecent), latest].slice(-room);
  const givenUp = exchange.pending.length + 1 - pending.length;
  const { early, discarded } = earlyAfter(exchange, latest.sequenceId);
  return {
    exchange: exchangeOf({ ...exchange, pending }, early),
    discarded: [...Array.from({ length: givenUp }, () => 'followUpMissing' as const), ...discarded],
  };
}

function onFollowUp(exchange: SyncExchange, message: MessageOf<'Follow_Up'>): SyncTransition {
  const { sequenceId, correctionField } = message.header;
  const { pending, completed } = exchange;
  const preciseOriginTimestamp = instantFromTimestamp(message.preciseOriginTimestamp);
  const sync = pending.find((candidate) => candidate.sequenceId === sequenceId);
  if (sync !== undefined) {
    return complete(exchange, {
      sequenceId,
      originTimestamp: preciseOriginTimestamp,
      syncEventIngressTimestamp: sync.syncEventIngressTimestamp,
      correctionField: sumOf(sync.correctionField, correctionField),
    });
  }
  // A Follow_Up of an earlier Sync comes too late; one of a later Sync has overtaken that Sync.
  const latest = pending.at(-1) ?? completed;
  if (latest !== undefined && !isLater(sequenceId, latest.sequenceId)) {
    return { exchange, discarded: ['staleFollowUp'] };
  }
  const early = { sequenceId, preciseOriginTimestamp, correctionField };
  return {
    exchange: { ...exchange, early },
    discarded: exchange.early === undefined ? [] : ['syncMissing'],
  };
}

function isKnown({ pending, completed }: SyncExchange, sequenceId: number): boolean {
  return (
    completed?.sequenceId === sequenceId || pending.some((sync) => sync.sequenceId === sequenceId)
  );
}

/** A sequenceId that is less than this behind was reordered by the network; one further behind tells of a restarted master. */
const maxSyncsBehind = 16;

/** The Sync is older than the one that came last. It is not used, because a later one has been used already. */
function isOvertaken({ pending, completed }: SyncExchange, sequenceId: number): boolean {
  const latest = pending.at(-1) ?? completed;
  if (latest === undefined) return false;
  const behind = (latest.sequenceId - sequenceId) & 0xffff;
  return behind > 0 && behind < maxSyncsBehind;
}

/** Syncs that came before the one that is complete now are given up: their time is an older one. */
function complete(exchange: SyncExchange, measurement: SyncMeasurement): SyncTransition {
  const { sequenceId, correctionField } = measurement;
  const at = exchange.pending.findIndex((sync) => sync.sequenceId === sequenceId);
  const before = at === -1 ? exchange.pending.length : at;
  const { early, discarded } = earlyAfter(exchange, sequenceId);
  const after = exchangeOf(
    {
      pending: at === -1 ? [] : exchange.pending.slice(at + 1),
      completed: { sequenceId },
      evidence: exchange.evidence,
    },
    early,
  );
  const losses = [
    ...Array.from({ length: before }, () => 'followUpMissing' as const),
    ...discarded,
  ];
  // 13.3.2.9: how large the correction is cannot be known, so the measurement is of no use.
  if (isTooBig(correctionField)) {
    return { exchange: after, discarded: [...losses, 'correctionTooBig'] };
  }
  return { exchange: after, measurement, discarded: losses };
}

/** What remains of a Follow_Up that waits for its Sync when a Sync of that sequenceId has come. */
function earlyAfter(
  { early }: SyncExchange,
  sequenceId: number,
): { readonly early?: EarlyFollowUp; readonly discarded: readonly DiscardReason[] } {
  if (early === undefined || early.sequenceId === sequenceId) return { discarded: [] };
  return isLater(early.sequenceId, sequenceId)
    ? { early, discarded: [] }
    : { discarded: ['syncMissing'] };
}

function exchangeOf(
  { pending, completed, evidence }: SyncExchange,
  early: EarlyFollowUp | undefined,
): SyncExchange {
  return { pending, ...(early && { early }), ...(completed && { completed }), evidence };
}

/** Modulo 2^16, as sequenceIds are counted (7.3.7). */
function isLater(sequenceId: number, than: number): boolean {
  const ahead = (sequenceId - than) & 0xffff;
  return ahead > 0 && ahead < 0x8000;
}
