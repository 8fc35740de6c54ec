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
}

export class Observing {
  readonly #options: ObservingOptions;
  readonly #timers: Timers;

  constructor(options: ObservingOptions) {
    this.#options = options;
    this.#timers = new Timers(options.timerClock);
  }

  /** The first time at once. */
  start(): void {
    const { snapshots, takers } = this.#options;
    this.#timers.set('look', intervalNs, () => this.start());
    const snapshot = snapshots.take();
    for (const take of takers) take(snapshot);
  }

  stop(): void {
    this.#timers.cancelAll();
  }
}
