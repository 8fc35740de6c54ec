/** MANAGEMENT and MANAGEMENT_ERROR_STATUS TLVs: clauses 15.5.2 and 15.5.4. */
import { viewOf, type TlvCodec } from '../codec.js';

export interface ManagementTlv {
  readonly tlvType: 'MANAGEMENT';
  /** Table 59; 0xC000 to 0xDFFF are an implementation's own. */
  readonly managementId: number;
  /** As managementId defines it; an even number of octets, empty in most requests. */
  readonly dataField: Uint8Array;
}

export interface ManagementErrorStatusTlv {
  readonly tlvType: 'MANAGEMENT_ERROR_STATUS';
  /** 15.5.4: 0x0002 no such id, 0x0006 not supported, ... */
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
    const value = new Uint8Array(managementIdLength + tlv.dataField.length);
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
    const value = new Uint8Array(errorStatusFixedLength + tlv.displayData.length);
    const view = viewOf(value);
    view.setUint16(0, tlv.managementErrorId);
    view.setUint16(2, tlv.managementId);
    value.set(tlv.displayData, errorStatusFixedLength);
    return value;
  },
};
