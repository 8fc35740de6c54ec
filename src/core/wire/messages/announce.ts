/** Announce message: clause 13.5, table 43. */
import type { ClockIdentity } from '../../time/identity.js';
import { zeroTimestamp, type Timestamp } from '../../time/timestamp.js';
import type { BodyCodec } from '../codec.js';
import {
  readClockIdentity,
  readTimestamp,
  writeClockIdentity,
  writeTimestamp,
} from '../derived-types.js';

/** 5.3.7. */
export interface ClockQuality {
  readonly clockClass: number;
  /** Enumeration of table 5: 0x20 is 25 ns, 0xFE unknown. */
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
}

export interface AnnounceBody {
  readonly messageType: 'Announce';
  /** 0 or an estimate to within a second (13.5.2.1). */
  readonly originTimestamp: Timestamp;
  /** Signed, in whole seconds, TAI - UTC (7.2.4). */
  readonly currentUtcOffset: number;
  readonly grandmasterPriority1: number;
  readonly grandmasterClockQuality: ClockQuality;
  readonly grandmasterPriority2: number;
  readonly grandmasterIdentity: ClockIdentity;
  readonly stepsRemoved: number;
  /** Enumeration of table 6: 0x20 is GNSS, 0xA0 an internal oscillator. */
  readonly timeSource: number;
}

export const announce: BodyCodec<AnnounceBody> = {
  length: 30,
  decode(view) {
    // Nobody reads it: what is none there spoils nothing.
    const originTimestamp = readTimestamp(view, 0) ?? zeroTimestamp;
    return {
      messageType: 'Announce',
      originTimestamp,
      currentUtcOffset: view.getInt16(10),
      grandmasterPriority1: view.getUint8(13),
      grandmasterClockQuality: {
        clockClass: view.getUint8(14),
        clockAccuracy: view.getUint8(15),
        offsetScaledLogVariance: view.getUint16(16),
      },
      grandmasterPriority2: view.getUint8(18),
      grandmasterIdentity: readClockIdentity(view, 19),
      stepsRemoved: view.getUint16(27),
      timeSource: view.getUint8(29),
    };
  },
  encode(body, view) {
    writeTimestamp(view, 0, body.originTimestamp);
    view.setInt16(10, body.currentUtcOffset);
    view.setUint8(13, body.grandmasterPriority1);
    view.setUint8(14, body.grandmasterClockQuality.clockClass);
    view.setUint8(15, body.grandmasterClockQuality.clockAccuracy);
    view.setUint16(16, body.grandmasterClockQuality.offsetScaledLogVariance);
    view.setUint8(18, body.grandmasterPriority2);
    writeClockIdentity(view, 19, body.grandmasterIdentity);
    view.setUint16(27, body.stepsRemoved);
    view.setUint8(29, body.timeSource);
  },
};
