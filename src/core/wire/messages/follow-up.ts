/** Follow_Up message: clause 13.7, table 45. */
import type { Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import { readTimestamp, timestampLength, writeTimestamp } from '../derived-types.js';

export interface FollowUpBody {
  readonly messageType: 'Follow_Up';
  /** When the Sync of the same sequenceId left its origin, in whole nanoseconds (9.5.10). */
  readonly preciseOriginTimestamp: Timestamp;
}

export const followUp: BodyCodec<FollowUpBody> = {
  length: timestampLength,
  decode(view) {
    const preciseOriginTimestamp = readTimestamp(view, 0);
    if (preciseOriginTimestamp === undefined) return 'nanosecondsOutOfRange';
    return { messageType: 'Follow_Up', preciseOriginTimestamp };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.preciseOriginTimestamp);
  },
};
