/**
 * ORGANIZATION_EXTENSION TLV: clause 14.3.2, table 53; and the one that every Follow_Up of 802.1AS carries, the
 * Follow_Up information TLV: IEEE 802.1AS-2020, 11.4.4.3, table 11-11.
 */
import { viewOf, zeros, type TlvCodec } from '../codec.js';

export interface OrganizationExtensionTlv {
  readonly tlvType: 'ORGANIZATION_EXTENSION';
  /** OUI or CID, 24 bits. */
  readonly organizationId: number;
  /** 24 bits, as the organization numbers its TLVs. */
  readonly organizationSubType: number;
  readonly dataField: Uint8Array;
}

const fixedLength = 6;

export const organizationExtension: TlvCodec<OrganizationExtensionTlv> = {
  decode(value) {
    if (value.length < fixedLength) return undefined;
    const view = viewOf(value);
    return {
      tlvType: 'ORGANIZATION_EXTENSION',
      organizationId: (view.getUint8(0) << 16) | view.getUint16(1),
      organizationSubType: (view.getUint8(3) << 16) | view.getUint16(4),
      dataField: value.slice(fixedLength),
    };
  },
  encode(tlv) {
    const value = zeros(fixedLength + tlv.dataField.length);
    const view = viewOf(value);
    view.setUint8(0, tlv.organizationId >> 16);
    view.setUint16(1, tlv.organizationId & 0xffff);
    view.setUint8(3, tlv.organizationSubType >> 16);
    view.setUint16(4, tlv.organizationSubType & 0xffff);
    value.set(tlv.dataField, fixedLength);
    return value;
  },
};

/** What a grandmaster's rate and phase have done, as 802.1AS bridges pass it on. */
export interface FollowUpInformation {
  /** (rate ratio of the grandmaster to this sender - 1) * 2^41, signed. */
  readonly cumulativeScaledRateOffset: number;
  /** Counts changes of the grandmaster's time base. */
  readonly gmTimeBaseIndicator: number;
  /** ScaledNs (802.1AS, 6.4.3.1): signed 96 bits, units of 2^-16 ns. */
  readonly lastGmPhaseChange: bigint;
  /** Fractional change of frequency * 2^41, signed. */
  readonly scaledLastGmFreqChange: number;
}

/** 802.1AS, 11.4.4.3.4 and 11.4.4.3.5. */
const followUpInformationId = { organizationId: 0x0080c2, organizationSubType: 1 };
const followUpInformationLength = 22;

/** Undefined when `tlv` is some other organization's or of another subtype or length. */
export function followUpInformationOf(
  tlv: OrganizationExtensionTlv,
): FollowUpInformation | undefined {
  if (tlv.organizationId !== followUpInformationId.organizationId) return undefined;
  if (tlv.organizationSubType !== followUpInformationId.organizationSubType) return undefined;
  if (tlv.dataField.length !== followUpInformationLength) return undefined;
  const view = viewOf(tlv.dataField);
  return {
    cumulativeScaledRateOffset: view.getInt32(0),
    gmTimeBaseIndicator: view.getUint16(4),
    lastGmPhaseChange: (view.getBigInt64(6) << 32n) | BigInt(view.getUint32(14)),
    scaledLastGmFreqChange: view.getInt32(18),
  };
}

export function followUpInformationTlv(information: FollowUpInformation): OrganizationExtensionTlv {
  const dataField = zeros(followUpInformationLength);
  const view = viewOf(dataField);
  view.setInt32(0, information.cumulativeScaledRateOffset);
  view.setUint16(4, information.gmTimeBaseIndicator);
  view.setBigInt64(6, information.lastGmPhaseChange >> 32n);
  view.setUint32(14, Number(BigInt.asUintN(32, information.lastGmPhaseChange)));
  view.setInt32(18, information.scaledLastGmFreqChange);
  return { tlvType: 'ORGANIZATION_EXTENSION', ...followUpInformationId, dataField };
}
