/** Peer delay exchanges of linuxptp, as captured at the requester, through our requester and our responder. */
import { describe, expect, it } from 'vitest';
import { PeerDelayLink } from '../../../../src/core/port/link.js';
import { instantFromNs } from '../../../../src/core/time/instant.js';
import { Flag } from '../../../../src/core/wire/header.js';
import { timeIntervalToNs } from '../../../../src/core/time/time-interval.js';
import { decoded, neighborAddress, only, peerDelaySettings } from '../../../support/peer-delay.js';
import { ptpFramesOf, type PtpFrame } from '../../../support/ptp-frames.js';

const captures = ['l2-p2p', 'udp4-p2p', 'udp6-p2p', 'gptp'];

/** The captures were taken at this one's cable end. */
const requesterMac = '020000000002';

const sourceMac = ({ frame }: PtpFrame) => Buffer.from(frame.subarray(6, 12)).toString('hex');
const messageIn = ({ payload }: PtpFrame) => decoded(payload);
const typeOf = (frame: PtpFrame) => messageIn(frame).messageType;

/** Nanoseconds of the Timestamp that every peer delay message has after its header. */
function timestampNs({ payload }: PtpFrame): bigint {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const seconds = BigInt(view.getUint16(34)) * 2n ** 32n + BigInt(view.getUint32(36));
  return seconds * 1_000_000_000n + BigInt(view.getUint32(40));
}

/** The first exchange that the requester began and that was answered. */
function firstExchange(capture: string) {
  const frames = ptpFramesOf(capture);
  const request = frames.find(
    (frame) => typeOf(frame) === 'Pdelay_Req' && sourceMac(frame) === requesterMac,
  );
  const answers = frames.filter((frame) => sourceMac(frame) !== requesterMac);
  const response = answers.find((frame) => typeOf(frame) === 'Pdelay_Resp');
  const followUp = answers.find((frame) => typeOf(frame) === 'Pdelay_Resp_Follow_Up');
  if (!request || !response || !followUp) throw new Error(`${capture}: no whole exchange`);
  return { request, response, followUp };
}

const received = (frame: PtpFrame, port: number) => ({
  kind: 'message' as const,
  port,
  message: frame.payload.subarray(0, frame.ptpLength),
  source: neighborAddress,
  toUnicast: false,
});

describe.each(captures)('capture %s', (capture) => {
  const { request, response, followUp } = firstExchange(capture);
  const { header } = messageIn(request);

  it('gives the delay that follows from its time stamps', () => {
    const { port } = peerDelaySettings;
    const instance = new PeerDelayLink({
      ...peerDelaySettings,
      portIdentity: header.sourcePortIdentity,
    });
    let outputs = instance.step({ kind: 'link', port, up: true });
    // Ours count their requests from 0 as well.
    for (let sequenceId = 0; sequenceId < header.sequenceId; sequenceId += 1) {
      outputs = instance.step({ kind: 'timer', timer: `${port}/pdelayReq` });
    }
    const [sent] = only(outputs, 'sendEvent');
    instance.step({
      kind: 'transmitTimestamp',
      port,
      context: sent?.context ?? NaN,
      egressTimestamp: instantFromNs(request.timestampNs),
    });
    const ingressTimestamp = instantFromNs(response.timestampNs);
    instance.step({ ...received(response, port), ingressTimestamp });
    instance.step(received(followUp, port));

    const linkDelay = instance.linkDelay();
    if (linkDelay.kind !== 'measured') throw new Error(linkDelay.reason);
    const there = response.timestampNs - request.timestampNs;
    const turnaround = timestampNs(followUp) - timestampNs(response);
    expect(timeIntervalToNs(linkDelay.meanLinkDelay)).toBe(Number(there - turnaround) / 2);
    expect(linkDelay.neighbor).toEqual(messageIn(response).header.sourcePortIdentity);
  });

  it('is answered as linuxptp answers it', () => {
    const { port } = peerDelaySettings;
    const instance = new PeerDelayLink(peerDelaySettings);
    instance.step({ kind: 'link', port, up: true });
    const ingressTimestamp = instantFromNs(timestampNs(response));
    const [answer] = only(
      instance.step({ ...received(request, port), ingressTimestamp }),
      'sendEvent',
    );
    if (answer === undefined) throw new Error('no Pdelay_Resp');
    const [completed] = only(
      instance.step({
        kind: 'transmitTimestamp',
        port,
        context: answer.context,
        egressTimestamp: instantFromNs(timestampNs(followUp)),
      }),
      'sendGeneral',
    );
    if (completed === undefined) throw new Error('no Pdelay_Resp_Follow_Up');

    for (const [ours, theirs] of [
      [answer.message, response],
      [completed.message, followUp],
    ] as const) {
      const expected = messageIn(theirs);
      const { flagField } = expected.header;
      expect(decoded(ours)).toEqual({
        ...expected,
        header: {
          ...expected.header,
          sourcePortIdentity: peerDelaySettings.portIdentity,
          // linuxptp sets what 1588-2008 asks for; 802.1AS has it set ptpTimescale.
          controlField: 0,
          flagField: flagField & Flag.twoStep,
        },
      });
    }
  });
});
