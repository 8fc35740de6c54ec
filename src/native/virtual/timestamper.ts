/** The time stamping hardware of one port. */
import type { RandomStream } from './random.js';
import { draw, type Spread } from './spread.js';
import type { VirtualClock } from './virtual-clock.js';

export interface TimestampingModel {
  /** Whole nanoseconds that time stamps are multiples of; 1 unless set, the finest that a record carries. */
  readonly granularityNs?: number;
  /** Standard deviation of each time stamp. */
  readonly noiseNs?: number;
  /** 7.3.4: receive time stamps are taken that much after the frame was on the cable, transmit ones that much before. */
  readonly ingressLatencyNs?: number;
  readonly egressLatencyNs?: number;
  /** How long after its frame a transmit time stamp is handed over; 1 us unless set. */
  readonly reportDelay?: Spread;
  /** Share of transmit time stamps that never come, and of frames received without one. */
  readonly transmitLoss?: number;
  readonly receiveLoss?: number;
  /** Transmit time stamps that the hardware can hold; 0, no limit, unless set. */
  readonly outstandingLimit?: number;
  /** Writes its own time stamp into one-step Syncs as they leave (HWTSTAMP_TX_ONESTEP_SYNC). */
  readonly oneStep?: boolean;
}

export class Timestamper {
  readonly model: TimestampingModel;
  readonly clock: VirtualClock;
  readonly #random: RandomStream;
  #toLose = 0;

  constructor(model: TimestampingModel, clock: VirtualClock, random: RandomStream) {
    this.model = model;
    this.clock = clock;
    this.#random = random;
  }

  /** Of a frame that arrives now. */
  receive(): bigint | undefined {
    if (this.#random.chance(this.model.receiveLoss ?? 0)) return undefined;
    return this.#read(this.model.ingressLatencyNs ?? 0);
  }

  /** Of a frame that leaves now. */
  transmit(): bigint {
    return this.#read(-(this.model.egressLatencyNs ?? 0));
  }

  /** Whether the transmit time stamp just taken is handed over at all, and if so after how many ns. */
  report(): number | 'lost' {
    if (this.#toLose > 0) {
      this.#toLose--;
      return 'lost';
    }
    if (this.#random.chance(this.model.transmitLoss ?? 0)) return 'lost';
    return draw(this.model.reportDelay ?? 1_000, this.#random);
  }

  /** The next `count` transmit time stamps are not handed over. */
  lose(count: number): void {
    this.#toLose += count;
  }

  #read(lateNs: number): bigint {
    const noiseNs = this.model.noiseNs ?? 0;
    const error = noiseNs === 0 ? 0 : noiseNs * this.#random.normal();
    return this.clock.read(this.model.granularityNs ?? 1, lateNs + error);
  }
}
