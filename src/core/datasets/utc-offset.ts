/**
 * How far UTC is behind the time of the masters that are followed, for whoever shows UTC by it (7.2.4). A master's word is
 * believed, but not against what is known better: a single slip of one would set the clock by half a minute.
 */
import { durationNs, type DurationNs, type Instant } from '../time/instant.js';
import { unitsPerNs } from '../time/time-interval.js';
import type { TimePropertiesDS } from './data-sets.js';
import {
  announcedLeapSecond,
  endOfUtcDay,
  isEndOfMonth,
  isJustMade,
  isToldEarly,
  utcSecondsAt,
  type LeapSecond,
} from './leap-second.js';

/** A master that called it valid, the operator, the list of leap seconds, the kernel; `arbitrary`: the timescale is not PTP's. */
export type UtcOffsetOrigin = 'master' | 'configured' | 'leapSecondsFile' | 'kernel' | 'arbitrary';

export interface KnownUtcOffset {
  readonly utcOffset: number;
  readonly origin: UtcOffsetOrigin;
}

/** What the list of leap seconds says; undefined where there is none, or it has expired. */
export type LeapSecondTable = (time: Instant) => ListedUtcOffset | undefined;

export interface ListedUtcOffset {
  readonly utcOffset: number;
  readonly next: LeapSecond | undefined;
}

export interface UtcOffsetState {
  /** Undefined: nothing is to be set by it. */
  readonly known: KnownUtcOffset | undefined;
  /** One of this day that may be trusted. */
  readonly leapSecond: LeapSecond | undefined;
  /** What is told now and not believed. */
  readonly refused: 'utcOffset' | 'leapSecond' | undefined;
  /** How often that has begun. */
  readonly refusals: number;
}

/** TAI - UTC was 10 s when UTC got its present form, and no leap second so far has made it less. */
const leastUtcOffset = 10;
/** It grows by a few seconds in ten years. */
const greatestUtcOffset = 100;
/** What is told for so long without a break is no slip. */
const confirmationNs = durationNs(600e9);
const second = 1_000_000_000n * unitsPerNs;
const day = 86_400n * second;

/** What a master may tell of TAI - UTC, as far as that can be said without a list. */
export function isPossibleUtcOffset(utcOffset: number): boolean {
  return utcOffset >= leastUtcOffset && utcOffset <= greatestUtcOffset;
}

export class UtcOffset {
  readonly #table: LeapSecondTable;
  /** Of the PTP timescale. */
  #ptp: KnownUtcOffset | undefined;
  /** The timescale that is followed is not PTP's. */
  #isArbitrary = false;
  #hasFollowed = false;
  #leapSecond: LeapSecond | undefined;
  #made: LeapSecond | undefined;
  #refused: { readonly utcOffset: number; readonly since: DurationNs } | undefined;
  #refusesLeapSecond = false;
  #refusals = 0;

  /** @param known before any master has told */
  constructor(known: KnownUtcOffset | undefined, table: LeapSecondTable = () => undefined) {
    this.#ptp = known;
    this.#table = table;
  }

  /**
   * @param told by the master that is followed
   * @param now PTP time
   * @param uptime by a clock that nobody sets
   * @param fits the clock that shows UTC would not have to be set by a second, were this the offset
   */
  update(
    told: TimePropertiesDS,
    now: Instant,
    uptime: DurationNs,
    fits: (utcOffset: number) => boolean,
  ): UtcOffsetState {
    const listed = this.#table(now);
    this.#passTime(now);
    if (listed !== undefined) {
      this.#ptp = { utcOffset: listed.utcOffset, origin: 'leapSecondsFile' };
    }
    this.#judge(told, now, uptime, fits, listed);
    this.#judgeLeapSecond(told, now, listed);
    const { known } = this;
    const leaveAlone = this.#refused !== undefined && known !== undefined && !fits(known.utcOffset);
    return {
      // The time that the master tells, or the offset: one of them is wrong, and which, nobody knows.
      known: leaveAlone ? undefined : known,
      leapSecond: this.#isArbitrary ? undefined : this.#leapSecond,
      refused: this.#refused ? 'utcOffset' : this.#refusesLeapSecond ? 'leapSecond' : undefined,
      refusals: this.#refusals,
    };
  }

  get known(): KnownUtcOffset | undefined {
    return this.#isArbitrary ? { utcOffset: 0, origin: 'arbitrary' } : this.#ptp;
  }

  /** The latest leap second that has happened. */
  get made(): LeapSecond | undefined {
    return this.#made;
  }

  #passTime(now: Instant): void {
    const leapSecond = this.#leapSecond;
    if (leapSecond === undefined || now < leapSecond.at) return;
    const { utcOffset, change } = leapSecond;
    if (this.#ptp?.utcOffset === utcOffset) {
      this.#ptp = { ...this.#ptp, utcOffset: utcOffset + change };
    }
    this.#made = leapSecond;
    this.#leapSecond = undefined;
  }

  #judge(
    told: TimePropertiesDS,
    now: Instant,
    uptime: DurationNs,
    fits: (utcOffset: number) => boolean,
    listed: ListedUtcOffset | undefined,
  ): void {
    const isArbitrary = !told.ptpTimescale;
    // What held for a timescale of its own says nothing of PTP's: there, what is known is what was before, if anything.
    if (this.#isArbitrary && !isArbitrary && !told.currentUtcOffsetValid) this.#isArbitrary = false;
    const isTold = isArbitrary || told.currentUtcOffsetValid;
    const utcOffset = isArbitrary ? 0 : isTold ? told.currentUtcOffset : this.#ptp?.utcOffset;
    const { known } = this;
    const isKnown = utcOffset === undefined || utcOffset === known?.utcOffset;
    if (isKnown || this.#isOfLeapSecond(utcOffset, now)) {
      this.#refused = undefined;
      if (isTold) this.#hasFollowed = true;
      return;
    }
    const isPossible =
      isArbitrary ||
      (listed === undefined ? isPossibleUtcOffset(utcOffset) : utcOffset === listed.utcOffset);
    const isFirst = known === undefined || (isArbitrary && !this.#hasFollowed);
    const needsNoStep = known !== undefined && fits(utcOffset) && !fits(known.utcOffset);
    const isSame = this.#refused?.utcOffset === utcOffset;
    const isConfirmed = isSame && uptime - (this.#refused?.since ?? uptime) >= confirmationNs;
    if (isPossible && (isFirst || this.#isArbitrary || needsNoStep || isConfirmed)) {
      this.#refused = undefined;
      this.#isArbitrary = isArbitrary;
      this.#hasFollowed = true;
      if (!isArbitrary && isTold) this.#ptp = { utcOffset, origin: 'master' };
    } else if (!isSame) {
      this.#refused = { utcOffset, since: uptime };
      this.#refusals += 1;
    }
  }

  /** It is what the master would tell before, or after, the leap second that is near. */
  #isOfLeapSecond(utcOffset: number, now: Instant): boolean {
    const made = this.#made;
    if (made !== undefined && isJustMade(made, now) && utcOffset === made.utcOffset) return true;
    return this.#leapSecond !== undefined && isToldEarly(this.#leapSecond, utcOffset, now);
  }

  #judgeLeapSecond(
    told: TimePropertiesDS,
    now: Instant,
    listed: ListedUtcOffset | undefined,
  ): void {
    const kept = this.#leapSecond;
    if (kept !== undefined && isToldEarly(kept, told.currentUtcOffset, now)) return;
    const next = listed?.next;
    const listedToday = next !== undefined && next.at - now <= day ? next : undefined;
    const isTold = told.ptpTimescale && told.currentUtcOffsetValid && this.#refused === undefined;
    const announced = isTold ? announcedLeapSecond(told, now) : undefined;
    const isOld = this.#made !== undefined && isJustMade(this.#made, now);
    if (announced === undefined || isOld) {
      this.#refusesLeapSecond = false;
      this.#leapSecond = isOld ? undefined : listedToday;
      return;
    }
    const isPossible =
      listed === undefined
        ? isEndOfMonth(endOfUtcDay(utcSecondsAt(now, told.currentUtcOffset)))
        : announced.at === listedToday?.at;
    this.#leapSecond = isPossible ? announced : listedToday;
    if (!isPossible && !this.#refusesLeapSecond) this.#refusals += 1;
    this.#refusesLeapSecond = !isPossible;
  }
}
