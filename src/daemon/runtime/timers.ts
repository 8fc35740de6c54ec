/**
 * Named timers, of which only the earliest has a wake-up. The clock behind them is given, so that tests can use virtual
 * time.
 */
import { durationNs, type DurationNs } from '../../core/time/instant.js';

export interface TimerClock {
  /** Time since some fixed moment; never goes back. */
  now(): DurationNs;
  /** Calls `wake` once, after `delay` or a little later or earlier; the result cancels it. */
  wakeAfter(delay: DurationNs, wake: () => void): () => void;
}

const nsPerMs = 1e6;
/** The longest wait of setTimeout; a longer one is made of several. */
const longestSleepMs = 2 ** 31 - 1;

/** The monotonic clock and setTimeout. A timer that is set keeps the process alive, as a running clock should. */
export const systemTimerClock: TimerClock = {
  now: () => durationNs(performance.now() * nsPerMs),
  wakeAfter: (delay, wake) => {
    const timeout = setTimeout(wake, Math.min(Math.ceil(delay / nsPerMs), longestSleepMs));
    return () => {
      clearTimeout(timeout);
    };
  },
};

interface Timer {
  readonly deadline: DurationNs;
  readonly expire: () => void;
}

/**
 * A port has few timers, so the earliest is found by looking at all of them.
 *
 * A timer that is set while another one expires counts from that one's deadline, not from when the wake-up came: so a
 * timer that sets itself again keeps its rate however late each wake-up is.
 */
export class Timers {
  readonly #clock: TimerClock;
  readonly #timers = new Map<string, Timer>();
  #cancelWake: (() => void) | undefined;
  /** The deadline of the timer that is expiring. */
  #expiring: DurationNs | undefined;

  constructor(clock: TimerClock) {
    this.#clock = clock;
  }

  /** Replaces a timer of that name. */
  set(name: string, after: DurationNs, expire: () => void): void {
    const now = this.#clock.now();
    // After a stall there is one expiry in place of all that were missed.
    const deadline = durationNs(Math.max((this.#expiring ?? now) + after, now));
    this.#timers.set(name, { deadline, expire });
    this.#arm();
  }

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  cancel(name: string): void {
    this.#timers.delete(name);
    this.#arm();
  }

  cancelWhere(matches: (name: string) => boolean): void {
    for (const name of this.#timers.keys()) if (matches(name)) this.#timers.delete(name);
    this.#arm();
  }

  cancelAll(): void {
    this.#timers.clear();
    this.#arm();
  }

  #arm(): void {
    // Many are set and cancelled while one expires; the wake-up is arranged once, after that.
    if (this.#expiring !== undefined) return;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (this.#timers.size === 0) return;
    let next = Infinity;
    for (const { deadline } of this.#timers.values()) next = Math.min(next, deadline);
    const delay = durationNs(Math.max(0, next - this.#clock.now()));
    this.#cancelWake = this.#clock.wakeAfter(delay, () => {
      this.#expireDue();
    });
  }

  #expireDue(): void {
    const now = this.#clock.now();
    const due = [...this.#timers]
      .filter(([, { deadline }]) => deadline <= now)
      .sort(([, a], [, b]) => a.deadline - b.deadline);
    try {
      for (const [name, timer] of due) {
        // An earlier one of these may have cancelled or replaced it.
        if (this.#timers.get(name) !== timer) continue;
        this.#timers.delete(name);
        this.#expiring = timer.deadline;
        timer.expire();
      }
    } finally {
      this.#expiring = undefined;
      this.#arm();
    }
  }
}
