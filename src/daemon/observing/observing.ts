/** Looks at a running switch once a second, for all that is made of it: events, a history. */
import { durationNs } from '../../core/time/instant.js';
import type { Snapshot } from '../../observe/snapshot.js';
import { Timers, type TimerClock } from '../runtime/timers.js';
import type { Snapshots } from './snapshots.js';

const intervalNs = durationNs(1e9);

export interface ObservingOptions {
  readonly snapshots: Pick<Snapshots, 'take'>;
  readonly timerClock: TimerClock;
  /** Each gets every snapshot, in this order. */
  readonly takers: readonly ((snapshot: Snapshot) => void)[];
  /** Told of the first fault of a taker: what only looks must not end what forwards. */
  readonly warn: (line: string) => void;
}

export class Observing {
  readonly #options: ObservingOptions;
  readonly #timers: Timers;
  #hasFailed = false;

  constructor(options: ObservingOptions) {
    this.#options = options;
    this.#timers = new Timers(options.timerClock);
  }

  /** The first time at once. */
  start(): void {
    const { snapshots, takers } = this.#options;
    this.#timers.set('look', intervalNs, () => this.start());
    this.#attempt(() => {
      const snapshot = snapshots.take();
      for (const take of takers) this.#attempt(() => take(snapshot));
    });
  }

  #attempt(look: () => void): void {
    try {
      look();
    } catch (error) {
      if (!this.#hasFailed) {
        const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#options.warn(
          `events and history lack something, by a fault of this program: ${said}`,
        );
      }
      this.#hasFailed = true;
    }
  }

  stop(): void {
    this.#timers.cancelAll();
  }
}
