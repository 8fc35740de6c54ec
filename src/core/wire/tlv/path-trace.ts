/** PATH_TRACE TLV: clause 16.2. The clocks an Announce has come through; each boundary clock adds itself. */
import type { ClockIdentity } from '../../time/identity.js';
import { viewOf, zeros, type TlvCodec } from '../codec.js';
import { clockIdentityLength, readClockIdentity, writeClockIdentity } from '../derived-types.js';

export interface PathTraceTlv {
  readonly tlvType: 'PATH_TRACE';
  /** From the grandmaster on. */
  readonly pathSequence: readonly ClockIdentity[];
}

export const pathTrace: TlvCodec<PathTraceTlv> = {
  decode(value) {
    if (value.length % clockIdentityLength !== 0) return undefined;
    const view = viewOf(value);
    const pathSequence = Array.from({ length: value.length / clockIdentityLength }, (_, index) =>
      readClockIdentity(view, index * clockIdentityLength),
    );
    return { tlvType: 'PATH_TRACE', pathSequence };
  },
  encode({ pathSequence }) {
    const value = zeros(pathSequence.length * clockIdentityLength);
    const view = viewOf(value);
    for (const [index, identity] of pathSequence.entries()) {
      writeClockIdentity(view, index * clockIdentityLength, identity);
    }
    return value;
  },
};
