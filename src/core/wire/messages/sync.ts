/** Sync message: clause 13.6, table 44. */
import { zeroTimestamp, type Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import { readTimestamp, timestampLength, writeTimestamp } from '../derived-types.js';
import { Flag } from '../header.js';

export interface SyncBody {
  readonly messageType: 'Sync';
  /** Transmit time of a one-step Sync; of a two-step Sync 0 or an estimate (9.5.9.4). */
  readonly originTimestamp: Timestamp;
}

export const sync: BodyCodec<SyncBody> = {
  length: timestampLength,
  decode(view, flagField) {
    // 9.5.9.4: of a two-step Sync nobody reads it: what is none there spoils nothing.
    const unread = (flagField & Flag.twoStep) !== 0 ? zeroTimestamp : undefined;
    const originTimestamp = readTimestamp(view, 0) ?? unread;
    if (originTimestamp === undefined) return 'nanosecondsOutOfRange';
    return { messageType: 'Sync', originTimestamp };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.originTimestamp);
  },
};
