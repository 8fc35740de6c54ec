/** Signaling message: clause 13.12, table 50. Everything it says is in its TLVs. */
import type { PortIdentity } from '../../time/identity.js';
import type { BodyCodec } from '../codec.js';
import { portIdentityLength, readPortIdentity, writePortIdentity } from '../derived-types.js';

export interface SignalingBody {
  readonly messageType: 'Signaling';
  readonly targetPortIdentity: PortIdentity;
}

export const signaling: BodyCodec<SignalingBody> = {
  length: portIdentityLength,
  decode(view) {
    return { messageType: 'Signaling', targetPortIdentity: readPortIdentity(view, 0) };
  },
  encode(body, view) {
    writePortIdentity(view, 0, body.targetPortIdentity);
  },
};
