/** What drives the clock and the timers of one device: a frequency that is not quite right and not quite steady. */
import type { RandomStream } from './random.js';
import type { Timeline } from './timeline.js';

export interface OscillatorModel {
  /** Constant part of the frequency's error in parts per billion; positive runs fast. */
  readonly driftPpb?: number;
  /** Random walk of the frequency: its standard deviation after one second, in parts per billion. */
  readonly wanderPpb?: number;
}

/** How often a wandering frequency changes; between two changes it is constant. */
const wanderIntervalNs = 1e8;
const wanderStepsPerSecond = 1e9 / wanderIntervalNs;

export class Oscillator {
  readonly #timeline: Timeline;
  readonly #random: RandomStream;
  readonly #wanderPerStep: number;
  /** Local seconds per true second, minus 1, since `#since`. */
  #rateOffset: number;
  #since: number;
  /** Local minus true time at `#since`, ns. */
  #deviationNs = 0;

  constructor(timeline: Timeline, model: OscillatorModel, random: RandomStream) {
    this.#timeline = timeline;
    this.#random = random;
    this.#since = timeline.now;
    this.#rateOffset = (model.driftPpb ?? 0) * 1e-9;
    this.#wanderPerStep = ((model.wanderPpb ?? 0) * 1e-9) / Math.sqrt(wanderStepsPerSecond);
  }

  /** By how much it has run ahead of true time since the start, ns. */
  deviationNs(): number {
    this.#wander();
    return this.#deviationNs + (this.#timeline.now - this.#since) * this.#rateOffset;
  }

  /** The true time, ns, that passes while this oscillator counts `localNs`, at its present rate. */
  trueDuration(localNs: number): number {
    this.#wander();
    return localNs / (1 + this.#rateOffset);
  }

  /** Runs that much faster from now on, in parts per billion. */
  slew(ppb: number): void {
    this.#deviationNs = this.deviationNs();
    this.#since = this.#timeline.now;
    this.#rateOffset += ppb * 1e-9;
  }

  #wander(): void {
    if (this.#wanderPerStep === 0) return;
    while (this.#timeline.now - this.#since >= wanderIntervalNs) {
      this.#deviationNs += wanderIntervalNs * this.#rateOffset;
      this.#since += wanderIntervalNs;
      this.#rateOffset += this.#wanderPerStep * this.#random.normal();
    }
  }
}
