/**
 * The requester's half of the peer-to-peer delay mechanism: one Pdelay_Req of ours, from sending it to the four times of
 * the link (clause 11.4.2). Our transmit time stamp, the Pdelay_Resp and its Pdelay_Resp_Follow_Up may come in any order,
 * because each takes another way through kernel, network and the neighbour's queues.
 */
import { samePortIdentity, type PortIdentity } from '../time/identity.js';
import { intervalBetween, type Instant } from '../time/instant.js';
import { isTooBig, sumOf, zeroTimeInterval, type TimeInterval } from '../time/time-interval.js';
import { instantFromTimestamp, type Timestamp } from '../time/timestamp.js';
import type { MessageOf } from '../wire/message.js';
import type { DiscardReason } from './discard-reason.js';
import { followUpSeen, isTwoStep, withoutFollowUp, type FollowUpEvidence } from './two-step.js';

interface PdelayResp {
  readonly responder: PortIdentity;
  readonly twoStep: boolean;
  readonly pdelayRespEventIngressTimestamp: Instant;
  readonly requestReceiptTimestamp: Timestamp;
  readonly correctionField: TimeInterval;
}

interface PdelayRespFollowUp {
  readonly responder: PortIdentity;
  readonly responseOriginTimestamp: Timestamp;
  readonly correctionField: TimeInterval;
}

type PeerDelayExchangeState =
  | { readonly kind: 'idle' }
  /** Some of what makes a measurement has come; when nothing is missing any more, the exchange is `answered`. */
  | {
      readonly kind: 'pending';
      readonly sequenceId: number;
      readonly pdelayReqEventEgressTimestamp?: Instant;
      readonly response?: PdelayResp;
      readonly followUp?: PdelayRespFollowUp;
    }
  /** The measurement is complete. Until the next request goes out, an answer of another port makes it ambiguous. */
  | {
      readonly kind: 'answered';
      readonly sequenceId: number;
      readonly measurement: PeerDelayMeasurement;
      readonly answer: Pending;
    }
  /** More than one port has answered: none of their times is of use. */
  | { readonly kind: 'ambiguous'; readonly sequenceId: number };

export type PeerDelayExchange = PeerDelayExchangeState & {
  /** Of the neighbour, if its answers have had follow-ups without telling of them. */
  readonly evidence?: FollowUpEvidence | undefined;
};

type Pending = Extract<PeerDelayExchangeState, { kind: 'pending' }>;

export type PeerDelayEvent =
  | { readonly kind: 'transmitTimestamp'; readonly pdelayReqEventEgressTimestamp: Instant }
  | { readonly kind: 'transmitTimestampLost' }
  /** Both answer a request of this port's. */
  | {
      readonly kind: 'pdelayResp';
      readonly message: MessageOf<'Pdelay_Resp'>;
      readonly pdelayRespEventIngressTimestamp: Instant;
    }
  | {
      readonly kind: 'pdelayRespFollowUp';
      readonly message: MessageOf<'Pdelay_Resp_Follow_Up'>;
    };

/** The four times of a request and its answer. */
export interface PeerDelayMeasurement {
  readonly responder: PortIdentity;
  /** t1 and t4, on this port's clock. */
  readonly pdelayReqEventEgressTimestamp: Instant;
  readonly pdelayRespEventIngressTimestamp: Instant;
  /** The neighbour's time stamps, on its clock; absent where it tells its turnaround in the correctionField alone. */
  readonly neighbor?: {
    /** t2 */
    readonly requestReceiptTimestamp: Instant;
    /** t3 */
    readonly responseOriginTimestamp: Instant;
  };
  /** That of both answers, which hold the Pdelay_Req's. */
  readonly correctionField: TimeInterval;
}

export interface PeerDelayTransition {
  readonly exchange: PeerDelayExchange;
  readonly measurement?: PeerDelayMeasurement;
  /** The measurement takes the place of one that this exchange gave before: the answer was not in one step. */
  readonly replaces?: true;
  readonly discarded?: DiscardReason;
}

export const idlePeerDelayExchange: PeerDelayExchange = { kind: 'idle' };

/** A request goes out: the exchange that begins with it, after that one. */
export function beginPeerDelayExchange(
  sequenceId: number,
  before: PeerDelayExchange,
): PeerDelayExchange {
  return { kind: 'pending', sequenceId, evidence: evidenceAfter(before) };
}

function evidenceAfter(exchange: PeerDelayExchange): FollowUpEvidence | undefined {
  const { kind, evidence } = exchange;
  if (shortfallOf(exchange) === 'pdelayRespFollowUpMissing') return withoutFollowUp(evidence);
  return evidence && kind === 'answered' ? followUpSeen : evidence;
}

/** What an exchange lacks when the next request goes out; undefined of one that lacks nothing. */
export function shortfallOf(exchange: PeerDelayExchange): DiscardReason | undefined {
  switch (exchange.kind) {
    case 'idle':
    case 'answered':
    case 'ambiguous':
      return undefined;
    case 'pending':
      if (exchange.response === undefined) return 'pdelayRespMissing';
      if (exchange.pdelayReqEventEgressTimestamp === undefined) return 'transmitTimestampLost';
      return 'pdelayRespFollowUpMissing';
  }
}

export function stepPeerDelayExchange(
  exchange: PeerDelayExchange,
  event: PeerDelayEvent,
): PeerDelayTransition {
  const transition = afterEvent(exchange, event);
  const evidence = transition.replaces ? followUpSeen : exchange.evidence;
  return { ...transition, exchange: { ...transition.exchange, evidence } };
}

function afterEvent(exchange: PeerDelayExchange, event: PeerDelayEvent): PeerDelayTransition {
  switch (event.kind) {
    case 'transmitTimestamp': {
      // An ambiguous exchange has no use for it, an answered one has it already, and an idle one has asked nothing.
      if (exchange.kind !== 'pending') return { exchange };
      const { pdelayReqEventEgressTimestamp } = event;
      return completeIfPossible({ ...exchange, pdelayReqEventEgressTimestamp });
    }
    case 'transmitTimestampLost':
      if (exchange.kind !== 'pending') return { exchange };
      return { exchange: idlePeerDelayExchange, discarded: 'transmitTimestampLost' };
    case 'pdelayResp':
      return onPdelayResp(exchange, event.message, event.pdelayRespEventIngressTimestamp);
    case 'pdelayRespFollowUp':
      return onPdelayRespFollowUp(exchange, event.message);
  }
}

function onPdelayResp(
  exchange: PeerDelayExchange,
  message: MessageOf<'Pdelay_Resp'>,
  pdelayRespEventIngressTimestamp: Instant,
): PeerDelayTransition {
  const { header, requestReceiptTimestamp } = message;
  const responder = header.sourcePortIdentity;
  const refusal = refusalOf(exchange, header.sequenceId, responder);
  if (refusal !== undefined) return refusal;
  if (exchange.kind !== 'pending' || exchange.response !== undefined) {
    return { exchange, discarded: 'duplicatePdelayResp' };
  }
  return completeIfPossible({
    ...exchange,
    response: {
      responder,
      twoStep: isTwoStep(message, exchange.evidence),
      pdelayRespEventIngressTimestamp,
      requestReceiptTimestamp,
      correctionField: header.correctionField,
    },
  });
}

function onPdelayRespFollowUp(
  exchange: PeerDelayExchange,
  message: MessageOf<'Pdelay_Resp_Follow_Up'>,
): PeerDelayTransition {
  const { header, responseOriginTimestamp } = message;
  const responder = header.sourcePortIdentity;
  const refusal = refusalOf(exchange, header.sequenceId, responder);
  if (refusal !== undefined) return refusal;
  const received = exchange.kind === 'answered' ? exchange.answer : exchange;
  if (received.kind !== 'pending' || received.followUp !== undefined) {
    return { exchange, discarded: 'duplicatePdelayResp' };
  }
  const transition = completeIfPossible({
    ...received,
    followUp: { responder, responseOriginTimestamp, correctionField: header.correctionField },
  });
  return exchange.kind === 'answered' ? { ...transition, replaces: true } : transition;
}

/** Why an answer is not taken; undefined if it may be. */
function refusalOf(
  exchange: PeerDelayExchange,
  sequenceId: number,
  responder: PortIdentity,
): PeerDelayTransition | undefined {
  if (exchange.kind === 'idle' || exchange.sequenceId !== sequenceId) {
    return { exchange, discarded: 'unexpectedPdelayResp' };
  }
  const known = respondersOf(exchange);
  const another = known.some((other) => !samePortIdentity(other, responder));
  if (!another && exchange.kind !== 'ambiguous') return undefined;
  return { exchange: { kind: 'ambiguous', sequenceId }, discarded: 'multipleResponders' };
}

function respondersOf(exchange: PeerDelayExchange): readonly PortIdentity[] {
  switch (exchange.kind) {
    case 'idle':
    case 'ambiguous':
      return [];
    case 'pending':
      return [exchange.response, exchange.followUp].flatMap((answer) => answer?.responder ?? []);
    case 'answered':
      return [exchange.measurement.responder];
  }
}

function completeIfPossible(exchange: Pending): PeerDelayTransition {
  const { sequenceId, pdelayReqEventEgressTimestamp, response, followUp } = exchange;
  if (pdelayReqEventEgressTimestamp === undefined || response === undefined) return { exchange };
  if (response.twoStep && followUp === undefined) return { exchange };
  // A follow-up that is there belongs to the answer, whatever the answer's flag says.
  const answers = [response, ...(followUp ? [followUp] : [])];
  const correctionField = sumOf(...answers.map((answer) => answer.correctionField));
  // 13.3.2.9: how large the correction is cannot be known, so the measurement is of no use.
  if (isTooBig(correctionField)) {
    return { exchange: idlePeerDelayExchange, discarded: 'correctionTooBig' };
  }
  const neighbor = neighborTimestamps(response, followUp);
  const measurement: PeerDelayMeasurement = {
    responder: response.responder,
    pdelayReqEventEgressTimestamp,
    pdelayRespEventIngressTimestamp: response.pdelayRespEventIngressTimestamp,
    ...(neighbor && { neighbor }),
    correctionField,
  };
  return { exchange: { kind: 'answered', sequenceId, measurement, answer: exchange }, measurement };
}

/** 11.4.2: a responder that puts its turnaround into the correctionField leaves its time stamps 0. */
function neighborTimestamps(
  { requestReceiptTimestamp }: PdelayResp,
  followUp: PdelayRespFollowUp | undefined,
): PeerDelayMeasurement['neighbor'] {
  if (followUp === undefined) return undefined;
  const { responseOriginTimestamp } = followUp;
  if (isZero(requestReceiptTimestamp) && isZero(responseOriginTimestamp)) return undefined;
  return {
    requestReceiptTimestamp: instantFromTimestamp(requestReceiptTimestamp),
    responseOriginTimestamp: instantFromTimestamp(responseOriginTimestamp),
  };
}

function isZero({ secondsField, nanosecondsField }: Timestamp): boolean {
  return secondsField === 0 && nanosecondsField === 0;
}

/** How long the neighbour held the request, by its own clock; zero where the correctionField says it. */
export function turnaroundOf({ neighbor }: PeerDelayMeasurement): TimeInterval {
  if (neighbor === undefined) return zeroTimeInterval;
  return intervalBetween(neighbor.requestReceiptTimestamp, neighbor.responseOriginTimestamp);
}
