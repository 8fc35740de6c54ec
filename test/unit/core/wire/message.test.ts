/** Fields of captured messages as tshark decodes them, and every way in which octets fail to be a message. */
import { describe, expect, it } from 'vitest';
import { clockIdentity } from '../../../../src/core/time/identity.js';
import { timeInterval } from '../../../../src/core/time/time-interval.js';
import { Flag, type MessageType, noLogMessageInterval } from '../../../../src/core/wire/header.js';
import { decode, encode, type Message } from '../../../../src/core/wire/message.js';
import { followUpInformationOf } from '../../../../src/core/wire/tlv/organization-extension.js';
import { announceFrom, headerFrom } from '../../../support/announces.js';
import { ptpFramesOf } from '../../../support/ptp-frames.js';

const grandmaster = { clockIdentity: clockIdentity(0x020000fffe000001n), portNumber: 1 };
const slave = { clockIdentity: clockIdentity(0x020000fffe000002n), portNumber: 1 };

/** The first message of that type in a capture. */
function firstOf(capture: string, messageType: MessageType, from = grandmaster): Message {
  for (const { payload } of ptpFramesOf(capture)) {
    const result = decode(payload);
    if (
      result.ok &&
      result.message.messageType === messageType &&
      result.message.header.sourcePortIdentity.clockIdentity === from.clockIdentity
    ) {
      return result.message;
    }
  }
  throw new Error(`no ${messageType} in ${capture}`);
}

describe('captured messages', () => {
  it('Announce: header and grandmaster', () => {
    expect(firstOf('l2-e2e', 'Announce')).toEqual({
      messageType: 'Announce',
      header: {
        sdoId: 0,
        minorVersionPTP: 1,
        domainNumber: 0,
        flagField: 0,
        correctionField: 0n,
        messageTypeSpecific: 0,
        sourcePortIdentity: grandmaster,
        sequenceId: 0,
        controlField: 0,
        logMessageInterval: 0,
      },
      originTimestamp: { secondsField: 0, nanosecondsField: 0 },
      currentUtcOffset: 37,
      grandmasterPriority1: 10,
      grandmasterClockQuality: {
        clockClass: 248,
        clockAccuracy: 0xfe,
        offsetScaledLogVariance: 0xffff,
      },
      grandmasterPriority2: 128,
      grandmasterIdentity: grandmaster.clockIdentity,
      stepsRemoved: 0,
      timeSource: 0xa0,
      tlvs: [],
    });
  });

  it('Sync: flags, interval, domain and sdoId of the telecom and 802.1AS profiles', () => {
    expect(firstOf('g8275-1', 'Sync').header).toMatchObject({
      domainNumber: 24,
      flagField: Flag.twoStep,
      logMessageInterval: -4,
      sdoId: 0,
    });
    expect(firstOf('gptp', 'Sync').header).toMatchObject({ sdoId: 0x100, logMessageInterval: -3 });
  });

  it('Follow_Up: preciseOriginTimestamp', () => {
    expect(firstOf('l2-authentication', 'Follow_Up')).toMatchObject({
      preciseOriginTimestamp: { secondsField: 1795373607, nanosecondsField: 152132638 },
    });
  });

  it('Delay_Resp: whom it answers', () => {
    const delayResp = firstOf('udp4-hybrid', 'Delay_Resp');
    expect(delayResp).toMatchObject({ requestingPortIdentity: slave });
    expect(delayResp.header).toMatchObject({
      flagField: Flag.unicast,
      logMessageInterval: noLogMessageInterval,
    });
  });

  it('Announce: PATH_TRACE', () => {
    expect(firstOf('l2-path-trace', 'Announce').tlvs).toEqual([
      { tlvType: 'PATH_TRACE', pathSequence: [grandmaster.clockIdentity] },
    ]);
  });

  it('Announce: AUTHENTICATION', () => {
    const [tlv] = firstOf('l2-authentication', 'Announce').tlvs;
    expect(tlv).toMatchObject({
      tlvType: 'AUTHENTICATION',
      spp: 0,
      secParamIndicator: 0,
      keyID: 1,
    });
    expect(tlv).toHaveProperty('securityFields.length', 16);
  });

  it('Signaling: REQUEST_ and GRANT_UNICAST_TRANSMISSION', () => {
    const request = firstOf('udp4-unicast-negotiation', 'Signaling', slave);
    expect(request.tlvs).toEqual([
      {
        tlvType: 'REQUEST_UNICAST_TRANSMISSION',
        messageType: 'Announce',
        logInterMessagePeriod: 0,
        durationField: 60,
      },
    ]);
    const grant = firstOf('udp4-unicast-negotiation', 'Signaling');
    expect(grant).toMatchObject({
      targetPortIdentity: slave,
      tlvs: [
        {
          tlvType: 'GRANT_UNICAST_TRANSMISSION',
          messageType: 'Announce',
          durationField: 60,
          renewalInvited: true,
        },
      ],
    });
  });

  it('Management: request, response and error status', () => {
    const messages = ptpFramesOf('l2-management').flatMap(({ payload }) => {
      const result = decode(payload);
      return result.ok && result.message.messageType === 'Management' ? [result.message] : [];
    });
    const tlvs = messages.flatMap(({ actionField, tlvs }) =>
      tlvs.map((tlv) => ({ actionField, ...tlv })),
    );
    expect(tlvs).toContainEqual({
      actionField: 0,
      tlvType: 'MANAGEMENT',
      managementId: 0x2005,
      dataField: new Uint8Array(2),
    });
    expect(tlvs).toContainEqual({
      actionField: 2,
      tlvType: 'MANAGEMENT',
      managementId: 0x2005,
      dataField: Uint8Array.of(10, 0),
    });
    expect(tlvs).toContainEqual({
      actionField: 2,
      tlvType: 'MANAGEMENT_ERROR_STATUS',
      managementErrorId: 6,
      managementId: 0xc004,
      displayData: new Uint8Array(0),
    });
  });

  it('Follow_Up: the information TLV of 802.1AS', () => {
    const [tlv] = firstOf('gptp', 'Follow_Up').tlvs;
    if (tlv?.tlvType !== 'ORGANIZATION_EXTENSION') throw new Error('no ORGANIZATION_EXTENSION');
    expect(followUpInformationOf(tlv)).toEqual({
      cumulativeScaledRateOffset: 0,
      gmTimeBaseIndicator: 0,
      lastGmPhaseChange: 0n,
      scaledLastGmFreqChange: 0,
    });
    expect(followUpInformationOf({ ...tlv, organizationSubType: 2 })).toBeUndefined();
  });
});

describe('what is not a message', () => {
  const header = headerFrom(grandmaster, { sequenceId: 7 });
  const followUp: Message = {
    messageType: 'Follow_Up',
    header,
    preciseOriginTimestamp: { secondsField: 1, nanosecondsField: 999_999_999 },
    tlvs: [{ tlvType: 'PATH_TRACE', pathSequence: [grandmaster.clockIdentity] }],
  };
  const tlvOffset = 44;

  /** A good Follow_Up with octets overwritten. */
  function corrupted(offset: number, ...octets: number[]): Uint8Array {
    const message = encode(followUp);
    message.set(octets, offset);
    return message;
  }

  it.each([
    ['nothing', new Uint8Array(0), 'truncatedHeader'],
    ['33 octets', encode(followUp).subarray(0, 33), 'truncatedHeader'],
    ['versionPTP 1', corrupted(1, 0x01), 'unsupportedVersion'],
    ['versionPTP 3', corrupted(1, 0x13), 'unsupportedVersion'],
    ['message type 7', corrupted(0, 0x07), 'reservedMessageType'],
    ['message type E', corrupted(0, 0x0e), 'reservedMessageType'],
    ['a messageLength that cuts the body', corrupted(2, 0, 43), 'messageLengthTooShort'],
    ['a messageLength of zero', corrupted(2, 0, 0), 'messageLengthTooShort'],
    ['a messageLength beyond the end', corrupted(2, 0, 57), 'messageLengthBeyondEnd'],
    ['10^9 nanoseconds', corrupted(40, 0x3b, 0x9a, 0xca, 0x00), 'nanosecondsOutOfRange'],
    ['a TLV header cut short', corrupted(2, 0, tlvOffset + 3), 'malformedTlv'],
    ['a lengthField beyond the end', corrupted(tlvOffset + 2, 0, 10), 'malformedTlv'],
    ['an odd lengthField', corrupted(tlvOffset, 0x7f, 0x01, 0, 7), 'malformedTlv'],
    ['a PATH_TRACE of half a clockIdentity', corrupted(tlvOffset + 2, 0, 4), 'malformedTlv'],
    ['a GRANT of the wrong length', corrupted(tlvOffset, 0, 5, 0, 6), 'malformedTlv'],
    ['a REQUEST for a reserved type', corrupted(tlvOffset, 0, 4, 0, 6, 0xf0), 'malformedTlv'],
  ])('%s', (_, octets, reason) => {
    expect(decode(octets)).toEqual({ ok: false, reason });
  });

  it.each([
    ['two octets beyond its last field', [0, 0], 0],
    ['a TLV header cut short', [0x40, 0x01, 0], 0],
    ['a lengthField beyond the end', [0x40, 0x01, 0, 4, 1, 2], 0],
    ['an odd lengthField behind a TLV', [0x40, 0x01, 0, 2, 1, 2, 0x40, 0x02, 0, 1, 7], 1],
    ['half a PATH_TRACE behind a TLV', [0x40, 0x01, 0, 2, 1, 2, 0, 8, 0, 4, 1, 2, 3, 4], 1],
  ])('but an Announce is one with %s, without that', (_, rest, kept) => {
    const announce = encode(announceFrom(grandmaster, { grandmasterPriority1: 7 }));
    const octets = Uint8Array.from([...announce, ...rest]);
    octets[3] = octets.length;
    const result = decode(octets);
    expect(result).toMatchObject({ ok: true, isMalformed: true });
    expect(result).toMatchObject({ message: { grandmasterPriority1: 7 } });
    expect(result.ok && result.message.tlvs).toHaveLength(kept);
  });

  it('is well formed before it is corrupted', () => {
    expect(decode(encode(followUp))).toEqual({
      ok: true,
      message: followUp,
      trailing: new Uint8Array(0),
    });
  });

  // Octets 40 to 43 are the nanoseconds of a message's first time.
  it.each([
    ['a two-step Sync', 0x0, 44, 0x02, true],
    ['a one-step Sync', 0x0, 44, 0x00, false],
    ['a Delay_Req', 0x1, 44, 0x00, true],
    ['a Pdelay_Req', 0x2, 54, 0x00, true],
    ['an Announce', 0xb, 64, 0x00, true],
    ['a Follow_Up', 0x8, 44, 0x00, false],
  ])(
    '10^9 nanoseconds in %s, or nothing lost where nobody reads them',
    (_, type, length, flags, isTaken) => {
      const octets = new Uint8Array(length);
      octets.set([type, 0x12, 0, length, 0, 0, flags]);
      octets.set([0x3b, 0x9a, 0xca, 0x00], 40);
      expect(decode(octets).ok).toBe(isTaken);
    },
  );

  it('keeps a TLV of a type it does not know, and what follows the message', () => {
    const octets = new Uint8Array([...corrupted(tlvOffset, 0x7f, 0x01), 0xca, 0xfe]);
    expect(decode(octets)).toMatchObject({
      ok: true,
      message: { tlvs: [{ tlvType: 'unknown', code: 0x7f01 }] },
      trailing: Uint8Array.of(0xca, 0xfe),
    });
  });

  it('shares no memory with the octets it came from', () => {
    const octets = Buffer.from(corrupted(tlvOffset, 0x7f, 0x01));
    const result = decode(octets);
    octets.fill(0xff);
    expect(result).toMatchObject({
      message: {
        tlvs: [{ valueField: Uint8Array.of(0x02, 0, 0, 0xff, 0xfe, 0, 0, 0x01) }],
      },
    });
  });

  it('keeps negative and extreme corrections', () => {
    for (const correctionField of [-1n, (1n << 63n) - 1n, -(1n << 63n)].map(timeInterval)) {
      const message = { ...followUp, header: { ...header, correctionField } };
      expect(decode(encode(message))).toMatchObject({ message });
    }
  });

  it('is refused by encode when longer than messageLength can tell', () => {
    const pad = { tlvType: 'PAD', pad: new Uint8Array(0xfff0) } as const;
    expect(() => encode({ ...followUp, tlvs: [pad] })).toThrow(RangeError);
    const longPad = { tlvType: 'PAD', pad: new Uint8Array(0x10000) } as const;
    expect(() => encode({ ...followUp, tlvs: [longPad] })).toThrow('lengthField');
  });
});
