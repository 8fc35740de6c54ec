/**
 * Virtual time: runs what is planned in order of time, and at equal times in the order in which it was planned. True
 * time counts in nanoseconds from 0 at the start; a double holds it to a thousandth of a nanosecond for two hours.
 */

/** One thing planned. */
export interface Planned {
  readonly at: number;
  /** Cancels it; has no effect once it has happened. */
  cancel(): void;
}

class Entry implements Planned {
  readonly at: number;
  readonly #order: number;
  run: (() => void) | undefined;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.#order = order;
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }

  isBefore(other: Entry): boolean {
    return this.at < other.at || (this.at === other.at && this.#order < other.#order);
  }
}

export class Timeline {
  /** A binary heap: no entry is before its parent, that of i at (i - 1) / 2. */
  readonly #heap: Entry[] = [];
  #planned = 0;
  #now = 0;

  /** True time, ns since the start. */
  get now(): number {
    return this.#now;
  }

  /** Plans `run` for that time. Throws RangeError for a time that has passed or is none. */
  at(time: number, run: () => void): Planned {
    if (!(time >= this.#now)) {
      throw new RangeError(`planned for ${time} ns when it is ${this.#now} ns already`);
    }
    const entry = new Entry(time, this.#planned++, run);
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1, entry);
    return entry;
  }

  after(delayNs: number, run: () => void): Planned {
    return this.at(this.#now + delayNs, run);
  }

  /**
   * Runs everything that is planned up to and including `end`, and what is planned meanwhile; afterwards `now` is
   * `end`.
   */
  runUntil(end: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#removeFirst();
      if (next.run === undefined) continue;
      this.#now = next.at;
      next.run();
    }
    this.#now = Math.max(this.#now, end);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    this.#siftDown(last);
  }

  #siftUp(from: number, entry: Entry): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !entry.isBefore(parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  #siftDown(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (left === undefined) break;
      const right = heap[2 * index + 2];
      const rightFirst = right?.isBefore(left) === true;
      const child = rightFirst ? right : left;
      if (!child.isBefore(entry)) break;
      heap[index] = child;
      index = 2 * index + (rightFirst ? 2 : 1);
    }
    heap[index] = entry;
  }
}
