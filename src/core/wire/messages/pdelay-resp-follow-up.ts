/** Pdelay_Resp_Follow_Up message: clause 13.11, table 49. */
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

export interface PdelayRespFollowUpBody {
  readonly messageType: 'Pdelay_Resp_Follow_Up';
  /** When the Pdelay_Resp left, or 0 where the turnaround is in correctionFields instead (11.4.2). */
  readonly responseOriginTimestamp: Timestamp;
  /** sourcePortIdentity of the request that this answers. */
  readonly requestingPortIdentity: PortIdentity;
}

export const pdelayRespFollowUp: BodyCodec<PdelayRespFollowUpBody> = {
  length: timestampLength + portIdentityLength,
  decode(view) {
    const responseOriginTimestamp = readTimestamp(view, 0);
    if (responseOriginTimestamp === undefined) return 'nanosecondsOutOfRange';
    return {
      messageType: 'Pdelay_Resp_Follow_Up',
      responseOriginTimestamp,
      requestingPortIdentity: readPortIdentity(view, timestampLength),
    };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.responseOriginTimestamp);
    writePortIdentity(view, timestampLength, body.requestingPortIdentity);
  },
};
