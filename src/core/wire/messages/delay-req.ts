/** Delay_Req message: clause 13.6, table 44 (the same layout as Sync). */
import { zeroTimestamp, type Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import { readTimestamp, timestampLength, writeTimestamp } from '../derived-types.js';

export interface DelayReqBody {
  readonly messageType: 'Delay_Req';
  /** 0 or an estimate: the sender keeps its transmit time stamp (11.3.2). */
  readonly originTimestamp: Timestamp;
}

export const delayReq: BodyCodec<DelayReqBody> = {
  length: timestampLength,
  decode(view) {
    // Nobody reads it: what is none there spoils nothing.
    const originTimestamp = readTimestamp(view, 0) ?? zeroTimestamp;
    return { messageType: 'Delay_Req', originTimestamp };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.originTimestamp);
  },
};
