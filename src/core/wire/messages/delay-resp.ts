/** Delay_Resp message: clause 13.8, table 46. */
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

export interface DelayRespBody {
  readonly messageType: 'Delay_Resp';
  /** When the Delay_Req arrived, in whole nanoseconds (11.3.2). */
  readonly receiveTimestamp: Timestamp;
  /** sourcePortIdentity of the request that this answers. */
  readonly requestingPortIdentity: PortIdentity;
}

export const delayResp: BodyCodec<DelayRespBody> = {
  length: timestampLength + portIdentityLength,
  decode(view) {
    const receiveTimestamp = readTimestamp(view, 0);
    if (receiveTimestamp === undefined) return 'nanosecondsOutOfRange';
    return {
      messageType: 'Delay_Resp',
      receiveTimestamp,
      requestingPortIdentity: readPortIdentity(view, timestampLength),
    };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.receiveTimestamp);
    writePortIdentity(view, timestampLength, body.requestingPortIdentity);
  },
};
