/** PAD TLV: clause 14.4.2. Lengthens a message; its octets mean nothing, but they are under the message's checksum. */
import type { TlvCodec } from '../codec.js';

export interface PadTlv {
  readonly tlvType: 'PAD';
  readonly pad: Uint8Array;
}

export const pad: TlvCodec<PadTlv> = {
  decode(value) {
    return { tlvType: 'PAD', pad: value };
  },
  encode(tlv) {
    return tlv.pad;
  },
};
