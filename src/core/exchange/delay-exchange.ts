/**
 * The slave's half of the delay request-response mechanism: from a Delay_Req of ours and its Delay_Resp to the pair of
 * times t3 and t4 with the corrections on the way (clause 11.3). The answer may arrive before our own transmit time stamp,
 * which the kernel hands over separately.
 */
import type { Instant } from '../time/instant.js';
import { isTooBig, type TimeInterval } from '../time/time-interval.js';
import { instantFromTimestamp } from '../time/timestamp.js';
import type { MessageOf } from '../wire/message.js';
import type { DiscardReason } from './discard-reason.js';

/** What a Delay_Resp tells. */
interface DelayAnswer {
  readonly receiveTimestamp: Instant;
  readonly correctionField: TimeInterval;
}

/** A Delay_Req that has been sent. It has its transmit time stamp, or its answer, or neither yet. */
interface PendingDelayReq {
  readonly sequenceId: number;
  readonly delayReqEventEgressTimestamp?: Instant;
  readonly answer?: DelayAnswer;
}

/** Those under way, oldest first: an answer may take longer than it is to the next request. */
export type DelayExchange = readonly PendingDelayReq[];

export type DelayEvent =
  /** `room`: so many may be under way, this one included. */
  | { readonly kind: 'delayReqSent'; readonly sequenceId: number; readonly room: number }
  | {
      readonly kind: 'transmitTimestamp';
      readonly sequenceId: number;
      readonly delayReqEventEgressTimestamp: Instant;
    }
  | { readonly kind: 'transmitTimestampLost'; readonly sequenceId: number }
  /** From the parent, to this port. */
  | { readonly kind: 'delayResp'; readonly message: MessageOf<'Delay_Resp'> };

/** The two times of one Delay_Req, on its way from slave to master. */
export interface DelayMeasurement {
  /** t3, on the slave's clock. */
  readonly delayReqEventEgressTimestamp: Instant;
  /** t4, on the master's clock. */
  readonly receiveTimestamp: Instant;
  /** That of the Delay_Resp, which holds the Delay_Req's. */
  readonly correctionField: TimeInterval;
}

export interface DelayTransition {
  readonly exchange: DelayExchange;
  readonly measurement?: DelayMeasurement;
  readonly discarded: readonly DiscardReason[];
}

export const idleDelayExchange: DelayExchange = [];

export function stepDelayExchange(exchange: DelayExchange, event: DelayEvent): DelayTransition {
  switch (event.kind) {
    case 'delayReqSent':
      return withRequest(exchange, event.sequenceId, event.room);
    case 'transmitTimestamp':
      return onTransmitTimestamp(exchange, event.sequenceId, event.delayReqEventEgressTimestamp);
    case 'transmitTimestampLost': {
      const request = find(exchange, event.sequenceId);
      if (request === undefined || request.delayReqEventEgressTimestamp !== undefined) {
        return { exchange, discarded: ['unexpectedTransmitTimestamp'] };
      }
      return { exchange: without(exchange, request), discarded: ['transmitTimestampLost'] };
    }
    case 'delayResp':
      return onDelayResp(exchange, event.message);
  }
}

/** One more request is under way; where there is no room for it, the oldest counts as not answered. */
function withRequest(exchange: DelayExchange, sequenceId: number, room: number): DelayTransition {
  const pending = [...exchange, { sequenceId }].slice(-room);
  const givenUp = exchange.length + 1 - pending.length;
  return {
    exchange: pending,
    discarded: Array.from({ length: givenUp }, () => 'delayRespMissing' as const),
  };
}

function onTransmitTimestamp(
  exchange: DelayExchange,
  sequenceId: number,
  delayReqEventEgressTimestamp: Instant,
): DelayTransition {
  const request = find(exchange, sequenceId);
  if (request === undefined || request.delayReqEventEgressTimestamp !== undefined) {
    return { exchange, discarded: ['unexpectedTransmitTimestamp'] };
  }
  return withPart(exchange, request, { delayReqEventEgressTimestamp });
}

function onDelayResp(exchange: DelayExchange, message: MessageOf<'Delay_Resp'>): DelayTransition {
  const { sequenceId, correctionField } = message.header;
  const request = find(exchange, sequenceId);
  if (request === undefined || request.answer !== undefined) {
    return { exchange, discarded: ['unexpectedDelayResp'] };
  }
  const receiveTimestamp = instantFromTimestamp(message.receiveTimestamp);
  return withPart(exchange, request, { answer: { receiveTimestamp, correctionField } });
}

/** The request with its time stamp or its answer: complete with both. */
function withPart(
  exchange: DelayExchange,
  request: PendingDelayReq,
  part: Omit<PendingDelayReq, 'sequenceId'>,
): DelayTransition {
  const known = { ...request, ...part };
  const { delayReqEventEgressTimestamp, answer } = known;
  if (delayReqEventEgressTimestamp === undefined || answer === undefined) {
    const pending = exchange.map((each) => (each === request ? known : each));
    return { exchange: pending, discarded: [] };
  }
  const others = without(exchange, request);
  // 13.3.2.9: how large the correction is cannot be known, so the measurement is of no use.
  if (isTooBig(answer.correctionField))
    return { exchange: others, discarded: ['correctionTooBig'] };
  return {
    exchange: others,
    measurement: { delayReqEventEgressTimestamp, ...answer },
    discarded: [],
  };
}

function find(exchange: DelayExchange, sequenceId: number): PendingDelayReq | undefined {
  return exchange.find((request) => request.sequenceId === sequenceId);
}

function without(exchange: DelayExchange, request: PendingDelayReq): DelayExchange {
  return exchange.filter((each) => each !== request);
}
