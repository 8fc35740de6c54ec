/** One port of a virtual device: its queue towards the cable, its time stamping, its link. */
import type { Direction, Socket } from './cable.js';
import { stampOneStepSync } from './one-step.js';
import type { RandomStream } from './random.js';
import { draw, type Spread } from './spread.js';
import type { Timeline } from './timeline.js';
import type { Timestamper } from './timestamper.js';

/** What a port reports to the device that it belongs to. */
export interface PortOwner {
  received(frame: Uint8Array, timestampNs: bigint | undefined): void;
  transmitted(number: number, timestampNs: bigint): void;
  linkChanged(up: boolean): void;
}

export class VirtualPort implements Socket {
  readonly timestamper: Timestamper;
  readonly #timeline: Timeline;
  readonly #residence: Spread;
  readonly #random: RandomStream;
  readonly #owner: PortOwner;
  #cable: Direction | undefined;
  #link = false;
  #lastDeparture = 0;

  /** `residence`: how long a frame that is to be sent waits until it leaves; frames stay in order. */
  constructor(
    timeline: Timeline,
    timestamper: Timestamper,
    residence: Spread,
    random: RandomStream,
    owner: PortOwner,
  ) {
    this.#timeline = timeline;
    this.timestamper = timestamper;
    this.#residence = residence;
    this.#random = random;
    this.#owner = owner;
  }

  get link(): boolean {
    return this.#link;
  }

  /** `cable`: the way out. Throws RangeError when there is a cable already. */
  plugIn(cable: Direction): void {
    if (this.#cable !== undefined) throw new RangeError('there is a cable in this port already');
    this.#cable = cable;
  }

  setLink(up: boolean): void {
    if (this.#link === up) return;
    this.#link = up;
    this.#owner.linkChanged(up);
  }

  arrive(frame: Uint8Array): void {
    this.#owner.received(frame, this.timestamper.receive());
  }

  /** With `number`, the transmit time stamp is reported with that number. */
  send(frame: Uint8Array, number: number | undefined): void {
    const wait = draw(this.#residence, this.#random);
    const departure = Math.max(this.#timeline.now + wait, this.#lastDeparture);
    this.#lastDeparture = departure;
    if (number !== undefined) {
      this.#timeline.at(departure, () => {
        this.#stamp(frame, number);
      });
    }
    this.#cable?.carry(frame, departure);
  }

  #stamp(frame: Uint8Array, number: number): void {
    const timestampNs = this.timestamper.transmit();
    if (this.timestamper.model.oneStep === true) stampOneStepSync(frame, timestampNs);
    const delay = this.timestamper.report();
    if (delay === 'lost') return;
    this.#timeline.after(delay, () => {
      this.#owner.transmitted(number, timestampNs);
    });
  }
}
