/** Sync message: clause 13.6, table 44. */
import type { Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import { readTimestamp, timestampLength, writeTimestamp } from '../derived-types.js';

export interface SyncBody {
  readonly messageType: 'Sync';
  /** Transmit time of a one-step Sync; of a two-step Sync 0 or an estimate (9.5.9.4). */
  readonly originTimestamp: Timestamp;
}

export const sync: BodyCodec<SyncBody> = {
  length: timestampLength,
  decode(view) {
    const originTimestamp = readTimestamp(view, 0);
    if (originTimestamp === undefined) return 'nanosecondsOutOfRange';
    return { messageType: 'Sync', originTimestamp };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.originTimestamp);
  },
};
