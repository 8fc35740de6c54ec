/** AUTHENTICATION TLV: clause 16.14.3 of 1588-2019. Read here, not verified. */
import { viewOf, zeros, type TlvCodec } from '../codec.js';

export interface AuthenticationTlv {
  readonly tlvType: 'AUTHENTICATION';
  /** Security parameter pointer. */
  readonly spp: number;
  /** Which of the optional fields are there. */
  readonly secParamIndicator: number;
  readonly keyID: number;
  /**
   * disclosedKey, sequenceNo and RES as secParamIndicator announces them, then the ICV. How long each one is only the
   * security policy that spp points to can tell, so they stay together.
   */
  readonly securityFields: Uint8Array;
}

const fixedLength = 6;

export const authentication: TlvCodec<AuthenticationTlv> = {
  decode(value) {
    if (value.length < fixedLength) return undefined;
    const view = viewOf(value);
    return {
      tlvType: 'AUTHENTICATION',
      spp: view.getUint8(0),
      secParamIndicator: view.getUint8(1),
      keyID: view.getUint32(2),
      securityFields: value.slice(fixedLength),
    };
  },
  encode(tlv) {
    const value = zeros(fixedLength + tlv.securityFields.length);
    const view = viewOf(value);
    view.setUint8(0, tlv.spp);
    view.setUint8(1, tlv.secParamIndicator);
    view.setUint32(2, tlv.keyID);
    value.set(tlv.securityFields, fixedLength);
    return value;
  },
};
