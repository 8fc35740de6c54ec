/** Every figure of a run: by metric and subject, one value a repetition. */

import { median } from '../test/support/netns/statistics.js';
import type { HighestRate } from './search.js';
import { spreadOf, type Bound, type Spread } from './verdict.js';

interface Value {
  readonly value: number;
  /** Whether the rig offered no more, so that the subject might have carried more. */
  readonly atRigCeiling: boolean;
}

/** What two subjects' figures of the same repetitions come to. */
export interface Combined {
  readonly values: readonly number[];
  /** Where the rig was the limit of either. */
  readonly bound?: Bound;
}

/** As it is written to a file: the repetitions themselves would be a thousand lines. */
export interface Summary extends Spread {
  /** In how many repetitions the rig was the limit. */
  readonly atRigCeiling?: number;
}

export class Measurements {
  readonly #values = new Map<string, Map<string, Value[]>>();

  /** `metric` ends in its unit. */
  add(metric: string, subject: string, value: number): void {
    this.#add(metric, subject, { value, atRigCeiling: false });
  }

  addRate(metric: string, subject: string, { perSecond, atRigCeiling }: HighestRate): void {
    this.#add(metric, subject, { value: perSecond, atRigCeiling });
  }

  #add(metric: string, subject: string, value: Value): void {
    const bySubject = this.#values.get(metric) ?? new Map<string, Value[]>();
    this.#values.set(metric, bySubject);
    bySubject.set(subject, [...this.#of(metric, subject), value]);
  }

  #of(metric: string, subject: string): readonly Value[] {
    return this.#values.get(metric)?.get(subject) ?? [];
  }

  values(metric: string, subject: string): readonly number[] {
    return this.#of(metric, subject).map(({ value }) => value);
  }

  /** Whether the rig was the limit in any repetition. */
  atRigCeiling(metric: string, subject: string): boolean {
    return this.#of(metric, subject).some(({ atRigCeiling }) => atRigCeiling);
  }

  /** Undefined where nothing was measured. */
  median(metric: string, subject: string): number | undefined {
    const values = this.values(metric, subject);
    return values.length === 0 ? undefined : median(values);
  }

  /** Of each repetition by itself, so that what the machine did in one meets both. */
  ratios(metric: string, dividend: string, divisor: string): Combined {
    const values = this.#pairs(metric, dividend, divisor).map(([one, other]) => one / other);
    const above = this.atRigCeiling(metric, dividend);
    const below = this.atRigCeiling(metric, divisor);
    if (above && below) return { values, bound: 'unknown' };
    if (above) return { values, bound: 'at least' };
    return below ? { values, bound: 'at most' } : { values };
  }

  differences(metric: string, minuend: string, subtrahend: string): Combined {
    return {
      values: this.#pairs(metric, minuend, subtrahend).map(([one, other]) => one - other),
    };
  }

  #pairs(metric: string, one: string, other: string): (readonly [number, number])[] {
    const others = this.values(metric, other);
    return this.values(metric, one)
      .slice(0, others.length)
      .map((value, repetition) => [value, others[repetition]!] as const);
  }

  get metrics(): string[] {
    return [...this.#values.keys()];
  }

  /** In the order of their first appearance. */
  get subjects(): string[] {
    return [...new Set([...this.#values.values()].flatMap((bySubject) => [...bySubject.keys()]))];
  }

  toJSON(): Record<string, Record<string, Summary>> {
    return Object.fromEntries(
      [...this.#values].map(([metric, bySubject]) => [
        metric,
        Object.fromEntries([...bySubject].map(([subject, values]) => [subject, summary(values)])),
      ]),
    );
  }
}

function summary(values: readonly Value[]): Summary {
  const spread = spreadOf(values.map(({ value }) => value));
  const atRigCeiling = values.filter((value) => value.atRigCeiling).length;
  return atRigCeiling === 0 ? spread : { ...spread, atRigCeiling };
}
