/** Every figure of a run: by metric and subject, one value a repetition. */

import { median } from '../test/support/netns/statistics.js';

export class Measurements {
  readonly #values = new Map<string, Map<string, number[]>>();

  /** `metric` ends in its unit. */
  add(metric: string, subject: string, value: number): void {
    const bySubject = this.#values.get(metric) ?? new Map<string, number[]>();
    this.#values.set(metric, bySubject);
    bySubject.set(subject, [...this.values(metric, subject), value]);
  }

  values(metric: string, subject: string): readonly number[] {
    return this.#values.get(metric)?.get(subject) ?? [];
  }

  /** Undefined where nothing was measured. */
  median(metric: string, subject: string): number | undefined {
    const values = this.values(metric, subject);
    return values.length === 0 ? undefined : median(values);
  }

  /**
   * The median of what two subjects' figures of the same repetition come to, so that what the machine did in one
   * repetition meets both; undefined where either was not measured.
   */
  medianOfPairs(
    metric: string,
    [one, other]: readonly [string, string],
    combine: (one: number, other: number) => number,
  ): number | undefined {
    const others = this.values(metric, other);
    const combined = this.values(metric, one)
      .slice(0, others.length)
      .map((value, repetition) => combine(value, others[repetition]!));
    return combined.length === 0 ? undefined : median(combined);
  }

  get metrics(): string[] {
    return [...this.#values.keys()];
  }

  /** In the order of their first appearance. */
  get subjects(): string[] {
    return [...new Set([...this.#values.values()].flatMap((bySubject) => [...bySubject.keys()]))];
  }

  toJSON(): Record<string, Record<string, number[]>> {
    return Object.fromEntries(
      [...this.#values].map(([metric, bySubject]) => [metric, Object.fromEntries(bySubject)]),
    );
  }
}
