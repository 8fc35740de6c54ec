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

export type DelayExchange =
  | { readonly kind: 'idle' }
  | { readonly kind: 'awaitingTransmitTimestamp'; readonly sequenceId: number }
  | {
      readonly kind: 'answeredBeforeTransmitTimestamp';
      readonly sequenceId: number;
      readonly answer: DelayAnswer;
    }
  | {
      readonly kind: 'awaitingDelayResp';
      readonly sequenceId: number;
      readonly delayReqEventEgressTimestamp: Instant;
    };

export type DelayEvent =
  | { readonly kind: 'delayReqSent'; readonly sequenceId: number }
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
  readonly discarded?: DiscardReason;
}

export const idleDelayExchange: DelayExchange = { kind: 'idle' };

export function stepDelayExchange(exchange: DelayExchange, event: DelayEvent): DelayTransition {
  switch (event.kind) {
    case 'delayReqSent':
      return {
        exchange: { kind: 'awaitingTransmitTimestamp', sequenceId: event.sequenceId },
        ...(exchange.kind !== 'idle' && { discarded: 'delayRespMissing' }),
      };
    case 'transmitTimestamp':
      return onTransmitTimestamp(exchange, event.sequenceId, event.delayReqEventEgressTimestamp);
    case 'transmitTimestampLost':
      return onTransmitTimestampLost(exchange, event.sequenceId);
    case 'delayResp':
      return onDelayResp(exchange, event.message);
  }
}

function onTransmitTimestamp(
  exchange: DelayExchange,
  sequenceId: number,
  delayReqEventEgressTimestamp: Instant,
): DelayTransition {
  const unexpected: DelayTransition = { exchange, discarded: 'unexpectedTransmitTimestamp' };
  switch (exchange.kind) {
    case 'idle':
    case 'awaitingDelayResp':
      return unexpected;
    case 'awaitingTransmitTimestamp':
      if (exchange.sequenceId !== sequenceId) return unexpected;
      return {
        exchange: { kind: 'awaitingDelayResp', sequenceId, delayReqEventEgressTimestamp },
      };
    case 'answeredBeforeTransmitTimestamp':
      if (exchange.sequenceId !== sequenceId) return unexpected;
      return complete(delayReqEventEgressTimestamp, exchange.answer);
  }
}

function onTransmitTimestampLost(exchange: DelayExchange, sequenceId: number): DelayTransition {
  switch (exchange.kind) {
    case 'idle':
    case 'awaitingDelayResp':
      return { exchange, discarded: 'unexpectedTransmitTimestamp' };
    case 'awaitingTransmitTimestamp':
    case 'answeredBeforeTransmitTimestamp':
      if (exchange.sequenceId !== sequenceId) {
        return { exchange, discarded: 'unexpectedTransmitTimestamp' };
      }
      return { exchange: idleDelayExchange, discarded: 'transmitTimestampLost' };
  }
}

function onDelayResp(exchange: DelayExchange, message: MessageOf<'Delay_Resp'>): DelayTransition {
  const { sequenceId, correctionField } = message.header;
  const answer = {
    receiveTimestamp: instantFromTimestamp(message.receiveTimestamp),
    correctionField,
  };
  const unexpected: DelayTransition = { exchange, discarded: 'unexpectedDelayResp' };
  switch (exchange.kind) {
    case 'idle':
    case 'answeredBeforeTransmitTimestamp':
      return unexpected;
    case 'awaitingTransmitTimestamp':
      if (exchange.sequenceId !== sequenceId) return unexpected;
      return { exchange: { kind: 'answeredBeforeTransmitTimestamp', sequenceId, answer } };
    case 'awaitingDelayResp':
      if (exchange.sequenceId !== sequenceId) return unexpected;
      return complete(exchange.delayReqEventEgressTimestamp, answer);
  }
}

function complete(delayReqEventEgressTimestamp: Instant, answer: DelayAnswer): DelayTransition {
  // 13.3.2.9: how large the correction is cannot be known, so the measurement is of no use.
  if (isTooBig(answer.correctionField)) {
    return { exchange: idleDelayExchange, discarded: 'correctionTooBig' };
  }
  return {
    exchange: idleDelayExchange,
    measurement: { delayReqEventEgressTimestamp, ...answer },
  };
}
