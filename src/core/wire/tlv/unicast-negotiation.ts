/** The four TLVs of unicast message negotiation: clause 16.1.4. */
import { viewOf, zeros, type TlvCodec } from '../codec.js';
import { messageTypeCodes, messageTypeOfCode, type MessageType } from '../header.js';

export interface RequestUnicastTransmissionTlv {
  readonly tlvType: 'REQUEST_UNICAST_TRANSMISSION';
  /** What is asked for: Announce, Sync (with its Follow_Up), Delay_Resp or Pdelay_Resp. */
  readonly messageType: MessageType;
  /** Signed logarithm of seconds. */
  readonly logInterMessagePeriod: number;
  /** Seconds for which the messages shall come. */
  readonly durationField: number;
}

export interface GrantUnicastTransmissionTlv {
  readonly tlvType: 'GRANT_UNICAST_TRANSMISSION';
  readonly messageType: MessageType;
  readonly logInterMessagePeriod: number;
  /** 0 denies the request. */
  readonly durationField: number;
  /** R: asking again is likely to be granted. */
  readonly renewalInvited: boolean;
}

export interface CancelUnicastTransmissionTlv {
  readonly tlvType: 'CANCEL_UNICAST_TRANSMISSION';
  readonly messageType: MessageType;
  /** R and G of 1588-2019: what of the negotiation shall go on; both false in 1588-2008. */
  readonly maintainRequest: boolean;
  readonly maintainGrant: boolean;
}

export interface AcknowledgeCancelUnicastTransmissionTlv {
  readonly tlvType: 'ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION';
  readonly messageType: MessageType;
  readonly maintainRequest: boolean;
  readonly maintainGrant: boolean;
}

const requestLength = 6;
const grantLength = 8;
const cancelLength = 2;

const renewalInvitedBit = 0x01;
const maintainRequestBit = 0x01;
const maintainGrantBit = 0x02;

/** All four begin with the messageType in the upper half of an octet. */
function readMessageType(view: DataView): MessageType | undefined {
  return messageTypeOfCode(view.getUint8(0) >> 4);
}

function writeMessageType(view: DataView, messageType: MessageType, lowerHalf = 0): void {
  view.setUint8(0, (messageTypeCodes[messageType] << 4) | lowerHalf);
}

export const requestUnicastTransmission: TlvCodec<RequestUnicastTransmissionTlv> = {
  decode(value) {
    if (value.length !== requestLength) return undefined;
    const view = viewOf(value);
    const messageType = readMessageType(view);
    if (messageType === undefined) return undefined;
    return {
      tlvType: 'REQUEST_UNICAST_TRANSMISSION',
      messageType,
      logInterMessagePeriod: view.getInt8(1),
      durationField: view.getUint32(2),
    };
  },
  encode(tlv) {
    const value = zeros(requestLength);
    const view = viewOf(value);
    writeMessageType(view, tlv.messageType);
    view.setInt8(1, tlv.logInterMessagePeriod);
    view.setUint32(2, tlv.durationField);
    return value;
  },
};

export const grantUnicastTransmission: TlvCodec<GrantUnicastTransmissionTlv> = {
  decode(value) {
    if (value.length !== grantLength) return undefined;
    const view = viewOf(value);
    const messageType = readMessageType(view);
    if (messageType === undefined) return undefined;
    return {
      tlvType: 'GRANT_UNICAST_TRANSMISSION',
      messageType,
      logInterMessagePeriod: view.getInt8(1),
      durationField: view.getUint32(2),
      renewalInvited: (view.getUint8(7) & renewalInvitedBit) !== 0,
    };
  },
  encode(tlv) {
    const value = zeros(grantLength);
    const view = viewOf(value);
    writeMessageType(view, tlv.messageType);
    view.setInt8(1, tlv.logInterMessagePeriod);
    view.setUint32(2, tlv.durationField);
    view.setUint8(7, tlv.renewalInvited ? renewalInvitedBit : 0);
    return value;
  },
};

/** What the two cancelling TLVs consist of; they differ in tlvType alone. */
interface Cancellation {
  readonly messageType: MessageType;
  readonly maintainRequest: boolean;
  readonly maintainGrant: boolean;
}

function decodeCancellation(value: Uint8Array): Cancellation | undefined {
  if (value.length !== cancelLength) return undefined;
  const view = viewOf(value);
  const messageType = readMessageType(view);
  if (messageType === undefined) return undefined;
  const bits = view.getUint8(0);
  return {
    messageType,
    maintainRequest: (bits & maintainRequestBit) !== 0,
    maintainGrant: (bits & maintainGrantBit) !== 0,
  };
}

function encodeCancellation(cancellation: Cancellation): Uint8Array {
  const value = zeros(cancelLength);
  writeMessageType(
    viewOf(value),
    cancellation.messageType,
    (cancellation.maintainRequest ? maintainRequestBit : 0) |
      (cancellation.maintainGrant ? maintainGrantBit : 0),
  );
  return value;
}

export const cancelUnicastTransmission: TlvCodec<CancelUnicastTransmissionTlv> = {
  decode(value) {
    const cancellation = decodeCancellation(value);
    return cancellation && { tlvType: 'CANCEL_UNICAST_TRANSMISSION', ...cancellation };
  },
  encode: encodeCancellation,
};

export const acknowledgeCancelUnicastTransmission: TlvCodec<AcknowledgeCancelUnicastTransmissionTlv> =
  {
    decode(value) {
      const cancellation = decodeCancellation(value);
      return (
        cancellation && { tlvType: 'ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION', ...cancellation }
      );
    },
    encode: encodeCancellation,
  };
