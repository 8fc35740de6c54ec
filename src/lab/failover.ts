/**
 * Plays the loss of the better grandmaster and its return, and watches each until the switch follows the other
 * grandmaster and its servo is locked to it.
 */
import type { LockState } from '../core/servo/servo.js';
import type { FailoverReport, SwitchOverReport } from './report/report.js';

/**
 * When, in seconds of the measurement, the better grandmaster is killed and started again; in between the switch has
 * time to settle.
 */
export const killAfterSeconds = 5;
export const returnAfterSeconds = 10;
/** The shortest measurement in which all of this has room. */
export const failoverSeconds = 15;

/** How often the switch is asked while it changes over. */
const pollMs = 20;

export interface FailoverStage {
  /** Ends the better grandmaster as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it anew. */
  readonly startAgain: () => void;
  /** Which grandmaster the switch follows, and its lockState. */
  readonly clock: () => Promise<FollowedClock>;
  readonly better: string;
  readonly other: string;
  /** Since the start of the measurement. */
  readonly elapsedMs: () => number;
  /** Waits; ends early with the signal. */
  readonly pause: (ms: number, end: AbortSignal) => Promise<void>;
}

export interface FollowedClock {
  /** As in `show parent`. */
  readonly grandmasterIdentity: string;
  readonly lockState: LockState;
}

type SwitchOver = { -readonly [Key in keyof SwitchOverReport]: SwitchOverReport[Key] };

export class Failover {
  readonly #stage: FailoverStage;
  #loss: SwitchOver | null = null;
  #return: SwitchOver | null = null;
  /** The change-over that is under way. */
  #current: SwitchOver | undefined;

  constructor(stage: FailoverStage) {
    this.#stage = stage;
  }

  /** Done when the better grandmaster is followed again, or with the signal. Throws what the stage throws. */
  async run(end: AbortSignal): Promise<void> {
    const { kill, startAgain, better, other } = this.#stage;
    await this.#waitUntil(killAfterSeconds, end);
    if (end.aborted) return;
    this.#loss = this.#begin();
    await kill();
    await this.#watch(this.#loss, other, end);
    await this.#waitUntil(returnAfterSeconds, end);
    if (end.aborted) return;
    this.#return = this.#begin();
    startAgain();
    await this.#watch(this.#return, better, end);
  }

  /** Takes a time error of any receiver. */
  addError(errorNs: number): void {
    if (this.#current === undefined) return;
    this.#current.worstErrorNs = Math.max(this.#current.worstErrorNs ?? 0, Math.abs(errorNs));
  }

  report(): FailoverReport {
    return {
      killAfterSeconds,
      returnAfterSeconds,
      loss: this.#loss && { ...this.#loss },
      return: this.#return && { ...this.#return },
    };
  }

  #begin(): SwitchOver {
    this.#current = {
      atSeconds: this.#stage.elapsedMs() / 1000,
      followedAfterMs: null,
      lockedAfterMs: null,
      worstErrorNs: null,
    };
    return this.#current;
  }

  async #watch(switchOver: SwitchOver, expected: string, end: AbortSignal): Promise<void> {
    while (!end.aborted && switchOver.lockedAfterMs === null) {
      await this.#stage.pause(pollMs, end);
      const { grandmasterIdentity, lockState } = await this.#stage.clock();
      if (grandmasterIdentity !== expected) continue;
      const sinceMs = Math.round(this.#stage.elapsedMs() - 1000 * switchOver.atSeconds);
      switchOver.followedAfterMs ??= sinceMs;
      if (lockState === 'locked') switchOver.lockedAfterMs = sinceMs;
    }
    this.#current = undefined;
  }

  async #waitUntil(seconds: number, end: AbortSignal): Promise<void> {
    if (end.aborted) return;
    await this.#stage.pause(Math.max(0, 1000 * seconds - this.#stage.elapsedMs()), end);
  }
}
