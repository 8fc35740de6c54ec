/** How a device reads the hardware clock of a port: between two readings of its own clock, not quite in their middle. */
import type { CrossTimestamp } from '../forwarder.js';
import type { RandomStream } from './random.js';
import { draw, type Spread } from './spread.js';
import type { VirtualClock } from './virtual-clock.js';

export interface ClockReadingModel {
  /** How long a reading takes; 0, both clocks at once, unless set. */
  readonly window?: Spread;
  /** Where in the window the clock is read: -1 at its beginning, 0 in the middle unless set, 1 at its end. */
  readonly asymmetry?: number;
  /** Standard deviation of `asymmetry`. */
  readonly asymmetryNoise?: number;
  /** Share of readings that something interrupts right before or right after the clock is read, and for how long. */
  readonly interruption?: { readonly share: number; readonly length: Spread };
  /** Whole nanoseconds that the clock counts in steps of; 1 unless set. */
  readonly granularityNs?: number;
}

export class ClockReader {
  readonly #model: ClockReadingModel;
  readonly #clock: VirtualClock;
  readonly #reference: VirtualClock;
  readonly #random: RandomStream;

  constructor(
    model: ClockReadingModel,
    clock: VirtualClock,
    reference: VirtualClock,
    random: RandomStream,
  ) {
    this.#model = model;
    this.#clock = clock;
    this.#reference = reference;
    this.#random = random;
  }

  /** Reads the clock; the middle of the window is now. */
  read(): CrossTimestamp {
    const { window = 0, asymmetry = 0, asymmetryNoise = 0, interruption } = this.#model;
    const ownNs = draw(window, this.#random);
    const place = asymmetry + asymmetryNoise * this.#random.normal();
    const interrupted = interruption !== undefined && this.#random.chance(interruption.share);
    const lengthNs = interrupted ? draw(interruption.length, this.#random) : 0;
    const side = this.#random.chance(0.5) ? 1 : -1;
    const lateNs = (place * ownNs + side * lengthNs) / 2;
    return {
      clockNs: this.#clock.read(this.#model.granularityNs ?? 1, lateNs),
      referenceNs: this.#reference.read(1, 0),
      windowNs: Math.round(ownNs + lengthNs),
    };
  }
}
