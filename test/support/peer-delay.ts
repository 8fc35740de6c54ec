/** A port that measures its link, the neighbour that answers it, and the messages between them. */
import { PeerDelayLink } from '../../src/core/port/link.js';
import type { Input, Output, PeerAddress } from '../../src/core/io.js';
import type { PeerDelaySettings } from '../../src/core/port/peer-delay.js';
import { defaultProfile } from '../../src/core/profile/default.js';
import { clockIdentityFromMac, type PortIdentity } from '../../src/core/time/identity.js';
import { instantFromNs } from '../../src/core/time/instant.js';
import { zeroTimeInterval, type TimeInterval } from '../../src/core/time/time-interval.js';
import { timestampFromInstant, type Timestamp } from '../../src/core/time/timestamp.js';
import { Flag, noLogMessageInterval, type Header } from '../../src/core/wire/header.js';
import { decode, encode, type Message, type MessageOf } from '../../src/core/wire/message.js';
import { headerFrom } from './announces.js';

export const ownIdentity: PortIdentity = {
  clockIdentity: clockIdentityFromMac('02:00:00:00:00:01'),
  portNumber: 3,
};
export const neighborIdentity: PortIdentity = {
  clockIdentity: clockIdentityFromMac('02:00:00:00:00:02'),
  portNumber: 1,
};
export const neighborAddress: Extract<PeerAddress, { kind: 'unicast' }> = {
  kind: 'unicast',
  mac: '02:00:00:00:00:02',
};

export const peerDelaySettings: PeerDelaySettings = {
  port: 2,
  portIdentity: ownIdentity,
  transport: 'l2',
  domainNumber: 0,
  sdoId: 0,
  profile: defaultProfile,
  logMinPdelayReqInterval: 0,
};

export const timestampOf = (ns: bigint): Timestamp =>
  timestampFromInstant(instantFromNs(ns)).timestamp;

interface AnswerFields {
  readonly from?: PortIdentity;
  readonly to?: PortIdentity;
  readonly correctionField?: TimeInterval;
}

function answerHeader(request: Header, flagField: number, fields: AnswerFields): Header {
  return {
    ...request,
    flagField,
    correctionField: fields.correctionField ?? zeroTimeInterval,
    sourcePortIdentity: fields.from ?? neighborIdentity,
    logMessageInterval: noLogMessageInterval,
  };
}

export function pdelayResp(
  request: Header,
  receiptNs: bigint,
  fields: AnswerFields & { readonly oneStep?: boolean } = {},
): MessageOf<'Pdelay_Resp'> {
  return {
    messageType: 'Pdelay_Resp',
    header: answerHeader(request, fields.oneStep ? 0 : Flag.twoStep, fields),
    requestReceiptTimestamp: timestampOf(receiptNs),
    requestingPortIdentity: fields.to ?? request.sourcePortIdentity,
    tlvs: [],
  };
}

export function pdelayRespFollowUp(
  request: Header,
  originNs: bigint,
  fields: AnswerFields = {},
): MessageOf<'Pdelay_Resp_Follow_Up'> {
  return {
    messageType: 'Pdelay_Resp_Follow_Up',
    header: answerHeader(request, 0, fields),
    responseOriginTimestamp: timestampOf(originNs),
    requestingPortIdentity: fields.to ?? request.sourcePortIdentity,
    tlvs: [],
  };
}

export function pdelayReq(fields: Partial<Header> = {}): MessageOf<'Pdelay_Req'> {
  return {
    messageType: 'Pdelay_Req',
    header: headerFrom(neighborIdentity, {
      sequenceId: 7,
      logMessageInterval: noLogMessageInterval,
      ...fields,
    }),
    originTimestamp: timestampOf(0n),
    tlvs: [],
  };
}

type Of<Kind extends Output['kind']> = Extract<Output, { kind: Kind }>;

export function only<Kind extends Output['kind']>(
  outputs: readonly Output[],
  kind: Kind,
): Of<Kind>[] {
  return outputs.filter((output): output is Of<Kind> => output.kind === kind);
}

export function reasons(outputs: readonly Output[]): string[] {
  return only(outputs, 'discarded').map(({ reason }) => reason);
}

export function decoded(octets: Uint8Array): Message {
  const result = decode(octets);
  if (!result.ok) throw new Error(result.reason);
  return result.message;
}

/** Drives a port by hand: each of its steps in one call, with the clocks of both ends as plain numbers. */
export class PortUnderTest {
  readonly port: PeerDelayLink;
  readonly #settings: PeerDelaySettings;

  constructor(settings: Partial<PeerDelaySettings> = {}) {
    this.#settings = { ...peerDelaySettings, ...settings };
    this.port = new PeerDelayLink(this.#settings);
  }

  link(up: boolean): readonly Output[] {
    return this.port.step({ kind: 'link', port: this.#settings.port, up });
  }

  /** Lets the interval pass. */
  nextRequest(): readonly Output[] {
    return this.port.step({ kind: 'timer', timer: `${this.#settings.port}/pdelayReq` });
  }

  receive(message: Message, ingressNs?: bigint, toUnicast = false): readonly Output[] {
    const input: Input = {
      kind: 'message',
      port: this.#settings.port,
      message: encode(message),
      source: neighborAddress,
      toUnicast,
      ...(ingressNs !== undefined && { ingressTimestamp: instantFromNs(ingressNs) }),
    };
    return this.port.step(input);
  }

  transmitted(context: number, egressNs: bigint): readonly Output[] {
    const { port } = this.#settings;
    return this.port.step({
      kind: 'transmitTimestamp',
      port,
      context,
      egressTimestamp: instantFromNs(egressNs),
    });
  }

  lost(context: number): readonly Output[] {
    const { port } = this.#settings;
    return this.port.step({ kind: 'transmitTimestampLost', port, context });
  }

  /** The request among what a step wants sent. */
  requestIn(outputs: readonly Output[]): { readonly context: number; readonly header: Header } {
    const [request] = only(outputs, 'sendEvent').filter(
      ({ message }) => decoded(message).messageType === 'Pdelay_Req',
    );
    if (request === undefined) throw new Error('no Pdelay_Req');
    return { context: request.context, header: decoded(request.message).header };
  }

  /** A whole two-step exchange, of the request in `outputs`, over a link of `delayNs`. */
  answer(
    outputs: readonly Output[],
    delayNs: bigint,
    { atNs = 1_000_000n, aheadNs = 0n, from = neighborIdentity } = {},
  ): readonly Output[] {
    const { context, header } = this.requestIn(outputs);
    const turnaroundNs = 70_000n;
    return [
      ...this.transmitted(context, atNs),
      ...this.receive(
        pdelayResp(header, atNs + delayNs + aheadNs, { from }),
        atNs + 2n * delayNs + turnaroundNs,
      ),
      ...this.receive(
        pdelayRespFollowUp(header, atNs + delayNs + turnaroundNs + aheadNs, { from }),
      ),
    ];
  }
}
