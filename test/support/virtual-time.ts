/** A TimerClock that goes only when told to. */
import { durationNs, type DurationNs } from '../../src/core/time/instant.js';
import type { TimerClock } from '../../src/daemon/runtime/timers.js';

export class VirtualTime implements TimerClock {
  #now = 0;
  readonly #wakes = new Map<symbol, { readonly at: number; readonly wake: () => void }>();

  now(): DurationNs {
    return durationNs(this.#now);
  }

  wakeAfter(delay: DurationNs, wake: () => void): () => void {
    const id = Symbol();
    this.#wakes.set(id, { at: this.#now + delay, wake });
    return () => this.#wakes.delete(id);
  }

  /** Wake-ups arranged and not called off. */
  get pending(): number {
    return this.#wakes.size;
  }

  /** Lets time pass, with every wake-up at its moment. */
  advance(ns: number): void {
    const end = this.#now + ns;
    for (;;) {
      const next = [...this.#wakes].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined || next[1].at > end) break;
      this.#now = next[1].at;
      this.#wakes.delete(next[0]);
      next[1].wake();
    }
    this.#now = end;
  }

  /** Lets time pass as while the process is busy: what was due is woken only at the end. */
  stall(ns: number): void {
    this.#now += ns;
    const due = [...this.#wakes].filter(([, { at }]) => at <= this.#now);
    for (const [id, { wake }] of due) {
      this.#wakes.delete(id);
      wake();
    }
  }
}
