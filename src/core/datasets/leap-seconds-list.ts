/**
 * The list of leap seconds that the IERS publishes, a text: every offset of UTC that there has been with the time from which on it holds,
 * and until when the list is known to be complete (the format of NIST's leap-seconds.list).
 */
import type { Instant } from '../time/instant.js';
import { leapSecondAt, type LeapSecond } from './leap-second.js';
import type { ListedUtcOffset } from './utc-offset.js';

/** Times in the list are those of NTP, seconds since 1900. */
const ntpEpoch = 2_208_988_800n;

export interface LeapSecondsList {
  /** UTC, in the seconds of Unix. */
  readonly expires: bigint;
  /** TAI - UTC before the first leap second of the list. */
  readonly firstUtcOffset: number;
  /** In their order. */
  readonly leapSeconds: readonly LeapSecond[];
}

/** UTC, in its form of 1972, was 10 s behind TAI at the beginning, and gets behind by less than a minute in a century. */
const greatestUtcOffset = 100;

/** Undefined where the text is none, has no date of expiry, or what no list has: its offsets may not be used for anything then. */
export function parseLeapSecondsList(text: string): LeapSecondsList | undefined {
  const expires = /^#@\s*(\d+)\s*$/m.exec(text)?.[1];
  const lines = [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*(?:#.*)?$/gm)].map(
    ([, since = '', utcOffset = '']) => ({ since: BigInt(since), utcOffset: Number(utcOffset) }),
  );
  const first = lines[0]?.utcOffset;
  if (expires === undefined || first === undefined) return undefined;
  const isInOrder = lines.every(
    ({ since }, i) => i === 0 || since > (lines[i - 1]?.since ?? since),
  );
  const isPossible = lines.every(({ utcOffset }) => utcOffset <= greatestUtcOffset);
  if (!isInOrder || !isPossible) return undefined;
  const leapSeconds: LeapSecond[] = [];
  let before = first;
  for (const { since, utcOffset } of lines.slice(1)) {
    const change = utcOffset - before;
    if (change !== 1 && change !== -1) return undefined;
    leapSeconds.push(leapSecondAt(since - ntpEpoch, before, change));
    before = utcOffset;
  }
  return { expires: BigInt(expires) - ntpEpoch, firstUtcOffset: first, leapSeconds };
}

/** At a PTP time; what the list says after it has expired may be wrong. */
export function listedAt(
  { firstUtcOffset, leapSeconds }: LeapSecondsList,
  time: Instant,
): ListedUtcOffset {
  const latest = leapSeconds.findLast(({ at }) => at <= time);
  return {
    utcOffset: latest === undefined ? firstUtcOffset : latest.utcOffset + latest.change,
    next: leapSeconds.find(({ at }) => at > time),
  };
}
