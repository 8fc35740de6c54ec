/**
 * The time of a clock that follows a master: a map over raw time stamps, bent by a servo. What it is told of the master
 * are the raw times of its Syncs and the offsets that come of them.
 */
import { durationNs, type DurationNs, type Instant } from '../time/instant.js';
import { rateOffsetOf } from '../time/rate-ratio.js';
import { timeInterval, timeIntervalToNs, unitsPerNs } from '../time/time-interval.js';
import { disciplined } from './clock-discipline.js';
import { identityClockMap, ptpTimeOf, steppedBy, withRate, type ClockMap } from './clock-map.js';
import { noSyncs, rateOfSyncs, steppedSyncs, withSync, type FirstRate } from './first-rate.js';
import { OffsetHistory, type OffsetWindow } from './offset-history.js';
import { UntakenOffsets, type OffsetSums } from './offset-sums.js';
import {
  holdOver,
  initialServoState,
  reacquire,
  stepServo,
  withFirstRate,
  type LockState,
  type ServoKind,
  type ServoSettings,
  type ServoState,
} from './servo.js';

/** What has become of an offset: `set`: what was measured before does not go with what comes after. */
export type Steering = 'ignored' | 'steered' | 'set';

export class SteeredClock {
  readonly #settings: ServoSettings;
  readonly #offsets = new OffsetHistory();
  readonly #untaken = new UntakenOffsets();
  #map: ClockMap = identityClockMap;
  #servo: ServoState = initialServoState;
  /** Raw times of the master's latest Sync, and of the one that the servo has used. */
  #latestSync: Instant | undefined;
  #usedSync: Instant | undefined;
  /** Syncs that are to tell the first rate. */
  #firstRate: FirstRate = noSyncs;

  constructor(settings: ServoSettings) {
    this.#settings = settings;
  }

  /** PTP time at a raw time stamp. */
  timeAt(raw: Instant): Instant {
    return ptpTimeOf(this.#map, raw);
  }

  get servo(): ServoKind {
    return this.#settings.kind;
  }

  get lockState(): LockState {
    return this.#servo.lockState;
  }

  /** The rate has been learned of a master. */
  get rateKnown(): boolean {
    return this.#servo.rateKnown;
  }

  /** There has been a lock: others rely on this time. */
  get hasLocked(): boolean {
    return this.#servo.hasLocked;
  }

  /** No offset is too large to be slewed: others rely on this time, and that is how it was configured. */
  get isNeverSet(): boolean {
    return this.#servo.hasLocked && this.#settings.stepThreshold === Infinity;
  }

  /** Running mean of the magnitudes of the offsets. */
  get meanOffset(): DurationNs {
    return this.#servo.meanOffset;
  }

  /** What the offsets that have been steered by were like, since the clock was last set. @param now as in OffsetHistory */
  offsetWindows(now?: Instant): readonly OffsetWindow[] {
    return this.#offsets.windows(now);
  }

  /** The offsets that have been steered by since the last call: for one who keeps a record. */
  takeOffsets(): OffsetSums | undefined {
    return this.#untaken.take();
  }

  /** PTP seconds per second of the raw time stamps, minus 1. */
  get rateOffset(): number {
    return rateOffsetOf(this.#map.rateRatio);
  }

  /** The part of rateOffset that is the oscillator's, without what slews an offset away just now. */
  get learnedRateOffset(): number {
    return this.#servo.learnedRateOffset;
  }

  /** Receive time stamp of the master's latest Sync; none yet: undefined. */
  get latestSync(): Instant | undefined {
    return this.#latestSync;
  }

  /** Whom it follows has sent a Sync. */
  noteSync(ingressTimestamp: Instant): void {
    this.#latestSync = ingressTimestamp;
  }

  /**
   * A Sync before the path is known: two of them tell the rate, which no path delay is needed for. True: they have, and what
   * was measured by a clock of another rate does not go with what comes after.
   *
   * @param at raw time of its receipt; `own`: the same on this clock
   */
  learnRate(at: Instant, own: Instant, master: Instant): boolean {
    if (this.#servo.rateKnown) return false;
    this.#firstRate = withSync(this.#firstRate, { own, master });
    const change = rateOfSyncs(this.#firstRate);
    if (change === undefined) return false;
    const rateOffset = (1 + this.rateOffset) * (1 + change) - 1;
    this.#firstRate = noSyncs;
    this.#servo = withFirstRate(this.#settings, this.#servo, rateOffset);
    this.#map = withRate(this.#map, at, this.#servo.learnedRateOffset);
    return true;
  }

  /** From here on another master is followed. */
  follow(): void {
    this.#servo = reacquire(this.#servo);
    this.#firstRate = noSyncs;
    this.#latestSync = undefined;
  }

  /** There is no master any more: the rate that was learned is kept. */
  holdOver(): void {
    this.#servo = holdOver(this.#servo);
    if (this.#latestSync !== undefined) {
      this.#map = withRate(this.#map, this.#latestSync, this.#servo.learnedRateOffset);
    }
  }

  /** A rate that was learned in an earlier life: the clock runs by it until a master tells a better one. */
  beginWithRate(raw: Instant, rateOffset: number): void {
    const { maxRate } = this.#settings;
    if (Math.abs(rateOffset) > maxRate) return;
    this.#servo = { ...this.#servo, learnedRateOffset: rateOffset };
    this.#map = withRate(this.#map, raw, rateOffset);
  }

  /**
   * Keeps to a source of time that is no master: it shows `time` at `raw`, and runs by `rateOffset` faster than the raw time.
   * @returns whether the clock was set
   */
  keepTo(raw: Instant, time: Instant, rateOffset: number): boolean {
    const own = 1 + this.rateOffset;
    const aheadNs = (this.timeAt(raw) - time) / unitsPerNs;
    const correction = disciplined({ aheadNs, rateOffset: own / (1 + rateOffset) - 1 });
    this.#map = withRate(this.#map, raw, own * (1 + correction.rateChange) - 1);
    if (correction.stepNs === 0n) return false;
    this.set(time - this.timeAt(raw));
    return true;
  }

  /** Sets the clock forward by so many units of 2^-16 ns, whatever the servo thinks of it. */
  set(by: bigint): void {
    this.#map = steppedBy(this.#map, by);
    this.#firstRate = steppedSyncs(this.#firstRate, by);
    this.#usedSync = undefined;
    this.#offsets.clear();
  }

  /**
   * One offset from the master.
   *
   * @param at raw time of the Sync that gave it
   * @param ahead units of 2^-16 ns, of any size
   */
  steer(at: Instant, ahead: bigint): Steering {
    const interval =
      this.#usedSync === undefined
        ? undefined
        : durationNs(timeIntervalToNs(timeInterval(at - this.#usedSync)));
    // The raw time has gone backwards, so somebody has set the clock of the time stamps.
    if (interval !== undefined && interval <= 0) {
      this.#usedSync = undefined;
      return 'set';
    }
    const offset = durationNs(Number(ahead) / Number(unitsPerNs));
    const { state, action } = stepServo(this.#settings, this.#servo, { offset, interval });
    this.#servo = state;
    this.#usedSync = at;
    if (action.kind === 'none') return 'ignored';
    this.#map = withRate(this.#map, at, action.rateOffset);
    if (action.kind === 'slew') {
      this.#offsets.add(at, offset);
      this.#untaken.add(offset);
      return 'steered';
    }
    this.#offsets.clear();
    // This Sync counts as used: the offset that gathers from here on comes of the rate, and is slewed and not stepped over.
    this.#map = steppedBy(this.#map, -ahead);
    return 'set';
  }
}
