/** Lists of leap seconds in files of the machine, read again once an hour: they are renewed twice a year. */
import {
  parseLeapSecondsList,
  type LeapSecondsList,
} from '../../core/datasets/leap-seconds-list.js';
import type { TimerClock } from '../runtime/timers.js';

const readingIntervalNs = 3_600e9;

export class LeapSecondsFiles {
  readonly #readText: (path: string) => string | undefined;
  readonly #clock: Pick<TimerClock, 'now'>;
  readonly #lists = new Map<
    string,
    { readonly list: LeapSecondsList | null; readonly at: number }
  >();

  constructor(readText: (path: string) => string | undefined, clock: Pick<TimerClock, 'now'>) {
    this.#readText = readText;
    this.#clock = clock;
  }

  /** Null where there is no such file, or it is no list. */
  listIn(path: string): LeapSecondsList | null {
    const now = this.#clock.now();
    const known = this.#lists.get(path);
    if (known !== undefined && now - known.at < readingIntervalNs) return known.list;
    const text = this.#readText(path);
    const list = (text === undefined ? undefined : parseLeapSecondsList(text)) ?? null;
    this.#lists.set(path, { list, at: now });
    return list;
  }
}
