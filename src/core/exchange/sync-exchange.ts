/**
 * The slave's half of a Sync: from one Sync, and the Follow_Up of a two-step one, to the pair of times t1 and t2 with
 * the corrections on the way (clauses 9.5.4, 9.5.5, 11.2). The Follow_Up may come first: networks reorder, and a
 * transparent clock sends it by another queue.
 */
import type { Instant } from '../time/instant.js';
import { isTooBig, sumOf, type TimeInterval } from '../time/time-interval.js';
import { instantFromTimestamp } from '../time/timestamp.js';
import type { MessageOf } from '../wire/message.js';
import type { DiscardReason } from './discard-reason.js';
import { followUpSeen, isTwoStep, withoutFollowUp, type FollowUpEvidence } from './two-step.js';

type SyncState =
  | {
      readonly kind: 'idle';
      /** sequenceId of the measurement that was completed last, so that a second copy of it is not measured again. */
      readonly completed?: number;
      /** Its Sync came in one step: a Follow_Up to it would show that it did not. */
      readonly inOneStep?: true;
    }
  | {
      readonly kind: 'awaitingFollowUp';
      readonly sequenceId: number;
      readonly syncEventIngressTimestamp: Instant;
      readonly correctionField: TimeInterval;
    }
  | {
      readonly kind: 'awaitingSync';
      readonly sequenceId: number;
      readonly preciseOriginTimestamp: Instant;
      readonly correctionField: TimeInterval;
    };

export type SyncExchange = SyncState & {
  /** Of the master, if its Syncs have had follow-ups without telling of them. */
  readonly evidence?: FollowUpEvidence | undefined;
};

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
  readonly discarded?: DiscardReason;
}

export const idleSyncExchange: SyncExchange = { kind: 'idle' };

/**
 * The first exchange with a master. `before`: with the same master, but what was measured does not count any more; what is
 * known of its follow-ups does.
 */
export function newSyncExchange(before: SyncExchange | undefined): SyncExchange {
  if (before?.kind === 'idle' && before.inOneStep) return before;
  return { ...idleSyncExchange, evidence: before?.evidence };
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
      return discarded === 'followUpMissing' ? withoutFollowUp(evidence) : evidence;
    case 'followUp':
      return showsTwoSteps(exchange, sequenceId) ? followUpSeen : evidence;
  }
}

/** That Follow_Up belongs to a Sync whose flag did not tell of it. */
function showsTwoSteps(exchange: SyncExchange, sequenceId: number): boolean {
  switch (exchange.kind) {
    case 'idle':
      return exchange.inOneStep === true && exchange.completed === sequenceId;
    case 'awaitingFollowUp':
      return exchange.evidence !== undefined && exchange.sequenceId === sequenceId;
    case 'awaitingSync':
      return false;
  }
}

function onSync(
  exchange: SyncExchange,
  message: MessageOf<'Sync'>,
  syncEventIngressTimestamp: Instant,
): SyncTransition {
  const { sequenceId, correctionField } = message.header;
  if (isCompleted(exchange, sequenceId)) return { exchange, discarded: 'duplicateSync' };
  if (isOvertaken(exchange, sequenceId)) return { exchange, discarded: 'staleSync' };

  const followUpIsHere = exchange.kind === 'awaitingSync' && exchange.sequenceId === sequenceId;
  if (!followUpIsHere && !isTwoStep(message, exchange.evidence)) {
    const { measurement, ...transition } = complete(displaced(exchange), {
      sequenceId,
      originTimestamp: instantFromTimestamp(message.originTimestamp),
      syncEventIngressTimestamp,
      correctionField,
    });
    if (measurement === undefined) return transition;
    const completed: SyncExchange = { kind: 'idle', completed: sequenceId, inOneStep: true };
    return { ...transition, exchange: completed, measurement };
  }

  const begun: SyncExchange = {
    kind: 'awaitingFollowUp',
    sequenceId,
    syncEventIngressTimestamp,
    correctionField,
  };
  switch (exchange.kind) {
    case 'idle':
      return { exchange: begun };
    case 'awaitingFollowUp':
      // Of two copies of a Sync the first is kept: it came by the shorter way.
      if (exchange.sequenceId === sequenceId) return { exchange, discarded: 'duplicateSync' };
      return { exchange: begun, discarded: 'followUpMissing' };
    case 'awaitingSync':
      if (exchange.sequenceId !== sequenceId) return { exchange: begun, discarded: 'syncMissing' };
      return complete(undefined, {
        sequenceId,
        originTimestamp: exchange.preciseOriginTimestamp,
        syncEventIngressTimestamp,
        correctionField: sumOf(exchange.correctionField, correctionField),
      });
  }
}

function onFollowUp(exchange: SyncExchange, message: MessageOf<'Follow_Up'>): SyncTransition {
  const { sequenceId, correctionField } = message.header;
  if (isCompleted(exchange, sequenceId)) return { exchange, discarded: 'staleFollowUp' };
  const preciseOriginTimestamp = instantFromTimestamp(message.preciseOriginTimestamp);
  const early: SyncExchange = {
    kind: 'awaitingSync',
    sequenceId,
    preciseOriginTimestamp,
    correctionField,
  };
  switch (exchange.kind) {
    case 'idle':
      return { exchange: early };
    case 'awaitingFollowUp':
      if (exchange.sequenceId === sequenceId) {
        return complete(undefined, {
          sequenceId,
          originTimestamp: preciseOriginTimestamp,
          syncEventIngressTimestamp: exchange.syncEventIngressTimestamp,
          correctionField: sumOf(exchange.correctionField, correctionField),
        });
      }
      // A Follow_Up of an earlier Sync comes too late; one of a later Sync has overtaken that Sync.
      return isLater(sequenceId, exchange.sequenceId)
        ? { exchange: early, discarded: 'followUpMissing' }
        : { exchange, discarded: 'staleFollowUp' };
    case 'awaitingSync':
      return { exchange: early, discarded: 'syncMissing' };
  }
}

function isCompleted(exchange: SyncExchange, sequenceId: number): boolean {
  return exchange.kind === 'idle' && exchange.completed === sequenceId;
}

/** A sequenceId that is less than this behind was reordered by the network; one further behind tells of a restarted master. */
const maxSyncsBehind = 16;

/** The Sync is older than the one that came last. It is not used, because a later one has been used already. */
function isOvertaken(exchange: SyncExchange, sequenceId: number): boolean {
  const latest = exchange.kind === 'idle' ? exchange.completed : exchange.sequenceId;
  if (latest === undefined || exchange.kind === 'awaitingSync') return false;
  const behind = (latest - sequenceId) & 0xffff;
  return behind > 0 && behind < maxSyncsBehind;
}

/** What is given up when a new measurement begins. */
function displaced(exchange: SyncExchange): DiscardReason | undefined {
  switch (exchange.kind) {
    case 'idle':
      return undefined;
    case 'awaitingFollowUp':
      return 'followUpMissing';
    case 'awaitingSync':
      return 'syncMissing';
  }
}

function complete(loss: DiscardReason | undefined, measurement: SyncMeasurement): SyncTransition {
  const exchange: SyncExchange = { kind: 'idle', completed: measurement.sequenceId };
  // 13.3.2.9: how large the correction is cannot be known, so the measurement is of no use.
  if (isTooBig(measurement.correctionField)) return { exchange, discarded: 'correctionTooBig' };
  return { exchange, measurement, ...(loss && { discarded: loss }) };
}

/** Modulo 2^16, as sequenceIds are counted (7.3.7). */
function isLater(sequenceId: number, than: number): boolean {
  const ahead = (sequenceId - than) & 0xffff;
  return ahead > 0 && ahead < 0x8000;
}
