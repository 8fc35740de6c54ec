/**
 * The shape of `measurement:`, and what it comes to: what a clock takes of its master's messages, and how long it goes on
 * without (docs/servo.md).
 */
import { z } from 'zod';
import type { MeasurementConfig } from '../config.js';
import { profiles } from '../profiles.js';
import { complain, durationAbove0, durationWithin, wholeNumber } from '../shapes.js';

/** Default values are the profile's. */
const { measurement: limits, believableLogInterval, portDS } = profiles.default;
const { toldLogMinDelayReqInterval: told, meanPathDelayNs: delay } = limits;

const { max: mostIntervals } = portDS.announceReceiptTimeout;
/** One lost message is none. */
const leastIntervals = 2;
const intervals = wholeNumber(leastIntervals, mostIntervals);
const logInterval = wholeNumber(believableLogInterval.min, believableLogInterval.max);
/** Beyond this a difference is set right before a path delay is known. */
const longestPathNs = delay.max;

export const longMeasurement = z.strictObject(
  {
    syncReceiptTimeout: intervals.default(limits.syncReceiptTimeout),
    maxSyncReceiptTimeout: durationAbove0('write a duration above 0, as in 10s').default(
      limits.maxSyncReceiptTimeout,
    ),
    delayReceiptTimeout: intervals.default(limits.delayReceiptTimeout),
    minLogDelayReqInterval: logInterval.default(told.min),
    maxLogDelayReqInterval: logInterval.default(told.max),
    minPathDelay: durationWithin(
      -longestPathNs,
      0,
      'write a duration from -1s to 0, as in -1ms: noise makes it negative',
    ).default(delay.min),
    maxPathDelay: durationWithin(1, longestPathNs, 'write a duration up to 1s, as in 10ms').default(
      delay.max,
    ),
  },
  { error: 'write its settings, as in measurement: {maxSyncReceiptTimeout: 10s}' },
);

export const measurement = longMeasurement
  .superRefine(({ minLogDelayReqInterval: min, maxLogDelayReqInterval: max }, context) => {
    if (min <= max) return;
    complain(context, ['maxLogDelayReqInterval'], {
      problem: `${max} is below minLogDelayReqInterval, ${min}`,
      remedy: `write ${min} or more`,
    });
  })
  .prefault({});

export function limitsOf(parsed: z.infer<typeof longMeasurement>): MeasurementConfig {
  const { maxSyncReceiptTimeout, minPathDelay, maxPathDelay, ...others } = parsed;
  return {
    ...others,
    maxSyncReceiptTimeoutNs: maxSyncReceiptTimeout,
    minPathDelayNs: minPathDelay,
    maxPathDelayNs: maxPathDelay,
  };
}
