/**
 * The time of a clock: steered by the offsets from its master, set at once where it is far off, held over while the master's
 * time stays away, which a timer tells. No port and no state machine is known here.
 */
import type { Output } from '../io.js';
import type { SyncMeasurement } from '../exchange/sync-exchange.js';
import type { LockState, ServoSettings } from '../servo/servo.js';
import type { OffsetSums } from '../servo/offset-sums.js';
import { SteeredClock, type Steering } from '../servo/steered-clock.js';
import { instantAfter, type Instant } from '../time/instant.js';
import { unitsPerNs, type TimeInterval } from '../time/time-interval.js';
import type { ClockState } from './clock-state.js';
import { Holdover, type HoldoverSpecification } from './holdover.js';
import type { SourceReading } from './own-time.js';

/** An offset beyond this is set right by a Sync alone, before the path delay is known, because no path is so long. */
const coarseStepThreshold = BigInt(1e9) * unitsPerNs;

export class Timekeeper {
  readonly #clock: SteeredClock;
  readonly #holdover: Holdover;
  /** A master has told the time, which is still gone by. */
  #ofMaster = false;
  #hasSource = false;

  constructor(servo: ServoSettings, holdover: HoldoverSpecification | undefined) {
    this.#clock = new SteeredClock(servo);
    this.#holdover = new Holdover(holdover);
  }

  /** PTP time at a raw time stamp. */
  timeAt(raw: Instant): Instant {
    return this.#clock.timeAt(raw);
  }

  /** The time is none that a master has told: it is that of the clock's own source, or what it is by itself. */
  get isOwn(): boolean {
    return !this.#hasSource || !this.#ofMaster;
  }

  get hasSource(): boolean {
    return this.#hasSource;
  }

  /** There is a source of time for when nobody is followed, and somebody who reads it. */
  haveSource(): void {
    this.#hasSource = true;
  }

  /** What the source shows; while nobody is followed. @returns whether the clock was set */
  keepTo({ raw, time, rateOffset }: SourceReading): boolean {
    return this.#clock.keepTo(raw, time, rateOffset);
  }

  /** What an earlier life has learned. */
  beginWithRate(raw: Instant, rateOffset: number): void {
    this.#clock.beginWithRate(raw, rateOffset);
  }

  /** The time that something has kept since a master told it. */
  beginWithTime(raw: Instant, time: Instant): void {
    this.#clock.set(time - this.#clock.timeAt(raw));
    this.#ofMaster = true;
  }

  get lockState(): LockState {
    return this.#clock.lockState;
  }

  /** The rate has been learned of a master. */
  get rateKnown(): boolean {
    return this.#clock.rateKnown;
  }

  /** The clock has been in lock at some time, so others may rely on it. */
  get hasLocked(): boolean {
    return this.#clock.hasLocked;
  }

  /** The specification that the present holdover is within; undefined if it is within none, or there is no holdover. */
  get heldWithin(): HoldoverSpecification | undefined {
    return this.#holdover.state === 'withinSpecification'
      ? this.#holdover.specification
      : undefined;
  }

  /** @param now raw; where the windows of offsets end, with the latest offset unless given */
  state(
    now?: Instant,
  ): Pick<
    ClockState,
    | 'lockState'
    | 'servo'
    | 'holdover'
    | 'rateOffset'
    | 'learnedRateOffset'
    | 'meanOffset'
    | 'offsetWindows'
    | 'latestSync'
  > {
    return {
      lockState: this.#clock.lockState,
      servo: this.#clock.servo,
      holdover: this.#holdover.state,
      rateOffset: this.#clock.rateOffset,
      learnedRateOffset: this.#clock.learnedRateOffset,
      meanOffset: this.#clock.meanOffset,
      offsetWindows: this.#clock.offsetWindows(now),
      latestSync: this.#clock.latestSync,
    };
  }

  /** The offsets that have been steered by since the last call: for one who keeps a record. */
  takeOffsets(): OffsetSums | undefined {
    return this.#clock.takeOffsets();
  }

  /** Another master is followed from here on. */
  follow(): void {
    this.#clock.follow();
  }

  /** The master has sent a Sync. @param ingressTimestamp raw */
  noteSync(ingressTimestamp: Instant): void {
    this.#clock.noteSync(ingressTimestamp);
  }

  /**
   * A Sync before the path delay is known: sets the time where it is far off, and learns the rate where it is not known. True:
   * what was measured before does not go with what comes after.
   *
   * @param receivedAt raw
   */
  takeSync(sync: SyncMeasurement, receivedAt: Instant): boolean {
    const hasLearned = this.#clock.learnRate(
      receivedAt,
      sync.syncEventIngressTimestamp,
      instantAfter(sync.originTimestamp, sync.correctionField),
    );
    const ahead = sync.syncEventIngressTimestamp - sync.originTimestamp;
    const isBeyond = ahead > coarseStepThreshold || -ahead > coarseStepThreshold;
    const isFarOff = isBeyond && !this.#clock.isNeverSet;
    if (isFarOff) this.#clock.set(-ahead);
    this.#ofMaster ||= isFarOff || hasLearned;
    return isFarOff || hasLearned;
  }

  /**
   * One offset from the master: what has become of it. Epochs may be decades apart, which no TimeInterval can hold: it is
   * taken from the times themselves.
   *
   * @param receivedAt raw
   */
  steer(
    sync: SyncMeasurement,
    receivedAt: Instant,
    meanDelay: TimeInterval,
  ): {
    readonly steering: Steering;
    readonly outputs: readonly Output[];
  } {
    const { syncEventIngressTimestamp, originTimestamp, correctionField } = sync;
    const ahead = syncEventIngressTimestamp - originTimestamp - meanDelay - correctionField;
    const steering = this.#clock.steer(receivedAt, ahead);
    if (steering === 'ignored') return { steering, outputs: [] };
    this.#ofMaster = true;
    return { steering, outputs: this.#holdover.end() };
  }

  /** There is no time to follow: the clock goes on at the rate that it has learned. */
  holdOver(): readonly Output[] {
    const outputs = this.#holdover.begin(this.#clock.lockState);
    this.#clock.holdOver();
    // What was never in lock is no time to go on with, if there is another.
    if (!this.#clock.hasLocked) this.#ofMaster = false;
    return outputs;
  }

  /** 7.6.2.5: from here on the clock is what it is by itself. @param sameTimescale its own source has the timescale of now */
  expireHoldover(sameTimescale: boolean): void {
    this.#holdover.expire();
    if (sameTimescale) this.#ofMaster = false;
  }
}
