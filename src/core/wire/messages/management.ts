/** Management message: clause 15.4.1, table 56. Its managementTLV is among the TLVs of the message. */
import type { PortIdentity } from '../../time/identity.js';
import type { BodyCodec } from '../codec.js';
import { portIdentityLength, readPortIdentity, writePortIdentity } from '../derived-types.js';

/** 15.4.1.6, table 57. */
export const ManagementAction = {
  GET: 0,
  SET: 1,
  RESPONSE: 2,
  COMMAND: 3,
  ACKNOWLEDGE: 4,
} as const;

export interface ManagementBody {
  readonly messageType: 'Management';
  readonly targetPortIdentity: PortIdentity;
  readonly startingBoundaryHops: number;
  readonly boundaryHops: number;
  /** 4 bits: a ManagementAction, or reserved. */
  readonly actionField: number;
}

export const management: BodyCodec<ManagementBody> = {
  length: portIdentityLength + 4,
  decode(view) {
    return {
      messageType: 'Management',
      targetPortIdentity: readPortIdentity(view, 0),
      startingBoundaryHops: view.getUint8(10),
      boundaryHops: view.getUint8(11),
      actionField: view.getUint8(12) & 0x0f,
    };
  },
  encode(body, view) {
    writePortIdentity(view, 0, body.targetPortIdentity);
    view.setUint8(10, body.startingBoundaryHops);
    view.setUint8(11, body.boundaryHops);
    view.setUint8(12, body.actionField);
  },
};
