/** A clock that can be read and set, as the hardware clock of a network card (PHC): an oscillator and what it is ahead. */
import type { Oscillator } from './oscillator.js';
import type { Timeline } from './timeline.js';

/** What a clock that is right shows at the start, ns since the PTP epoch: some time in 2027. */
export const epochNs = 1_800_000_000_000_000_000n;

export class VirtualClock {
  readonly #timeline: Timeline;
  readonly oscillator: Oscillator;
  #offsetNs: number;
  readonly #watchers: (() => void)[] = [];

  /** `offsetNs`: how far ahead of true time at the start. */
  constructor(timeline: Timeline, oscillator: Oscillator, offsetNs: number) {
    this.#timeline = timeline;
    this.oscillator = oscillator;
    this.#offsetNs = offsetNs;
  }

  /** How far ahead of true time now, ns. */
  deviationNs(): number {
    return this.#offsetNs + this.oscillator.deviationNs();
  }

  /** ns since the PTP epoch, rounded down to a multiple of `granularityNs`; `lateNs` after now on this clock. */
  read(granularityNs: number, lateNs: number): bigint {
    const ns = this.#timeline.now + this.deviationNs() + lateNs;
    return epochNs + BigInt(Math.floor(ns / granularityNs) * granularityNs);
  }

  /** Sets it by that much, forward or back. */
  step(ns: number): void {
    this.#offsetNs += ns;
    for (const watcher of this.#watchers) watcher();
  }

  /** `watcher` is called at every step, as a program is notified with TFD_TIMER_CANCEL_ON_SET. */
  onStep(watcher: () => void): void {
    this.#watchers.push(watcher);
  }
}
