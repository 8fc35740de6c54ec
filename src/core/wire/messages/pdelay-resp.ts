/** Pdelay_Resp message: clause 13.10, table 48. */
import type { PortIdentity } from '../../time/identity.js';
import type { Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import {
  portIdentityLength,
  readPortIdentity,
  readTimestamp,
  timestampLength,
  writePortIdentity,
  writeTimestamp,
} from '../derived-types.js';

export interface PdelayRespBody {
  readonly messageType: 'Pdelay_Resp';
  /** When the Pdelay_Req arrived, or 0 where the turnaround is in correctionFields instead (11.4.2). */
  readonly requestReceiptTimestamp: Timestamp;
  /** sourcePortIdentity of the request that this answers. */
  readonly requestingPortIdentity: PortIdentity;
}

export const pdelayResp: BodyCodec<PdelayRespBody> = {
  length: timestampLength + portIdentityLength,
  decode(view) {
    const requestReceiptTimestamp = readTimestamp(view, 0);
    if (requestReceiptTimestamp === undefined) return 'nanosecondsOutOfRange';
    return {
      messageType: 'Pdelay_Resp',
      requestReceiptTimestamp,
      requestingPortIdentity: readPortIdentity(view, timestampLength),
    };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.requestReceiptTimestamp);
    writePortIdentity(view, timestampLength, body.requestingPortIdentity);
  },
};
