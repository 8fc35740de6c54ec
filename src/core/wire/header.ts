/** The common message header: clause 13.3, table 35; the same 34 octets in 1588-2008 (table 18) and 1588-2019. */
import type { PortIdentity } from '../time/identity.js';
import { timeInterval, type TimeInterval } from '../time/time-interval.js';
import type { DecodeFailure } from './codec.js';
import { readPortIdentity, writePortIdentity } from './derived-types.js';

/** 13.3.2.2, table 36. Codes 0 to 7 are event messages, the rest general messages; what is absent is reserved. */
export const messageTypeCodes = {
  Sync: 0x0,
  Delay_Req: 0x1,
  Pdelay_Req: 0x2,
  Pdelay_Resp: 0x3,
  Follow_Up: 0x8,
  Delay_Resp: 0x9,
  Pdelay_Resp_Follow_Up: 0xa,
  Announce: 0xb,
  Signaling: 0xc,
  Management: 0xd,
} as const;

export type MessageType = keyof typeof messageTypeCodes;

const messageTypesByCode = new Map<number, MessageType>(
  Object.entries(messageTypeCodes).map(([name, code]) => [code, name as MessageType]),
);

/** Undefined for a reserved code. */
export function messageTypeOfCode(code: number): MessageType | undefined {
  return messageTypesByCode.get(code);
}

/** 6.4.2.1: event messages are the ones that are time stamped. */
export function isEventMessage(messageType: MessageType): boolean {
  return messageTypeCodes[messageType] < 0x8;
}

/** 11.4: those that measure a link. They stay on it, and so have a group of their own on every transport. */
export const peerDelayMessageTypes = [
  'Pdelay_Req',
  'Pdelay_Resp',
  'Pdelay_Resp_Follow_Up',
] as const;

export type PeerDelayMessageType = (typeof peerDelayMessageTypes)[number];

export function isPeerDelayMessageType(
  messageType: MessageType,
): messageType is PeerDelayMessageType {
  const types: readonly MessageType[] = peerDelayMessageTypes;
  return types.includes(messageType);
}

/** 13.3.2.8, table 37: bits of flagField, its first octet the more significant one. */
export const Flag = {
  alternateMaster: 0x0100,
  twoStep: 0x0200,
  unicast: 0x0400,
  profileSpecific1: 0x2000,
  profileSpecific2: 0x4000,
  leap61: 0x0001,
  leap59: 0x0002,
  currentUtcOffsetValid: 0x0004,
  ptpTimescale: 0x0008,
  timeTraceable: 0x0010,
  frequencyTraceable: 0x0020,
  /** New in 1588-2019. */
  synchronizationUncertain: 0x0040,
} as const;

/** 13.3.2.14, table 42: logMessageInterval where the message has none to tell. */
export const noLogMessageInterval = 0x7f;

/** 13.3.2.4: the only versionPTP spoken here; minorVersionPTP 0 is 1588-2008, 1 is 1588-2019. */
export const versionPTP = 2;

export const headerLength = 34;

/** The header but for messageType and messageLength, which the message itself determines. */
export interface Header {
  /** 12 bits: majorSdoId and minorSdoId together (7.1.4); 0 for what 1588-2008 knows. */
  readonly sdoId: number;
  /** 4 bits; any value is accepted (13.3.2.3). */
  readonly minorVersionPTP: number;
  readonly domainNumber: number;
  /** Bits as in Flag; reserved ones are kept. */
  readonly flagField: number;
  readonly correctionField: TimeInterval;
  /** 32 bits; what they mean is up to the message type and the implementation (13.3.2.10). */
  readonly messageTypeSpecific: number;
  readonly sourcePortIdentity: PortIdentity;
  readonly sequenceId: number;
  /** Obsolete since 1588-2019 (13.3.2.13); kept as found. */
  readonly controlField: number;
  /** Signed logarithm of seconds, or noLogMessageInterval. */
  readonly logMessageInterval: number;
}

/** A header as found, with the two fields that say how to read the rest. */
export interface ReceivedHeader {
  readonly header: Header;
  readonly messageType: MessageType;
  readonly messageLength: number;
}

export function decodeHeader(view: DataView): ReceivedHeader | DecodeFailure {
  if (view.byteLength < headerLength) return 'truncatedHeader';
  const versions = view.getUint8(1);
  if ((versions & 0x0f) !== versionPTP) return 'unsupportedVersion';
  const messageType = messageTypeOfCode(view.getUint8(0) & 0x0f);
  if (messageType === undefined) return 'reservedMessageType';
  return {
    messageType,
    messageLength: view.getUint16(2),
    header: {
      sdoId: sdoIdIn(view),
      minorVersionPTP: versions >> 4,
      domainNumber: domainNumberIn(view),
      flagField: view.getUint16(6),
      correctionField: timeInterval(view.getBigInt64(8)),
      messageTypeSpecific: view.getUint32(16),
      sourcePortIdentity: readPortIdentity(view, 20),
      sequenceId: view.getUint16(30),
      controlField: view.getUint8(32),
      logMessageInterval: view.getInt8(33),
    },
  };
}

/** Of a header that is there as a whole. */
export function sdoIdIn(view: DataView): number {
  return ((view.getUint8(0) & 0xf0) << 4) | view.getUint8(5);
}

export function domainNumberIn(view: DataView): number {
  return view.getUint8(4);
}

/** Writes headerLength octets from the start of `view`. */
export function encodeHeader(
  { header, messageType, messageLength }: ReceivedHeader,
  view: DataView,
) {
  view.setUint8(0, ((header.sdoId >> 4) & 0xf0) | messageTypeCodes[messageType]);
  view.setUint8(1, (header.minorVersionPTP << 4) | versionPTP);
  view.setUint16(2, messageLength);
  view.setUint8(4, header.domainNumber);
  view.setUint8(5, header.sdoId & 0xff);
  view.setUint16(6, header.flagField);
  view.setBigInt64(8, header.correctionField);
  view.setUint32(16, header.messageTypeSpecific);
  writePortIdentity(view, 20, header.sourcePortIdentity);
  view.setUint16(30, header.sequenceId);
  view.setUint8(32, header.controlField);
  view.setInt8(33, header.logMessageInterval);
}
