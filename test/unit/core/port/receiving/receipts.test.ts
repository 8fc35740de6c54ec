/** What is said to be missing, by what has been seen of a master's messages. */
import { describe, expect, test } from 'vitest';
import type { DiscardReason } from '../../../../../src/core/exchange/discard-reason.js';
import {
  Receipts,
  type Measured,
  type MissingMessage,
} from '../../../../../src/core/port/receiving/receipts.js';

/** Of so many that were begun, these came to nothing for a reason, and then the time was up. */
function missing(
  measured: Measured,
  begun: number,
  reasons: Partial<Record<DiscardReason, number>>,
): readonly MissingMessage[] {
  const receipts = new Receipts();
  for (let i = 0; i < begun; i++) {
    if (measured === 'sync') receipts.noteSync(-4);
    else receipts.noteDelayReq();
  }
  for (const [reason, times] of Object.entries(reasons)) {
    for (let i = 0; i < times; i++) receipts.noteDiscard(measured, reason as DiscardReason);
  }
  receipts.expire(measured);
  return receipts.missing(undefined);
}

describe('what is missing', () => {
  test.each<[MissingMessage, Measured, number, Partial<Record<DiscardReason, number>>]>([
    [{ messageType: 'Sync', how: 'absent' }, 'sync', 0, {}],
    [{ messageType: 'Follow_Up', how: 'absent' }, 'sync', 48, {}],
    [{ messageType: 'Sync', how: 'refused' }, 'sync', 48, { offsetOutlier: 48 }],
    // One that was refused before the others stayed away says nothing of those.
    [{ messageType: 'Follow_Up', how: 'absent' }, 'sync', 48, { offsetOutlier: 1 }],
    [{ messageType: 'Follow_Up', how: 'late' }, 'sync', 48, { staleFollowUp: 25 }],
    [{ messageType: 'Follow_Up', how: 'absent' }, 'sync', 48, { staleFollowUp: 1 }],
    // By a queue that lets few pass, and drops the others.
    [
      { messageType: 'Delay_Resp', how: 'late' },
      ...(['delay', 210, { unexpectedDelayResp: 48, delayRespMissing: 200 }] as const),
    ],
    [{ messageType: 'Delay_Resp', how: 'absent' }, 'delay', 48, {}],
    [{ messageType: 'Delay_Resp', how: 'absent' }, 'delay', 48, { pathDelayOutlier: 2 }],
    [
      { messageType: 'Delay_Resp', how: 'absent' },
      ...(['delay', 48, { pathDelayOutlier: 2, delayRespMissing: 46 }] as const),
    ],
    [{ messageType: 'Delay_Resp', how: 'refused' }, 'delay', 48, { pathDelayOutlier: 40 }],
    [{ messageType: 'Delay_Req', how: 'noTimestamp' }, 'delay', 9, { transmitTimestampLost: 9 }],
  ])('%j (%s, %d begun, %j)', (expected, measured, begun, reasons) => {
    expect(missing(measured, begun, reasons)).toEqual([expected]);
  });
});
