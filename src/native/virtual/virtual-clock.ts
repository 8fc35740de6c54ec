/** A clock that can be read, set and slewed, as the system clock or a PHC: an oscillator and what it is ahead of that. */
import type { Oscillator } from './oscillator.js';
import type { Timeline } from './timeline.js';

/** What a clock that is right shows at the start, ns since the PTP epoch: some time in 2027. */
export const epochNs = 1_800_000_000_000_000_000n;

export class VirtualClock {
  readonly #timeline: Timeline;
  readonly oscillator: Oscillator;
  #offsetNs: number;
  #steppedNs = 0;
  /** What it was slewed by up to `#slewedAt`, a time of the oscillator, and its rate since then, minus 1. */
  #slewedNs = 0;
  #slewedAt = 0;
  #slewRate = 0;
  readonly #watchers: (() => void)[] = [];

  /** `offsetNs`: how far ahead of true time at the start. */
  constructor(timeline: Timeline, oscillator: Oscillator, offsetNs: number) {
    this.#timeline = timeline;
    this.oscillator = oscillator;
    this.#offsetNs = offsetNs;
  }

  /** How far ahead of true time now, ns. */
  deviationNs(): number {
    return this.#offsetNs + this.#steppedNs + this.oscillator.deviationNs() + this.#slewed();
  }

  /** All that it was set by since the start. */
  get steppedNs(): number {
    return this.#steppedNs;
  }

  /** Seconds of it per second of its oscillator, minus 1. */
  get slewRate(): number {
    return this.#slewRate;
  }

  /** ns since the PTP epoch, rounded down to a multiple of `granularityNs`; `lateNs` after now on this clock. */
  read(granularityNs: number, lateNs: number): bigint {
    const ns = this.#timeline.now + this.deviationNs() + lateNs;
    return epochNs + BigInt(Math.floor(ns / granularityNs) * granularityNs);
  }

  /** Sets it by that much, forward or back. */
  step(ns: number): void {
    this.#steppedNs += ns;
    for (const watcher of this.#watchers) watcher();
  }

  /** Runs that much faster from now on, in parts per billion of its oscillator's rate. */
  slew(ppb: number): void {
    this.#slewedNs = this.#slewed();
    this.#slewedAt = this.#oscillatorNs();
    this.#slewRate += ppb * 1e-9;
  }

  /** Shows another time from now on, and nothing about it tells: as if it had always shown that. */
  shift(ns: number): void {
    this.#offsetNs += ns;
  }

  #oscillatorNs(): number {
    return this.#timeline.now + this.oscillator.deviationNs();
  }

  #slewed(): number {
    if (this.#slewRate === 0) return this.#slewedNs;
    return this.#slewedNs + (this.#oscillatorNs() - this.#slewedAt) * this.#slewRate;
  }

  /** `watcher` is called at every step, as a program is notified with TFD_TIMER_CANCEL_ON_SET. */
  onStep(watcher: () => void): void {
    this.#watchers.push(watcher);
  }
}
