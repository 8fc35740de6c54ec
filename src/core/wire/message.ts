/** A whole PTP message: header, body, TLVs (clause 13.1, 13.4). The only door between octets and messages. */
import { announce, type AnnounceBody } from './messages/announce.js';
import { copyOf, viewOf, zeros, type BodyCodec, type DecodeFailure } from './codec.js';
import { delayReq, type DelayReqBody } from './messages/delay-req.js';
import { delayResp, type DelayRespBody } from './messages/delay-resp.js';
import { followUp, type FollowUpBody } from './messages/follow-up.js';
import {
  decodeHeader,
  encodeHeader,
  headerLength,
  type Header,
  type MessageType,
} from './header.js';
import { management, type ManagementBody } from './messages/management.js';
import { pdelayReq, type PdelayReqBody } from './messages/pdelay-req.js';
import {
  pdelayRespFollowUp,
  type PdelayRespFollowUpBody,
} from './messages/pdelay-resp-follow-up.js';
import { pdelayResp, type PdelayRespBody } from './messages/pdelay-resp.js';
import { signaling, type SignalingBody } from './messages/signaling.js';
import { sync, type SyncBody } from './messages/sync.js';
import { decodeTlvs, encodeTlvs, type Tlv } from './tlv.js';

interface Bodies {
  Sync: SyncBody;
  Delay_Req: DelayReqBody;
  Pdelay_Req: PdelayReqBody;
  Pdelay_Resp: PdelayRespBody;
  Follow_Up: FollowUpBody;
  Delay_Resp: DelayRespBody;
  Pdelay_Resp_Follow_Up: PdelayRespFollowUpBody;
  Announce: AnnounceBody;
  Signaling: SignalingBody;
  Management: ManagementBody;
}

/** The message of one type, its body's fields side by side with header and TLVs. */
export type MessageOf<Type extends MessageType> = Bodies[Type] & {
  readonly header: Header;
  /** In their order on the wire. */
  readonly tlvs: readonly Tlv[];
};

/** Any message, told apart by messageType. */
export type Message = { [Type in MessageType]: MessageOf<Type> }[MessageType];

export type DecodeResult =
  | {
      readonly ok: true;
      readonly message: Message;
      /** What follows messageLength: Ethernet padding, the spare octets of UDP/IPv6. Not of the message. */
      readonly trailing: Uint8Array;
      /** An Announce whose TLVs are none from some octet on; the message has those before. */
      readonly isMalformed?: true;
    }
  | { readonly ok: false; readonly reason: DecodeFailure };

const bodyCodecs: { readonly [Type in MessageType]: BodyCodec<Bodies[Type]> } = {
  Sync: sync,
  Delay_Req: delayReq,
  Pdelay_Req: pdelayReq,
  Pdelay_Resp: pdelayResp,
  Follow_Up: followUp,
  Delay_Resp: delayResp,
  Pdelay_Resp_Follow_Up: pdelayRespFollowUp,
  Announce: announce,
  Signaling: signaling,
  Management: management,
};

/** Most messages are followed by nothing: they share this one array. */
const none = new Uint8Array(0);

/** Reads the message that begins with the first octet. Never throws; the result shares no memory with `octets`. */
export function decode(octets: Uint8Array): DecodeResult {
  const received = decodeHeader(viewOf(octets));
  if (typeof received === 'string') return { ok: false, reason: received };

  const { header, messageType, messageLength } = received;
  const codec = bodyCodecs[messageType];
  const bodyEnd = headerLength + codec.length;
  if (messageLength < bodyEnd) return { ok: false, reason: 'messageLengthTooShort' };
  if (messageLength > octets.length) return { ok: false, reason: 'messageLengthBeyondEnd' };

  const body = codec.decode(viewOf(octets.subarray(headerLength, bodyEnd)), header.flagField);
  if (typeof body === 'string') return { ok: false, reason: body };
  const { tlvs, isMalformed } = decodeTlvs(octets.subarray(bodyEnd, messageLength));
  // What an Announce tells of a master is in its body, and without it a clock has no master.
  if (isMalformed && messageType !== 'Announce') return { ok: false, reason: 'malformedTlv' };

  return {
    ok: true,
    message: { ...body, header, tlvs },
    trailing: messageLength === octets.length ? none : copyOf(octets.subarray(messageLength)),
    ...(isMalformed && { isMalformed }),
  };
}

/** The octets of `message`. Throws RangeError when they are more than messageLength can count. */
export function encode(message: Message): Uint8Array {
  const bodyEnd = headerLength + bodyCodecs[message.messageType].length;
  const tlvs = encodeTlvs(message.tlvs);
  const messageLength = bodyEnd + tlvs.length;
  if (messageLength > 0xffff) {
    throw new RangeError(`a message of ${messageLength} octets exceeds messageLength`);
  }

  const octets = zeros(messageLength);
  const { header, messageType } = message;
  encodeHeader({ header, messageType, messageLength }, viewOf(octets));
  encodeBody(messageType, message, viewOf(octets.subarray(headerLength, bodyEnd)));
  octets.set(tlvs, bodyEnd);
  return octets;
}

function encodeBody<Type extends MessageType>(type: Type, body: Bodies[Type], view: DataView) {
  bodyCodecs[type].encode(body, view);
}
