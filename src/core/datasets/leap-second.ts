/**
 * Leap seconds of UTC (9.4): when one happens that is announced, and what the time properties are after it. PTP time itself, which
 * is TAI, knows nothing of them.
 */
import { instantFromNs, instantToNs, type Instant } from '../time/instant.js';
import type { TimePropertiesDS } from './data-sets.js';

const nsPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400n;
/** 9.4: a leap second is announced within the last twelve hours before it, and not earlier. */
const announcedBeforeNs = 12n * 3_600n * nsPerSecond;
/** 9.4 allows two announce intervals, which are rarely longer than 16 s each, and a little. */
const toldEarlyNs = 60n * nsPerSecond;
/** Some masters are late for minutes. */
const takenBackNs = 600n * nsPerSecond;
/** UTC has leap seconds since 1972; nobody knows a calendar for after 9999. Days of Unix that end with these years. */
const leapSecondDays = { first: 730, last: 2_932_897 } as const;

export interface LeapSecond {
  /** PTP time from which on UTC is that much further behind TAI. */
  readonly at: Instant;
  /** 1: a second is inserted (leap61), -1: one is left out (leap59). */
  readonly change: 1 | -1;
  /** TAI - UTC before it, in seconds. */
  readonly utcOffset: number;
}

type Announced = Pick<TimePropertiesDS, 'currentUtcOffset' | 'leap59' | 'leap61'>;

/** @param utcSeconds a time in UTC, seconds since 1970 without leap seconds, as Unix counts them */
export function endOfUtcDay(utcSeconds: bigint): bigint {
  return (utcSeconds / secondsPerDay + 1n) * secondsPerDay;
}

/** UTC, in the seconds of Unix, at a PTP time. */
export function utcSecondsAt(time: Instant, utcOffset: number): bigint {
  return instantToNs(time) / nsPerSecond - BigInt(utcOffset);
}

/**
 * The leap second at the end of a UTC day: one that is inserted comes after 23:59:59, one that is left out would have been
 * 23:59:59 itself.
 * @param dayEnd as endOfUtcDay has it
 */
export function leapSecondAt(dayEnd: bigint, utcOffset: number, change: 1 | -1): LeapSecond {
  const seconds = dayEnd + BigInt(utcOffset) - (change === 1 ? 0n : 1n);
  return { at: instantFromNs(seconds * nsPerSecond), change, utcOffset };
}

/** The leap second that these properties announce at that PTP time: it is at the end of the UTC day. */
export function announcedLeapSecond(
  { currentUtcOffset, leap59, leap61 }: Announced,
  now: Instant,
): LeapSecond | undefined {
  if (leap59 === leap61) return undefined;
  const dayEnd = endOfUtcDay(utcSecondsAt(now, currentUtcOffset));
  return leapSecondAt(dayEnd, currentUtcOffset, leap61 ? 1 : -1);
}

/**
 * At that PTP time a master that tells this offset already tells what will be after the leap second: with Announce some do so a few
 * seconds early. The flags that it tells beside it say nothing then: taken back they are no revocation, and left standing
 * they would date the leap second by the new offset.
 */
export function isToldEarly(
  { at, change, utcOffset }: LeapSecond,
  told: number,
  now: Instant,
): boolean {
  const aheadNs = instantToNs(at) - instantToNs(now);
  return aheadNs > 0n && aheadNs < toldEarlyNs && told === utcOffset + change;
}

/**
 * Masters take their announcement back some time after the leap second: until then they mean this one and not the next midnight's.
 * A clock may have been set back over it by a little.
 */
export function isJustMade({ at }: LeapSecond, now: Instant): boolean {
  const sinceNs = instantToNs(now) - instantToNs(at);
  return sinceNs > -nsPerSecond && sinceNs < takenBackNs;
}

/** 9.4: it is to be announced at that PTP time. */
export function isToBeAnnounced({ at }: LeapSecond, now: Instant): boolean {
  const aheadNs = instantToNs(at) - instantToNs(now);
  return aheadNs > 0n && aheadNs <= announcedBeforeNs;
}

/**
 * Leap seconds are at the end of a month (ITU-R TF.460-6, annex 1, 2.1), since there are any. A master may tell any time, up to
 * millions of years from now: it is not to cost more to look at such a day, and no leap second is on it.
 * @param dayEnd seconds of Unix
 */
export function isEndOfMonth(dayEnd: bigint): boolean {
  const whole = dayEnd / secondsPerDay;
  if (whole <= leapSecondDays.first || whole > leapSecondDays.last) return false;
  let days = Number(whole);
  for (let year = 1970; days > 0; ++year) {
    const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const ofYear = isLeapYear ? 366 : 365;
    if (days > ofYear) {
      days -= ofYear;
      continue;
    }
    for (const length of [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
      if (days <= 0) break;
      days -= length;
    }
  }
  return days === 0;
}

/** The leap second has happened. */
export function afterLeapSecond(
  properties: TimePropertiesDS,
  { change, utcOffset }: LeapSecond,
): TimePropertiesDS {
  const currentUtcOffset = utcOffset + change;
  return { ...properties, currentUtcOffset, leap59: false, leap61: false };
}
