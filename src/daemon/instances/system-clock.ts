/**
 * What `clock: system` is beside the time itself: how far UTC, which the system clock shows, is behind PTP time; and what the kernel
 * is told of it, for all who ask the kernel: whether its clock is synchronised and how well, the leap second to come, TAI.
 */
import type { TimeConfig } from '../../config/config.js';
import { instantToNs, type DurationNs, type Instant } from '../../core/time/instant.js';
import { timeIntervalToNs } from '../../core/time/time-interval.js';
import type { TimePropertiesDS } from '../../core/datasets/data-sets.js';
import { utcSecondsAt } from '../../core/datasets/leap-second.js';
import { listedAt, type LeapSecondsList } from '../../core/datasets/leap-seconds-list.js';
import {
  UtcOffset,
  type KnownUtcOffset,
  type ListedUtcOffset,
  type UtcOffsetState,
} from '../../core/datasets/utc-offset.js';
import type { ClockState } from '../../core/instance/clock-state.js';
import type { KernelClock } from '../../native/kernel-clock.js';
import type { UtcStatus } from '../status/clock-status.js';

/** Below that the kernel has not been told: see time-source.ts. */
const leastTaiOffset = 10;
const nsPerSecond = 1_000_000_000n;
/** Further off than half a second, a clock would have to be set. */
const fittingNs = 500_000_000n;
/** The kernel makes a leap second itself, at the instant that its own clock has it: so close to one its clock is left alone. */
const blindNs = { before: nsPerSecond, after: 2n * nsPerSecond };
/** How often the kernel is told how well its clock is kept: it lets the bound of the error grow by 500 us a second. */
const tellingInterval = 1e9;
/** After a refusal it is tried again. */
const retryInterval = 10e9;
/** A master may tell another value with each Announce: the operator gets a line a minute of each kind at most, `refusals` counts all. */
const warningInterval = 60e9;
/** A clock that is further off than this is not synchronised yet. */
const synchronisedNs = 1e6;

export interface SystemClockOptions {
  readonly time: TimeConfig;
  readonly kernelClock: KernelClock;
  readonly list: () => LeapSecondsList | null;
  /** Called with each cause when it is new, and of each kind once a minute at most. */
  readonly warn: (message: string) => void;
}

export class SystemClock {
  readonly #options: SystemClockOptions;
  readonly #utcOffset: UtcOffset;
  #state: UtcOffsetState | undefined;
  /** The kernel has been told that its clock is synchronised. */
  #keeps = false;
  /** It may have been told of a leap second. */
  #hasTold = false;
  #nextTelling = -Infinity;
  #uptime = 0;
  /** The latest warning of each kind. */
  readonly #warned = new Map<string, { readonly message: string; readonly at: number }>();

  constructor(options: SystemClockOptions) {
    this.#options = options;
    this.#utcOffset = new UtcOffset(initialOffset(options), (time) => this.#listedAt(time));
  }

  /**
   * How far the clock is to be behind PTP time; undefined: nothing is to be done to it now.
   * @param aheadNs of the clock, were it to be as far behind PTP time
   */
  behindNs(
    told: TimePropertiesDS,
    time: Instant,
    uptime: DurationNs,
    aheadNs: (behindNs: bigint) => bigint,
  ): bigint | undefined {
    const fits = (utcOffset: number) => {
      const ahead = aheadNs(BigInt(utcOffset) * nsPerSecond);
      return ahead < fittingNs && -ahead < fittingNs;
    };
    const before = this.#state?.leapSecond;
    this.#uptime = uptime;
    const state = this.#utcOffset.update(told, time, uptime, fits);
    this.#state = state;
    this.#tellOf(told, state);
    const leapSecond = state.leapSecond ?? before ?? this.#utcOffset.made;
    if (leapSecond !== undefined) {
      const sinceNs = instantToNs(time) - instantToNs(leapSecond.at);
      if (sinceNs > -blindNs.before && sinceNs < blindNs.after) return undefined;
    }
    return state.known === undefined ? undefined : BigInt(state.known.utcOffset) * nsPerSecond;
  }

  /** Tells the kernel how things stand. @param aheadNs null: the clock is not steered now */
  keep(state: ClockState, aheadNs: number | null, uptime: DurationNs): void {
    const isHeld = state.lockState === 'holdover' && state.holdover === 'withinSpecification';
    // Within its specification the kernel's own bound of the error grows.
    if (isHeld) return;
    const isKept =
      state.lockState === 'locked' && aheadNs !== null && Math.abs(aheadNs) <= synchronisedNs;
    if (!isKept) {
      // Around a leap second, and while one offset is not believed, it is still what it was.
      if (state.lockState !== 'locked') this.#lose();
      return;
    }
    if (uptime < this.#nextTelling) return;
    this.#nextTelling = uptime + tellingInterval;
    const known = this.#state?.known;
    const leapSecond = this.#state?.leapSecond;
    const errorNs = Math.abs(aheadNs) + state.meanOffset;
    const delayNs = Math.abs(timeIntervalToNs(state.currentDS.meanDelay));
    const change = {
      ...(known !== undefined && known.origin !== 'arbitrary' && { taiOffset: known.utcOffset }),
      leapSecond: leapSecond === undefined ? 'none' : leapSecond.change === 1 ? 'insert' : 'delete',
      synchronised: true,
      estimatedErrorUs: microseconds(errorNs),
      // However unlike its two directions are, the path makes no more than its delay.
      maxErrorUs: microseconds(errorNs + delayNs),
    } as const;
    if (this.#change(change)) this.#keeps = this.#hasTold = true;
    else this.#nextTelling = uptime + retryInterval;
  }

  /** Nobody keeps the clock any more. */
  release(): void {
    this.#lose();
    if (this.#hasTold) this.#change({ leapSecond: 'none' });
    this.#hasTold = false;
  }

  /** Of a leap second the kernel is still to know: the day ends whether its clock is kept well or not. */
  #lose(): void {
    if (!this.#keeps) return;
    this.#keeps = false;
    this.#nextTelling = -Infinity;
    this.#change({ synchronised: false });
  }

  status(): UtcStatus {
    const { known, leapSecond, refused, refusals = 0 } = this.#state ?? {};
    return {
      utcOffset: known?.utcOffset ?? null,
      origin: known?.origin ?? null,
      leapSecond: leapSecond === undefined ? 'none' : leapSecond.change === 1 ? 'insert' : 'delete',
      refused: refused ?? null,
      refusals,
      synchronised: this.#keeps,
    };
  }

  #change(change: Parameters<KernelClock['change']>[0]): boolean {
    try {
      this.#options.kernelClock.change(change);
      return true;
    } catch (error) {
      this.#warn('kernel', (error as Error).message);
      return false;
    }
  }

  #listedAt(time: Instant): ListedUtcOffset | undefined {
    const list = this.#options.list();
    if (list === null) return undefined;
    const listed = listedAt(list, time);
    return utcSecondsAt(time, listed.utcOffset) < list.expires ? listed : undefined;
  }

  #tellOf(told: TimePropertiesDS, { known, refused }: UtcOffsetState): void {
    const name = 'CLOCK_REALTIME';
    if (refused === 'utcOffset') {
      const word = told.ptpTimescale
        ? `currentUtcOffset ${told.currentUtcOffset}`
        : 'a timescale that is not PTP';
      const instead = this.#utcOffset.known;
      this.#warn(
        refused,
        instead === undefined
          ? `${name}: the master tells ${word}, which cannot be: it is left alone; mend the master, or write time: {utcOffset: 37}`
          : `${name}: the master tells ${word}, but TAI - UTC is ${instead.utcOffset} s (${instead.origin}): it is not set by that, unless that lasts`,
      );
    } else if (refused === 'leapSecond') {
      this.#warn(
        refused,
        `${name}: the master announces a leap second that cannot be: it is not made; mend the master`,
      );
    } else if (told.ptpTimescale && !told.currentUtcOffsetValid) {
      this.#warn(
        'notValid',
        known === undefined
          ? `${name}: the master's currentUtcOffset is not valid, and nobody here knows better: it is left alone; set currentUtcOffsetValid at the master (pmc), or write time: {utcOffset: 37}`
          : `${name}: the master's currentUtcOffset is not valid: TAI - UTC is taken for ${known.utcOffset} s (${known.origin})`,
      );
    }
  }

  #warn(kind: string, message: string): void {
    const latest = this.#warned.get(kind);
    if (latest?.message === message) return;
    if (latest !== undefined && this.#uptime - latest.at < warningInterval) return;
    this.#warned.set(kind, { message, at: this.#uptime });
    this.#options.warn(message);
  }
}

function initialOffset({ time, kernelClock }: SystemClockOptions): KnownUtcOffset | undefined {
  if (typeof time.utcOffset === 'number') {
    return { utcOffset: time.utcOffset, origin: 'configured' };
  }
  const { taiOffset } = kernelClock.read();
  return taiOffset < leastTaiOffset ? undefined : { utcOffset: taiOffset, origin: 'kernel' };
}

function microseconds(ns: number): number {
  return Math.min(Math.ceil(ns / 1e3), 16_000_000);
}
