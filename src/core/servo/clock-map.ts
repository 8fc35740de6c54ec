/**
 * A clock that nobody has to set: PTP time as a linear map over the raw time stamps of a counter that is left alone.
 * It is steered by bending the line; what has been read stays as it was.
 */
import type { Instant } from '../time/instant.js';
import {
  rateOffsetOf,
  rateRatioOfOffset,
  unityRateRatio,
  type RateRatio,
} from '../time/rate-ratio.js';
import { instantFromTimestamp, nanosecondsPerSecond } from '../time/timestamp.js';

export interface ClockMap {
  readonly rawAnchor: Instant;
  readonly ptpAnchor: Instant;
  /** PTP seconds per raw second. */
  readonly rateRatio: RateRatio;
}

/** Shows the same time as the counter, until it is steered. */
export const identityClockMap: ClockMap = {
  rawAnchor: 0n as Instant,
  ptpAnchor: 0n as Instant,
  rateRatio: unityRateRatio,
};

/** 5.3.3: the first and the last instant that a message can tell. */
const earliest = 0n as Instant;
const latest = instantFromTimestamp({
  secondsField: 2 ** 48 - 1,
  nanosecondsField: nanosecondsPerSecond - 1,
});

/** PTP time at `raw`; where no Timestamp could tell it, the nearest that can be told. */
export function ptpTimeOf(map: ClockMap, raw: Instant): Instant {
  const ptp = unboundedPtpTimeOf(map, raw);
  if (ptp < earliest) return earliest;
  return ptp > latest ? latest : ptp;
}

function unboundedPtpTimeOf({ rawAnchor, ptpAnchor, rateRatio }: ClockMap, raw: Instant): Instant {
  const elapsed = raw - rawAnchor;
  // Only what the rate adds is computed in floating point, whose 53 bits are finer than the rate is known.
  const correction = BigInt(Math.round(Number(elapsed) * rateOffsetOf(rateRatio)));
  return (ptpAnchor + elapsed + correction) as Instant;
}

/** From `raw` on the clock runs at that rate; at `raw` it reads what it did. */
export function withRate(map: ClockMap, raw: Instant, rateOffset: number): ClockMap {
  return {
    rawAnchor: raw,
    ptpAnchor: unboundedPtpTimeOf(map, raw),
    rateRatio: rateRatioOfOffset(rateOffset),
  };
}

/** The clock set forward by `step`, of any size: two epochs may be decades apart. */
export function steppedBy(map: ClockMap, step: bigint): ClockMap {
  return { ...map, ptpAnchor: (map.ptpAnchor + step) as Instant };
}
