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

const sent = (sequenceId: number, room = 2): DelayEvent => ({
  ...{ kind: 'delayReqSent', sequenceId, room },
});
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
    { exchange: idleDelayExchange, discarded: [] },
  );
}

const measurement = {
  delayReqEventEgressTimestamp: departure,
  receiveTimestamp: instantFromNs(1_700n),
  correctionField: timeIntervalFromNs(30),
};

describe('a delay exchange', () => {
  it('is complete with time stamp and answer in either order', () => {
    const complete = { exchange: idleDelayExchange, measurement, discarded: [] };
    expect(after(sent(4), stamped(4), answered(4))).toEqual(complete);
    expect(after(sent(4), answered(4), stamped(4))).toEqual(complete);
  });

  it('takes no time stamp and no answer of another request', () => {
    expect(after(sent(4), stamped(3))).toMatchObject({
      exchange: [{ sequenceId: 4 }],
      discarded: ['unexpectedTransmitTimestamp'],
    });
    expect(after(sent(4), answered(3))).toMatchObject({
      exchange: [{ sequenceId: 4 }],
      discarded: ['unexpectedDelayResp'],
    });
    expect(after(sent(4), stamped(4), answered(3))).toMatchObject({
      exchange: [{ sequenceId: 4, delayReqEventEgressTimestamp: departure }],
      discarded: ['unexpectedDelayResp'],
    });
    expect(after(sent(4), answered(4), stamped(3))).toMatchObject({
      exchange: [{ sequenceId: 4, answer: {} }],
      discarded: ['unexpectedTransmitTimestamp'],
    });
  });

  it('takes the first of two answers', () => {
    expect(after(sent(4), answered(4), answered(4, maxTimeInterval), stamped(4))).toEqual({
      exchange: idleDelayExchange,
      measurement,
      discarded: [],
    });
    expect(after(sent(4), stamped(4), answered(4), answered(4)).discarded).toEqual([
      'unexpectedDelayResp',
    ]);
  });

  it('takes an answer that comes after the next request, in any order (B5)', () => {
    const two = [sent(4), stamped(4), sent(5), stamped(5)];
    expect(after(...two, answered(4)).measurement).toEqual(measurement);
    expect(after(...two, answered(5), answered(4)).measurement).toEqual(measurement);
  });

  it('counts a request that nobody answered when there is no more room for it', () => {
    const { exchange, discarded } = after(sent(4), stamped(4), sent(5), sent(6));
    expect(exchange.map(({ sequenceId }) => sequenceId)).toEqual([5, 6]);
    expect(discarded).toEqual(['delayRespMissing']);
    expect(after(sent(4), stamped(4), answered(4), sent(5), sent(6)).discarded).toEqual([]);
  });

  it('ends with a lost time stamp, answered or not', () => {
    const ended = { exchange: idleDelayExchange, discarded: ['transmitTimestampLost'] };
    expect(after(sent(4), lost(4))).toEqual(ended);
    expect(after(sent(4), answered(4), lost(4))).toEqual(ended);
    expect(after(sent(4), lost(3)).exchange).toEqual([{ sequenceId: 4 }]);
    expect(after(lost(4)).discarded).toEqual(['unexpectedTransmitTimestamp']);
  });

  it('refuses a correction "too big to be represented" (13.3.2.9)', () => {
    expect(after(sent(4), stamped(4), answered(4, maxTimeInterval))).toEqual({
      exchange: idleDelayExchange,
      discarded: ['correctionTooBig'],
    });
  });
});
