import { describe, expect, it } from 'vitest';
import type { Input, Output } from '../../../../src/core/io.js';
import { headerOf } from '../../../../src/core/port/port.js';
import { maxPendingFollowUps } from '../../../../src/core/port/transmitter.js';
import { TimeSource } from '../../../../src/lab/stations/time-source.js';
import { instantAfter, instantFromNs, type Instant } from '../../../../src/core/time/instant.js';
import { timeInterval, timeIntervalFromNs } from '../../../../src/core/time/time-interval.js';
import { zeroTimestamp } from '../../../../src/core/time/timestamp.js';
import { Flag, noLogMessageInterval } from '../../../../src/core/wire/header.js';
import { decode, encode, type Message } from '../../../../src/core/wire/message.js';
import {
  receiverAddress,
  receiverSettings,
  sourceSettings,
} from '../../../support/ordinary-clocks.js';

const linkUp: Input = { kind: 'link', port: 0, up: true };

type Sent = Extract<Output, { kind: 'sendEvent' | 'sendGeneral' }>;

function sentBy(outputs: readonly Output[]): { output: Sent; message: Message }[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'sendEvent' && output.kind !== 'sendGeneral') return [];
    const result = decode(output.message);
    if (!result.ok) throw new Error(result.reason);
    return [{ output, message: result.message }];
  });
}

function started(settings = sourceSettings) {
  const clock = new TimeSource(settings);
  return { clock, outputs: clock.step(linkUp) };
}

function delayReq(toUnicast: boolean, ingressTimestamp?: Instant): Input {
  return {
    kind: 'message',
    port: 0,
    message: encode({
      messageType: 'Delay_Req',
      header: headerOf(receiverSettings, 'Delay_Req', {
        flagField: toUnicast ? Flag.unicast : 0,
        correctionField: timeIntervalFromNs(12.5),
        sequenceId: 77,
        logMessageInterval: noLogMessageInterval,
      }),
      originTimestamp: zeroTimestamp,
      tlvs: [],
    }),
    source: receiverAddress,
    toUnicast,
    ...(ingressTimestamp !== undefined && { ingressTimestamp }),
  };
}

describe('a time source', () => {
  it('is silent until its link is up, and once it is down again', () => {
    const clock = new TimeSource(sourceSettings);
    expect(clock.step({ kind: 'timer', timer: '0/sync' })).toEqual([
      { kind: 'discarded', port: 0, reason: 'linkDown' },
    ]);
    clock.step(linkUp);
    expect(clock.step({ kind: 'link', port: 0, up: false })).toEqual([
      { kind: 'cancelTimer', timer: '0/announce' },
      { kind: 'cancelTimer', timer: '0/sync' },
    ]);
    expect(sentBy(clock.step({ kind: 'timer', timer: '0/sync' }))).toEqual([]);
  });

  it('begins with Announce and Sync and the timers of the next ones', () => {
    const { outputs } = started();
    expect(sentBy(outputs).map(({ message }) => message.messageType)).toEqual(['Announce', 'Sync']);
    expect(outputs).toContainEqual({ kind: 'setTimer', timer: '0/announce', after: 2e9 });
    expect(outputs).toContainEqual({ kind: 'setTimer', timer: '0/sync', after: 1e9 });
  });

  it('announces itself as grandmaster', () => {
    const [announce] = sentBy(
      started({ ...sourceSettings, announceFlags: Flag.ptpTimescale }).outputs,
    );
    expect(announce?.message).toMatchObject({
      ...sourceSettings.grandmaster,
      stepsRemoved: 0,
      header: {
        flagField: Flag.ptpTimescale,
        sourcePortIdentity: sourceSettings.portIdentity,
        logMessageInterval: 1,
      },
    });
  });

  it('sends a two-step Sync and its transmit time stamp in the Follow_Up, the fraction corrected', () => {
    const { clock, outputs } = started();
    const sync = sentBy(outputs).find(({ message }) => message.messageType === 'Sync');
    if (sync?.output.kind !== 'sendEvent') throw new Error('Sync is not sent as an event message');
    expect(sync.message.header.flagField).toBe(Flag.twoStep);

    const [followUp] = sentBy(
      clock.step({
        kind: 'transmitTimestamp',
        port: 0,
        context: sync.output.context,
        egressTimestamp: instantAfter(instantFromNs(3_000_000_021n), timeInterval(0x8000n)),
      }),
    );
    expect(followUp?.output.kind).toBe('sendGeneral');
    expect(followUp?.message).toMatchObject({
      messageType: 'Follow_Up',
      header: { sequenceId: sync.message.header.sequenceId, correctionField: 0x8000n },
      preciseOriginTimestamp: { secondsField: 3, nanosecondsField: 21 },
    });
  });

  it('sends one Follow_Up a Sync, none when the time stamp is lost', () => {
    const { clock } = started();
    const report: Input = {
      kind: 'transmitTimestamp',
      port: 0,
      context: 0,
      egressTimestamp: instantFromNs(1n),
    };
    expect(sentBy(clock.step(report))).toHaveLength(1);
    expect(clock.step(report)).toEqual([
      { kind: 'discarded', port: 0, reason: 'unexpectedTransmitTimestamp' },
    ]);
    clock.step({ kind: 'timer', timer: '0/sync' });
    expect(clock.step({ kind: 'transmitTimestampLost', port: 0, context: 1 })).toEqual([
      { kind: 'discarded', port: 0, reason: 'transmitTimestampLost' },
    ]);
    expect(sentBy(clock.step({ ...report, context: 1 }))).toEqual([]);
  });

  it('counts sequenceIds of Announce and Sync apart, and round at 2^16 (7.3.7)', () => {
    const { clock } = started();
    const sequenceIdAfter = (timer: string) =>
      sentBy(clock.step({ kind: 'timer', timer }))[0]?.message.header.sequenceId;
    expect(sequenceIdAfter('0/sync')).toBe(1);
    expect(sequenceIdAfter('0/sync')).toBe(2);
    expect(sequenceIdAfter('0/announce')).toBe(1);
    for (let count = 2; count < 0xffff; count += 1)
      clock.step({ kind: 'timer', timer: '0/announce' });
    expect(sequenceIdAfter('0/announce')).toBe(0xffff);
    expect(sequenceIdAfter('0/announce')).toBe(0);
  });

  it('waits for a bounded number of time stamps and gives up the oldest', () => {
    const { clock } = started();
    for (let count = 1; count < maxPendingFollowUps; count += 1) {
      clock.step({ kind: 'timer', timer: '0/sync' });
    }
    expect(clock.step({ kind: 'timer', timer: '0/sync' })).toContainEqual({
      kind: 'discarded',
      port: 0,
      reason: 'tooManyPendingFollowUps',
    });
    const stampOf = (context: number): Input => ({
      kind: 'transmitTimestamp',
      port: 0,
      context,
      egressTimestamp: instantFromNs(1n),
    });
    expect(sentBy(clock.step(stampOf(0)))).toEqual([]);
    expect(sentBy(clock.step(stampOf(1)))).toHaveLength(1);
  });

  it('answers a multicast Delay_Req to the group with its correction and interval', () => {
    const { clock } = started();
    const [delayResp] = sentBy(clock.step(delayReq(false, instantFromNs(9_000_000_001n))));
    expect(delayResp?.output.destination).toEqual({ kind: 'multicast' });
    expect(delayResp?.message).toMatchObject({
      messageType: 'Delay_Resp',
      header: {
        flagField: 0,
        sequenceId: 77,
        correctionField: timeIntervalFromNs(12.5),
        logMessageInterval: 0,
      },
      receiveTimestamp: { secondsField: 9, nanosecondsField: 1 },
      requestingPortIdentity: receiverSettings.portIdentity,
    });
  });

  it('answers a unicast Delay_Req to its sender alone', () => {
    const { clock } = started();
    const [delayResp] = sentBy(clock.step(delayReq(true, instantFromNs(1n))));
    expect(delayResp?.output.destination).toEqual(receiverAddress);
    expect(delayResp?.message.header).toMatchObject({
      flagField: Flag.unicast,
      logMessageInterval: noLogMessageInterval,
    });
  });

  it('takes the fraction of the receive time off the correction (11.3.2)', () => {
    const { clock } = started();
    const arrival = instantAfter(instantFromNs(1n), timeIntervalFromNs(0.25));
    const [delayResp] = sentBy(clock.step(delayReq(false, arrival)));
    expect(delayResp?.message.header.correctionField).toBe(timeIntervalFromNs(12.25));
  });

  it('cannot answer a Delay_Req without time stamp', () => {
    const { clock } = started();
    expect(clock.step(delayReq(false))).toEqual([
      { kind: 'discarded', port: 0, reason: 'noIngressTimestamp' },
    ]);
  });

  it('serves unicast receivers beside the group, Follow_Up to where its Sync went', () => {
    const { clock, outputs } = started({ ...sourceSettings, unicastReceivers: [receiverAddress] });
    const unicast = sentBy(outputs).filter(({ output }) => output.destination.kind === 'unicast');
    expect(unicast.map(({ message }) => [message.messageType, message.header.flagField])).toEqual([
      ['Announce', Flag.unicast],
      ['Sync', Flag.unicast | Flag.twoStep],
    ]);
    const contexts = outputs.flatMap((output) =>
      output.kind === 'sendEvent' ? [[output.destination.kind, output.context] as const] : [],
    );
    for (const [kind, context] of contexts) {
      const [followUp] = sentBy(
        clock.step({
          kind: 'transmitTimestamp',
          port: 0,
          context,
          egressTimestamp: instantFromNs(1n),
        }),
      );
      expect(followUp?.output.destination.kind).toBe(kind);
    }
    expect(new Set(contexts.map(([, context]) => context)).size).toBe(2);
  });

  it('takes no message of another domain, another sdoId or its own clock', () => {
    const { clock } = started();
    const request = delayReq(false, instantFromNs(1n));
    if (request.kind !== 'message') throw new Error('not a message');
    const reasonFor = (overwrite: (octets: Uint8Array) => void) => {
      const message = request.message.slice();
      overwrite(message);
      return clock.step({ ...request, message });
    };
    const because = (reason: string) => [{ kind: 'discarded', port: 0, reason }];
    expect(reasonFor((octets) => (octets[4] = 1))).toEqual(because('otherDomain'));
    expect(reasonFor((octets) => (octets[5] = 1))).toEqual(because('otherSdoId'));
    expect(reasonFor((octets) => (octets[0] = 0x11))).toEqual(because('otherSdoId'));
    expect(reasonFor((octets) => (octets[27] = 1))).toEqual(because('ownMessage'));
    expect(reasonFor((octets) => (octets[1] = 1))).toEqual(because('unsupportedVersion'));
    expect(clock.step({ ...request, port: 3 })).toEqual([
      { kind: 'discarded', port: 3, reason: 'otherPort' },
    ]);
  });
});
