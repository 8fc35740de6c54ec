/** A cable between two ports, with everything that may go wrong on it; each direction has its own faults. */
import type { RandomStream } from './random.js';
import { draw, type Spread } from './spread.js';
import type { Timeline } from './timeline.js';

export interface CableModel {
  /** Each way, on average over both; 500 ns, a hundred metres, unless set. */
  readonly delayNs?: number;
  /**
   * 7.4.2: how much longer than the mean delay a frame takes from the first port to the second, and how much shorter
   * back.
   */
  readonly asymmetryNs?: number;
  /** Added to the delay, drawn anew for each frame. Frames stay in order. */
  readonly jitter?: Spread;
  /** Share of frames that never arrive. */
  readonly loss?: number;
  /** Share of frames that arrive twice, the second time after `againAfter`. */
  readonly duplication?: { readonly share: number; readonly againAfter: Spread };
  /** Share of frames that later ones may overtake, because they take `lateBy` longer. */
  readonly reordering?: { readonly share: number; readonly lateBy: Spread };
}

/** Where a cable ends. */
export interface Socket {
  arrive(frame: Uint8Array): void;
  setLink(up: boolean): void;
}

const defaultDelayNs = 500;

/** One of the two ways. */
export class Direction {
  readonly #timeline: Timeline;
  readonly #random: RandomStream;
  readonly #model: CableModel;
  readonly #delayNs: number;
  readonly #to: Socket;
  /** Of the last frame that kept the order. */
  #lastArrival = 0;
  up = true;

  constructor(
    timeline: Timeline,
    random: RandomStream,
    model: CableModel,
    asymmetryNs: number,
    to: Socket,
  ) {
    this.#timeline = timeline;
    this.#random = random;
    this.#model = model;
    this.#delayNs = (model.delayNs ?? defaultDelayNs) + asymmetryNs;
    this.#to = to;
  }

  /** A frame begins to leave at `departure`, now or later; it may still be changed until then. */
  carry(frame: Uint8Array, departure: number): void {
    const { loss = 0, jitter = 0, reordering, duplication } = this.#model;
    if (!this.up || this.#random.chance(loss)) return;
    let arrival = departure + this.#delayNs + draw(jitter, this.#random);
    if (reordering !== undefined && this.#random.chance(reordering.share)) {
      arrival += draw(reordering.lateBy, this.#random);
    } else {
      arrival = Math.max(arrival, this.#lastArrival);
      this.#lastArrival = arrival;
    }
    this.#deliver(frame, arrival);
    if (duplication !== undefined && this.#random.chance(duplication.share)) {
      this.#deliver(frame, arrival + draw(duplication.againAfter, this.#random));
    }
  }

  #deliver(frame: Uint8Array, arrival: number): void {
    this.#timeline.at(arrival, () => {
      if (this.up) this.#to.arrive(frame);
    });
  }
}

export class Cable {
  readonly forth: Direction;
  readonly back: Direction;
  readonly #ends: readonly Socket[];

  /** Plugs it in at both ends. `random` gives each way a stream of its own. */
  constructor(
    timeline: Timeline,
    random: (way: 'forth' | 'back') => RandomStream,
    model: CableModel,
    first: Socket,
    second: Socket,
  ) {
    const asymmetryNs = model.asymmetryNs ?? 0;
    this.forth = new Direction(timeline, random('forth'), model, asymmetryNs, second);
    this.back = new Direction(timeline, random('back'), model, -asymmetryNs, first);
    this.#ends = [first, second];
  }

  /** Pulls the cable, whereby frames on the way are lost, or plugs it in again. */
  setUp(up: boolean): void {
    this.forth.up = up;
    this.back.up = up;
    for (const end of this.#ends) end.setLink(up);
  }
}
