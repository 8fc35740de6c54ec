import { describe, expect, it } from 'vitest';
import type { Input, Output } from '../../../../src/core/io.js';
import { headerOf } from '../../../../src/core/port/port.js';
import type { TimeReceiverSettings } from '../../../../src/lab/stations/time-receiver.js';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { timeIntervalFromNs, zeroTimeInterval } from '../../../../src/core/time/time-interval.js';
import { zeroTimestamp } from '../../../../src/core/time/timestamp.js';
import {
  Flag,
  noLogMessageInterval,
  type Header,
  type MessageType,
} from '../../../../src/core/wire/header.js';
import { decode, encode, type Message } from '../../../../src/core/wire/message.js';
import {
  receiverSettings,
  sourceAddress,
  sourceSettings,
  TellingReceiver,
  type ToldSample,
} from '../../../support/ordinary-clocks.js';

const otherSource = {
  ...sourceSettings,
  portIdentity: { clockIdentity: clockIdentity(0x99n), portNumber: 1 },
};

type HeaderFields = Partial<Pick<Header, 'flagField' | 'correctionField' | 'logMessageInterval'>>;

function from(
  settings: typeof sourceSettings,
  messageType: MessageType,
  sequenceId: number,
  fields: HeaderFields = {},
) {
  return headerOf(settings, messageType, {
    flagField: 0,
    correctionField: zeroTimeInterval,
    sequenceId,
    logMessageInterval: 0,
    ...fields,
  });
}

function received(message: Message, ingressNs?: bigint, toUnicast = false): Input {
  return {
    kind: 'message',
    port: 0,
    message: encode(message),
    source: sourceAddress,
    toUnicast,
    ...(ingressNs !== undefined && { ingressTimestamp: instantFromNs(ingressNs) }),
  };
}

const announceFrom = (
  settings = sourceSettings,
  fields: HeaderFields = {},
  stepsRemoved = 0,
): Message => ({
  messageType: 'Announce',
  header: from(settings, 'Announce', 0, fields),
  originTimestamp: zeroTimestamp,
  ...settings.grandmaster,
  stepsRemoved,
  tlvs: [],
});

const syncFrom = (settings: typeof sourceSettings, sequenceId: number): Message => ({
  messageType: 'Sync',
  header: from(settings, 'Sync', sequenceId, { flagField: Flag.twoStep }),
  originTimestamp: zeroTimestamp,
  tlvs: [],
});

const followUpFrom = (
  settings: typeof sourceSettings,
  sequenceId: number,
  originNs: number,
  correctionNs = 0,
): Message => ({
  messageType: 'Follow_Up',
  header: from(settings, 'Follow_Up', sequenceId, {
    correctionField: timeIntervalFromNs(correctionNs),
  }),
  preciseOriginTimestamp: { secondsField: 0, nanosecondsField: originNs },
  tlvs: [],
});

const delayResp = (
  sequenceId: number,
  receiveNs: number,
  fields: HeaderFields = {},
  requestingPortIdentity = receiverSettings.portIdentity,
): Message => ({
  messageType: 'Delay_Resp',
  header: from(sourceSettings, 'Delay_Resp', sequenceId, fields),
  receiveTimestamp: { secondsField: 0, nanosecondsField: receiveNs },
  requestingPortIdentity,
  tlvs: [],
});

const delayReqTimer: Input = { kind: 'timer', timer: '0/delayReq' };

function listening(settings: Partial<TimeReceiverSettings> = {}) {
  const clock = new TellingReceiver({ ...receiverSettings, ...settings });
  clock.step({ kind: 'link', port: 0, up: true });
  return clock;
}

/** Announce and one Sync taken; the receiver is 1000 ns ahead, the path 200 ns long. */
function synced(settings: Partial<TimeReceiverSettings> = {}) {
  const clock = listening(settings);
  clock.step(received(announceFrom()));
  clock.step(received(syncFrom(sourceSettings, 1), 11_200n));
  const outputs = clock.step(received(followUpFrom(sourceSettings, 1, 10_000)));
  return { clock, outputs };
}

/** And one delay exchange complete. */
function calibrated() {
  const { clock } = synced();
  clock.step(delayReqTimer);
  clock.step({
    kind: 'transmitTimestamp',
    port: 0,
    context: 0,
    egressTimestamp: instantFromNs(21_000n),
  });
  clock.step(received(delayResp(0, 20_200)));
  return clock;
}

function portKind(clock: TellingReceiver) {
  return clock.stage;
}

const reasons = (outputs: readonly (Output | ToldSample)[]) =>
  outputs.flatMap((output) => (output.kind === 'discarded' ? [output.reason] : []));

describe('a link whose way in is 30 ns longer than the mean (11.6)', () => {
  const settings = { delayAsymmetry: timeIntervalFromNs(30) };

  it('has that subtracted from the correctionField of a Delay_Req', () => {
    const { clock } = synced(settings);
    const sent = clock.step(delayReqTimer).find(({ kind }) => kind === 'sendEvent');
    const decoded = sent?.kind === 'sendEvent' && decode(sent.message);
    expect(decoded).toMatchObject({
      message: { header: { correctionField: timeIntervalFromNs(-30) } },
    });
  });

  it('has it added to that of a Sync, so that the offset is right', () => {
    const { clock } = synced(settings);
    clock.step(delayReqTimer);
    clock.step({
      kind: 'transmitTimestamp',
      port: 0,
      context: 0,
      egressTimestamp: instantFromNs(21_000n),
    });
    clock.step(received(delayResp(0, 20_140, { correctionField: timeIntervalFromNs(-30) })));
    clock.step(received(syncFrom(sourceSettings, 2), 31_200n));
    const [sample] = clock.step(received(followUpFrom(sourceSettings, 2, 30_000)));
    expect(sample).toMatchObject({ corrected: { offsetNs: 1000, meanPathDelayNs: 170 } });
  });
});

describe('a time receiver', () => {
  it('measures the path before it is calibrated', () => {
    expect(portKind(new TellingReceiver(receiverSettings))).toBe('idle');
    expect(portKind(listening())).toBe('idle');
    expect(portKind(synced().clock)).toBe('measuringPath');
    expect(portKind(calibrated())).toBe('calibrated');
  });

  it('tells a sample for each Sync once it knows the path', () => {
    const clock = calibrated();
    clock.step(received(syncFrom(sourceSettings, 2), 31_250n));
    expect(clock.step(received(followUpFrom(sourceSettings, 2, 30_000, 50)))).toEqual([
      {
        kind: 'offsetSample',
        sequenceId: 2,
        corrected: { offsetNs: 1000, meanPathDelayNs: 200 },
        uncorrected: { offsetNs: 1050, meanPathDelayNs: 200 },
      },
    ]);
  });

  it('takes the median of the latest path delays: one request held up on its way moves nothing', () => {
    const clock = calibrated();
    const measure = (sequenceId: number, pathNs: number) => {
      const departure = 40_000 + 10_000 * sequenceId;
      clock.step(delayReqTimer);
      clock.step({
        kind: 'transmitTimestamp',
        port: 0,
        context: sequenceId,
        egressTimestamp: instantFromNs(BigInt(departure + 1_000)),
      });
      clock.step(received(delayResp(sequenceId, departure + 2 * pathNs - 200)));
    };
    measure(1, 202);
    measure(2, 50_000);
    clock.step(received(syncFrom(sourceSettings, 2), 91_203n));
    expect(clock.step(received(followUpFrom(sourceSettings, 2, 90_000)))).toMatchObject([
      { corrected: { offsetNs: 1001, meanPathDelayNs: 202 } },
    ]);
  });

  it('tells no offset before there are as many path delays as are needed', () => {
    const { clock } = synced({ pathDelaysNeeded: () => 3 });
    const kinds = [0, 1, 2].map((sequenceId) => {
      clock.step(delayReqTimer);
      clock.step({
        kind: 'transmitTimestamp',
        port: 0,
        context: sequenceId,
        egressTimestamp: instantFromNs(21_000n),
      });
      clock.step(received(delayResp(sequenceId, sequenceId === 0 ? 99_000 : 20_200)));
      return portKind(clock);
    });
    expect(kinds).toEqual(['measuringPath', 'measuringPath', 'calibrated']);
    clock.step(received(syncFrom(sourceSettings, 2), 31_200n));
    expect(clock.step(received(followUpFrom(sourceSettings, 2, 30_000)))).toMatchObject([
      { corrected: { offsetNs: 1000, meanPathDelayNs: 200 } },
    ]);
  });

  describe('whose port measures its link peer to peer', () => {
    const linkDelay = {
      kind: 'measured',
      meanLinkDelay: timeIntervalFromNs(150),
      neighbor: sourceSettings.portIdentity,
    } as const;

    it('asks nobody, and takes the delay of the link for that of the path', () => {
      const { clock, outputs } = synced({ linkDelay: () => linkDelay });
      expect(outputs).toEqual([
        {
          kind: 'offsetSample',
          sequenceId: 1,
          corrected: { offsetNs: 1050, meanPathDelayNs: 150 },
          uncorrected: { offsetNs: 1050, meanPathDelayNs: 150 },
        },
      ]);
      expect(portKind(clock)).toBe('calibrated');
    });

    it('tells nothing while the link is not measured', () => {
      let known = true;
      const { clock } = synced({
        linkDelay: () => (known ? linkDelay : { kind: 'unmeasured', reason: 'noResponse' }),
      });
      known = false;
      clock.step(received(syncFrom(sourceSettings, 2), 31_250n));
      expect(clock.step(received(followUpFrom(sourceSettings, 2, 30_000)))).toEqual([]);
      expect(portKind(clock)).toBe('measuringPath');
    });
  });

  it('takes no Sync before an Announce, and none of another master after it', () => {
    const clock = listening();
    expect(reasons(clock.step(received(syncFrom(sourceSettings, 1), 1n)))).toEqual(['otherMaster']);
    clock.step(received(announceFrom()));
    for (const message of [
      announceFrom(otherSource),
      syncFrom(otherSource, 1),
      followUpFrom(otherSource, 1, 1),
    ]) {
      expect(reasons(clock.step(received(message, 1n)))).toEqual(['otherMaster']);
    }
  });

  it('takes no Announce of an alternate master or 255 steps away (9.3.2.5)', () => {
    const clock = listening();
    const alternate = announceFrom(sourceSettings, { flagField: Flag.alternateMaster });
    const far = announceFrom(sourceSettings, {}, 255);
    expect(reasons(clock.step(received(alternate)))).toEqual(['unqualifiedAnnounce']);
    expect(reasons(clock.step(received(far)))).toEqual(['unqualifiedAnnounce']);
    expect(portKind(clock)).toBe('idle');
    clock.step(received(announceFrom(sourceSettings, {}, 254)));
    expect(portKind(clock)).toBe('measuringPath');
  });

  it('waits three announce intervals for the next Announce, then takes another master (9.2.6.12)', () => {
    const clock = listening();
    expect(clock.step(received(announceFrom()))).toEqual([
      { kind: 'setTimer', timer: '0/announceReceipt', after: 6e9 },
    ]);
    expect(clock.step({ kind: 'timer', timer: '0/announceReceipt' })).toEqual([
      { kind: 'cancelTimer', timer: '0/delayReq' },
    ]);
    expect(portKind(clock)).toBe('idle');
    clock.step(received(announceFrom(otherSource)));
    expect(clock.stage).toBe('measuringPath');
    expect(clock.master).toEqual(otherSource.portIdentity);
  });

  it('asks for the delay once there is a Sync, at random times around the interval (9.5.11.2)', () => {
    const asked = (random: number) =>
      synced({ random: () => random, logMinDelayReqInterval: -2 }).outputs;
    expect(asked(0)).toEqual([{ kind: 'setTimer', timer: '0/delayReq', after: 0 }]);
    expect(asked(0.75)).toEqual([{ kind: 'setTimer', timer: '0/delayReq', after: 375e6 }]);
  });

  it('keeps to the interval that a multicast Delay_Resp tells, if it can be believed', () => {
    const nextRequestAfter = (logMessageInterval: number) => {
      const { clock } = synced();
      clock.step(delayReqTimer);
      clock.step(received(delayResp(0, 1, { logMessageInterval })));
      return clock.step(delayReqTimer).find(({ kind }) => kind === 'setTimer');
    };
    expect(nextRequestAfter(-4)).toMatchObject({ after: 62.5e6 });
    expect(nextRequestAfter(noLogMessageInterval)).toMatchObject({ after: 1e9 });
    expect(nextRequestAfter(-128)).toMatchObject({ after: 1e9 });
  });

  it.each([
    ['multicast', { kind: 'multicast' }, 0],
    ['hybrid', sourceAddress, Flag.unicast],
  ] as const)('sends its Delay_Req %s', (transmission, destination, flagField) => {
    const { clock } = synced({ transmission });
    const request = clock.step(delayReqTimer).find((output) => output.kind === 'sendEvent');
    if (request === undefined) throw new Error('no Delay_Req');
    expect(request.destination).toEqual(destination);
    expect(decode(request.message)).toMatchObject({
      message: {
        messageType: 'Delay_Req',
        header: { flagField, sequenceId: 0, logMessageInterval: noLogMessageInterval },
      },
    });
  });

  it('listens to unicast messages alone when set so, and to multicast ones alone otherwise', () => {
    for (const transmission of ['multicast', 'hybrid', 'unicast'] as const) {
      const clock = listening({ transmission });
      const wanted = transmission === 'unicast';
      expect(reasons(clock.step(received(announceFrom(), undefined, !wanted)))).toEqual([
        'otherTransmission',
      ]);
      expect(reasons(clock.step(received(announceFrom(), undefined, wanted)))).toEqual([]);
    }
  });

  it('leaves the answers to other ports alone', () => {
    const { clock } = synced();
    clock.step(delayReqTimer);
    const other = { ...receiverSettings.portIdentity, portNumber: 2 };
    expect(reasons(clock.step(received(delayResp(0, 1, {}, other))))).toEqual([
      'delayRespForOtherPort',
    ]);
  });

  it('cannot use a Sync without time stamp', () => {
    const { clock } = synced();
    expect(reasons(clock.step(received(syncFrom(sourceSettings, 2))))).toEqual([
      'noIngressTimestamp',
    ]);
  });

  it('forgets its master and stops asking when the link goes down', () => {
    const clock = calibrated();
    expect(clock.step({ kind: 'link', port: 0, up: false })).toEqual([
      { kind: 'cancelTimer', timer: '0/announceReceipt' },
      { kind: 'cancelTimer', timer: '0/delayReq' },
    ]);
    clock.step({ kind: 'link', port: 0, up: true });
    expect(portKind(clock)).toBe('idle');
  });

  it('does not take the time stamp of one request for that of a later one', () => {
    const clock = calibrated();
    const second = clock.step(delayReqTimer).find((output) => output.kind === 'sendEvent');
    expect(second?.context).toBe(1);
    const late: Input = {
      kind: 'transmitTimestamp',
      port: 0,
      context: 0,
      egressTimestamp: instantFromNs(1n),
    };
    expect(reasons(clock.step(late))).toEqual(['unexpectedTransmitTimestamp']);
  });
});
