/**
 * The time that a clock would show had we never adjusted it. Whoever steers the clock that his own time stamps are of
 * measures in this one, so that what he does to the clock does not come back to him as news of his master.
 */
import type { Instant } from '../time/instant.js';
import { rateOffsetOf } from '../time/rate-ratio.js';
import { unitsPerNs } from '../time/time-interval.js';
import type { ClockCorrection } from './clock-discipline.js';
import { identityClockMap, ptpTimeOf, withRate, type ClockMap } from './clock-map.js';

export class UndisturbedTime {
  #map: ClockMap = identityClockMap;

  /** @param shown what the clock shows, since its latest adjustment */
  at(shown: Instant): Instant {
    return ptpTimeOf(this.#map, shown);
  }

  /** Its seconds per second of the clock, minus 1. */
  get rateOffset(): number {
    return rateOffsetOf(this.#map.rateRatio);
  }

  /** @param shown what the clock showed when it was adjusted, right before */
  adjusted(shown: Instant, { stepNs, rateChange }: ClockCorrection): void {
    const rateOffset = (1 + this.rateOffset) / (1 + rateChange) - 1;
    const bent = withRate(this.#map, shown, rateOffset);
    this.#map = { ...bent, rawAnchor: (bent.rawAnchor + stepNs * unitsPerNs) as Instant };
  }
}
