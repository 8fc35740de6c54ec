/**
 * Values that change: each change is told once, from what was told last to what is now. What changes again and again is told
 * as that, and then not before it has been the same for a while.
 */
import type { EventKind } from './catalogue.js';
import { subjectText, type EventDraft, type Moment, type Subject } from './event.js';

export interface Value {
  readonly kind: EventKind;
  readonly subject: Subject;
  readonly value: string;
  /** It is on its way to another one, and told only if it stays for so long. */
  readonly settlesInNs?: number;
}

/** What is said of a change. */
export type Describe = (
  from: string,
  to: string,
) => Pick<EventDraft, 'text' | 'remedy' | 'severity'>;

interface Watched {
  readonly told: string;
  /** Since when it has been this. */
  readonly value: string;
  readonly since: Moment;
  readonly lookedNs: number;
  /** When changes were told, of those of late. */
  readonly toldNs: readonly number[];
}

/** Told so often within that time, a value flaps. */
const flaps = { times: 3, withinNs: 60e9 } as const;
const whenItFlaps = '; it changes to and fro, and is told again when it has stayed for a minute';

export class Changes {
  readonly #watched = new Map<string, Watched>();

  /** What is seen for the first time is no change. */
  look({ kind, subject, value, settlesInNs = 0 }: Value, describe: Describe, now: Moment) {
    const key = `${kind}|${subjectText(subject)}`;
    const known = this.#watched.get(key);
    const at = now.monotonicNs;
    const isSame = known?.value === value;
    const since = isSame ? known.since : now;
    const toldNs = (known?.toldNs ?? []).filter((told) => told > at - flaps.withinNs);
    const told = known?.told ?? value;
    const flapping = toldNs.length >= flaps.times;
    const wait = flapping ? flaps.withinNs : settlesInNs;
    const due = value !== told && at - since.monotonicNs >= wait;
    const kept = { value, since, lookedNs: at };
    this.#watched.set(key, {
      ...kept,
      told: due ? value : told,
      toldNs: due ? [...toldNs, at] : toldNs,
    });
    if (!due) return [];
    const { text, ...rest } = describe(told, value);
    const draft: EventDraft = {
      ...{ kind, state: 'once', ...subject, atMs: now.unixMs, sinceMs: since.unixMs },
      ...{ from: told, to: value, ...rest },
      text: toldNs.length === flaps.times - 1 ? text + whenItFlaps : text,
    };
    return [draft];
  }

  /** Forgets what was not there at the latest look. */
  sweep({ monotonicNs }: Moment): void {
    for (const [key, { lookedNs }] of this.#watched) {
      if (lookedNs < monotonicNs) this.#watched.delete(key);
    }
  }

  /** It is not looked at now, but not gone. */
  keep({ kind, subject }: Pick<Value, 'kind' | 'subject'>, { monotonicNs }: Moment): void {
    const key = `${kind}|${subjectText(subject)}`;
    const known = this.#watched.get(key);
    if (known !== undefined) this.#watched.set(key, { ...known, lookedNs: monotonicNs });
  }
}
