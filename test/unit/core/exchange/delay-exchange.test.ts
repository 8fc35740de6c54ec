import { describe, expect, it } from 'vitest';
import {
  idleDelayExchange,
  stepDelayExchange,
  type DelayEvent,
  type DelayTransition,
} from '../../../../src/core/exchange/delay-exchange.js';
import { headerOf } from '../../../../src/core/port/port.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { maxTimeInterval, timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { receiverSettings, sourceSettings } from '../../../support/ordinary-clocks.js';

const departure = instantFromNs(1_000n);

const sent = (sequenceId: number): DelayEvent => ({ kind: 'delayReqSent', sequenceId });
const stamped = (sequenceId: number): DelayEvent => ({
  kind: 'transmitTimestamp',
  sequenceId,
  delayReqEventEgressTimestamp: departure,
});
const lost = (sequenceId: number): DelayEvent => ({ kind: 'transmitTimestampLost', sequenceId });
const answered = (sequenceId: number, correctionField = timeIntervalFromNs(30)): DelayEvent => ({
  kind: 'delayResp',
  message: {
    messageType: 'Delay_Resp',
    header: headerOf(sourceSettings, 'Delay_Resp', {
      flagField: 0,
      correctionField,
      sequenceId,
      logMessageInterval: 0,
    }),
    receiveTimestamp: { secondsField: 0, nanosecondsField: 1_700 },
    requestingPortIdentity: receiverSettings.portIdentity,
    tlvs: [],
  },
});

function after(...events: readonly DelayEvent[]): DelayTransition {
  return events.reduce<DelayTransition>(
    ({ exchange }, event) => stepDelayExchange(exchange, event),
    { exchange: idleDelayExchange },
  );
}

const measurement = {
  delayReqEventEgressTimestamp: departure,
  receiveTimestamp: instantFromNs(1_700n),
  correctionField: timeIntervalFromNs(30),
};

describe('a delay exchange', () => {
  it('is complete with time stamp and answer in either order', () => {
    const complete = { exchange: idleDelayExchange, measurement };
    expect(after(sent(4), stamped(4), answered(4))).toEqual(complete);
    expect(after(sent(4), answered(4), stamped(4))).toEqual(complete);
  });

  it('takes no time stamp and no answer of another request', () => {
    expect(after(sent(4), stamped(3))).toMatchObject({
      exchange: { kind: 'awaitingTransmitTimestamp', sequenceId: 4 },
      discarded: 'unexpectedTransmitTimestamp',
    });
    expect(after(sent(4), answered(3))).toMatchObject({
      exchange: { kind: 'awaitingTransmitTimestamp', sequenceId: 4 },
      discarded: 'unexpectedDelayResp',
    });
    expect(after(sent(4), stamped(4), answered(3))).toMatchObject({
      exchange: { kind: 'awaitingDelayResp', sequenceId: 4 },
      discarded: 'unexpectedDelayResp',
    });
    expect(after(sent(4), answered(4), stamped(3))).toMatchObject({
      exchange: { kind: 'answeredBeforeTransmitTimestamp', sequenceId: 4 },
      discarded: 'unexpectedTransmitTimestamp',
    });
  });

  it('takes the first of two answers', () => {
    expect(after(sent(4), answered(4), answered(4, maxTimeInterval), stamped(4))).toEqual({
      exchange: idleDelayExchange,
      measurement,
    });
    expect(after(sent(4), stamped(4), answered(4), answered(4)).discarded).toBe(
      'unexpectedDelayResp',
    );
  });

  it('counts a request that nobody answered when the next goes out', () => {
    expect(after(sent(4), stamped(4), sent(5))).toEqual({
      exchange: { kind: 'awaitingTransmitTimestamp', sequenceId: 5 },
      discarded: 'delayRespMissing',
    });
    expect(after(sent(4), stamped(4), answered(4), sent(5)).discarded).toBeUndefined();
  });

  it('ends with a lost time stamp, answered or not', () => {
    const ended = { exchange: idleDelayExchange, discarded: 'transmitTimestampLost' };
    expect(after(sent(4), lost(4))).toEqual(ended);
    expect(after(sent(4), answered(4), lost(4))).toEqual(ended);
    expect(after(sent(4), lost(3)).exchange.kind).toBe('awaitingTransmitTimestamp');
    expect(after(lost(4)).discarded).toBe('unexpectedTransmitTimestamp');
  });

  it('refuses a correction "too big to be represented" (13.3.2.9)', () => {
    expect(after(sent(4), stamped(4), answered(4, maxTimeInterval))).toEqual({
      exchange: idleDelayExchange,
      discarded: 'correctionTooBig',
    });
  });
});
