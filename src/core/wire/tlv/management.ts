/** MANAGEMENT and MANAGEMENT_ERROR_STATUS TLVs: clauses 15.5.2 and 15.5.4. */
import { viewOf, zeros, type TlvCodec } from '../codec.js';

export interface ManagementTlv {
  readonly tlvType: 'MANAGEMENT';
  /** Table 59; 0xC000 to 0xDFFF are an implementation's own. */
  readonly managementId: number;
  /** As managementId defines it; an even number of octets, empty in most requests. */
  readonly dataField: Uint8Array;
}

/** 15.5.4.2, table 109. */
export const managementErrorCodes = {
  RESPONSE_TOO_BIG: 0x0001,
  NO_SUCH_ID: 0x0002,
  WRONG_LENGTH: 0x0003,
  WRONG_VALUE: 0x0004,
  NOT_SETABLE: 0x0005,
  NOT_SUPPORTED: 0x0006,
  GENERAL_ERROR: 0xfffe,
} as const;

export type ManagementError = keyof typeof managementErrorCodes;

export interface ManagementErrorStatusTlv {
  readonly tlvType: 'MANAGEMENT_ERROR_STATUS';
  /** One of managementErrorCodes, or another. */
  readonly managementErrorId: number;
  readonly managementId: number;
  /** A PTPText with its padding, or nothing. */
  readonly displayData: Uint8Array;
}

const managementIdLength = 2;

export const managementTlv: TlvCodec<ManagementTlv> = {
  decode(value) {
    if (value.length < managementIdLength) return undefined;
    return {
      tlvType: 'MANAGEMENT',
      managementId: viewOf(value).getUint16(0),
      dataField: value.slice(managementIdLength),
    };
  },
  encode(tlv) {
    const value = zeros(managementIdLength + tlv.dataField.length);
    viewOf(value).setUint16(0, tlv.managementId);
    value.set(tlv.dataField, managementIdLength);
    return value;
  },
};

/** Two ids and four reserved octets. */
const errorStatusFixedLength = 8;

export const managementErrorStatusTlv: TlvCodec<ManagementErrorStatusTlv> = {
  decode(value) {
    if (value.length < errorStatusFixedLength) return undefined;
    const view = viewOf(value);
    return {
      tlvType: 'MANAGEMENT_ERROR_STATUS',
      managementErrorId: view.getUint16(0),
      managementId: view.getUint16(2),
      displayData: value.slice(errorStatusFixedLength),
    };
  },
  encode(tlv) {
    const value = zeros(errorStatusFixedLength + tlv.displayData.length);
    const view = viewOf(value);
    view.setUint16(0, tlv.managementErrorId);
    view.setUint16(2, tlv.managementId);
    value.set(tlv.displayData, errorStatusFixedLength);
    return value;
  },
};
