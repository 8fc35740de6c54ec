/**
 * The TLVs after a message's body: clause 14.1, table 52. Those with a type of their own are read field by field; any
 * other is kept verbatim, for whoever forwards the message (14.2) and for whoever knows it.
 */
import { copyOf, viewOf, zeros, type TlvCodec } from './codec.js';
import { authentication, type AuthenticationTlv } from './tlv/authentication.js';
import {
  managementErrorStatusTlv,
  managementTlv,
  type ManagementErrorStatusTlv,
  type ManagementTlv,
} from './tlv/management.js';
import {
  organizationExtension,
  type OrganizationExtensionTlv,
} from './tlv/organization-extension.js';
import { pad, type PadTlv } from './tlv/pad.js';
import { pathTrace, type PathTraceTlv } from './tlv/path-trace.js';
import {
  acknowledgeCancelUnicastTransmission,
  cancelUnicastTransmission,
  grantUnicastTransmission,
  requestUnicastTransmission,
  type AcknowledgeCancelUnicastTransmissionTlv,
  type CancelUnicastTransmissionTlv,
  type GrantUnicastTransmissionTlv,
  type RequestUnicastTransmissionTlv,
} from './tlv/unicast-negotiation.js';

interface KnownTlvs {
  MANAGEMENT: ManagementTlv;
  MANAGEMENT_ERROR_STATUS: ManagementErrorStatusTlv;
  ORGANIZATION_EXTENSION: OrganizationExtensionTlv;
  REQUEST_UNICAST_TRANSMISSION: RequestUnicastTransmissionTlv;
  GRANT_UNICAST_TRANSMISSION: GrantUnicastTransmissionTlv;
  CANCEL_UNICAST_TRANSMISSION: CancelUnicastTransmissionTlv;
  ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION: AcknowledgeCancelUnicastTransmissionTlv;
  PATH_TRACE: PathTraceTlv;
  PAD: PadTlv;
  AUTHENTICATION: AuthenticationTlv;
}

type KnownTlvType = keyof KnownTlvs;

/** A TLV that this code has no type for. */
export interface UnknownTlv {
  readonly tlvType: 'unknown';
  /** The 16 bits of tlvType: none of those in table 52 that have a type here. */
  readonly code: number;
  readonly valueField: Uint8Array;
}

/** Any TLV, told apart by tlvType. */
export type Tlv = KnownTlvs[KnownTlvType] | UnknownTlv;

/** 14.1.1, table 52. */
const tlvTypeCodes: { readonly [Type in KnownTlvType]: number } = {
  MANAGEMENT: 0x0001,
  MANAGEMENT_ERROR_STATUS: 0x0002,
  ORGANIZATION_EXTENSION: 0x0003,
  REQUEST_UNICAST_TRANSMISSION: 0x0004,
  GRANT_UNICAST_TRANSMISSION: 0x0005,
  CANCEL_UNICAST_TRANSMISSION: 0x0006,
  ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION: 0x0007,
  PATH_TRACE: 0x0008,
  PAD: 0x8008,
  AUTHENTICATION: 0x8009,
};

const tlvTypesByCode = new Map<number, KnownTlvType>(
  Object.entries(tlvTypeCodes).map(([name, code]) => [code, name as KnownTlvType]),
);

const tlvCodecs: { readonly [Type in KnownTlvType]: TlvCodec<KnownTlvs[Type]> } = {
  MANAGEMENT: managementTlv,
  MANAGEMENT_ERROR_STATUS: managementErrorStatusTlv,
  ORGANIZATION_EXTENSION: organizationExtension,
  REQUEST_UNICAST_TRANSMISSION: requestUnicastTransmission,
  GRANT_UNICAST_TRANSMISSION: grantUnicastTransmission,
  CANCEL_UNICAST_TRANSMISSION: cancelUnicastTransmission,
  ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION: acknowledgeCancelUnicastTransmission,
  PATH_TRACE: pathTrace,
  PAD: pad,
  AUTHENTICATION: authentication,
};

/** tlvType and lengthField. */
const tlvHeaderLength = 4;

export interface DecodedTlvs {
  /** As far as they can be read. The result shares no memory with the octets. */
  readonly tlvs: readonly Tlv[];
  /** What follows them is none. */
  readonly isMalformed: boolean;
}

/** The TLVs in `octets`, which they must fill exactly. */
export function decodeTlvs(octets: Uint8Array): DecodedTlvs {
  const tlvs: Tlv[] = [];
  const view = viewOf(octets);
  for (let offset = 0; offset < octets.length;) {
    const valueStart = offset + tlvHeaderLength;
    if (valueStart > octets.length) return { tlvs, isMalformed: true };
    const valueEnd = valueStart + view.getUint16(offset + 2);
    if (valueEnd > octets.length) return { tlvs, isMalformed: true };
    const valueField = copyOf(octets.subarray(valueStart, valueEnd));
    // 14.1: lengthField is even.
    if (valueField.length % 2 !== 0) return { tlvs, isMalformed: true };
    const tlv = decodeTlv(view.getUint16(offset), valueField);
    if (tlv === undefined) return { tlvs, isMalformed: true };
    tlvs.push(tlv);
    offset = valueEnd;
  }
  return { tlvs, isMalformed: false };
}

function decodeTlv(code: number, valueField: Uint8Array): Tlv | undefined {
  const type = tlvTypesByCode.get(code);
  if (type === undefined) return { tlvType: 'unknown', code, valueField };
  return tlvCodecs[type].decode(valueField);
}

/** The octets of all of them in order. Throws RangeError when a value is too long for its lengthField. */
export function encodeTlvs(tlvs: readonly Tlv[]): Uint8Array {
  const encoded = tlvs.map(encodeTlv);
  const octets = zeros(encoded.reduce((length, tlv) => length + tlv.length, 0));
  let offset = 0;
  for (const tlv of encoded) {
    octets.set(tlv, offset);
    offset += tlv.length;
  }
  return octets;
}

function encodeTlv(tlv: Tlv): Uint8Array {
  const [code, valueField] =
    tlv.tlvType === 'unknown'
      ? [tlv.code, tlv.valueField]
      : [tlvTypeCodes[tlv.tlvType], encodeKnownTlv(tlv.tlvType, tlv)];
  if (valueField.length > 0xffff) {
    throw new RangeError(`a TLV of ${valueField.length} octets exceeds lengthField`);
  }
  const octets = zeros(tlvHeaderLength + valueField.length);
  const view = viewOf(octets);
  view.setUint16(0, code);
  view.setUint16(2, valueField.length);
  octets.set(valueField, tlvHeaderLength);
  return octets;
}

function encodeKnownTlv<Type extends KnownTlvType>(type: Type, tlv: KnownTlvs[Type]): Uint8Array {
  return tlvCodecs[type].encode(tlv);
}
