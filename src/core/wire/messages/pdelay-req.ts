/** Pdelay_Req message: clause 13.9, table 47. */
import { zeroTimestamp, type Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import { readTimestamp, timestampLength, writeTimestamp } from '../derived-types.js';

export interface PdelayReqBody {
  readonly messageType: 'Pdelay_Req';
  /** 0 or an estimate: the sender keeps its transmit time stamp (11.4.2). */
  readonly originTimestamp: Timestamp;
}

/** Makes the request as long as its response, so that both take the same time on a store-and-forward link. */
const reservedLength = 10;

export const pdelayReq: BodyCodec<PdelayReqBody> = {
  length: timestampLength + reservedLength,
  decode(view) {
    // Nobody reads it: what is none there spoils nothing.
    const originTimestamp = readTimestamp(view, 0) ?? zeroTimestamp;
    return { messageType: 'Pdelay_Req', originTimestamp };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.originTimestamp);
  },
};
