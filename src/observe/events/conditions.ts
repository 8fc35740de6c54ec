/**
 * Conditions that begin and end, with hysteresis: what flaps is told once. One that has been raised several times in short
 * order is cleared only after it has been absent for longer.
 */
import { kindOf, type EventKind } from './catalogue.js';
import { subjectText, type EventDraft, type Moment, type Subject, type Telling } from './event.js';

/** That it holds now. */
export interface Condition extends Telling {
  readonly kind: EventKind;
  readonly subject: Subject;
  /** What tells it apart from others of its kind and subject. */
  readonly detail?: string;
}

export interface RaisedCondition extends Condition {
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

interface Held {
  readonly condition: Condition;
  readonly since: Moment;
  /** The last time that it held. */
  readonly heldNs: number;
  readonly raised: boolean;
}

/** Raised so often within that time, a condition flaps. */
const flaps = { times: 3, withinNs: 60e9, clearAfterNs: 10e9 } as const;

/** Bounded by what is looked at: the ports, the instances, the masters that each remembers. */
export class Conditions {
  readonly #held = new Map<string, Held>();
  /** When each was raised, of those of late. */
  readonly #raisedNs = new Map<string, readonly number[]>();

  /** It holds, now: told where that is news. */
  hold(condition: Condition, now: Moment): EventDraft[] {
    const key = keyOf(condition);
    const known = this.#held.get(key);
    const since = known?.since ?? now;
    const due = now.monotonicNs - since.monotonicNs >= (kindOf(condition.kind).raiseAfterNs ?? 0);
    const raises = due && known?.raised !== true;
    const raised = due || known?.raised === true;
    // What was said when it was raised is what is over when it is cleared.
    const said = known?.raised === true ? known.condition : condition;
    this.#held.set(key, { condition: said, since, heldNs: now.monotonicNs, raised });
    if (!raises) return [];
    this.#raisedNs.set(key, [...this.#raisesOf(key, now), now.monotonicNs]);
    const { kind, subject, from, to, text, remedy } = condition;
    const times = { atMs: now.unixMs, sinceMs: since.unixMs };
    return [{ kind, state: 'raised', ...subject, ...times, ...{ from, to, text, remedy } }];
  }

  isRaised(condition: Pick<Condition, 'kind' | 'subject' | 'detail'>): boolean {
    return this.#held.get(keyOf(condition))?.raised === true;
  }

  /** Those that were raised and are not over, in the order in which they began. */
  raised(): readonly RaisedCondition[] {
    return [...this.#held.values()]
      .filter(({ raised }) => raised)
      .map(({ condition, since }) => ({ ...condition, sinceMs: since.unixMs }));
  }

  /** Clears what has not held for long enough, and forgets what did not come to be raised. */
  sweep(now: Moment): EventDraft[] {
    for (const key of this.#raisedNs.keys()) {
      const raises = this.#raisesOf(key, now);
      if (raises.length === 0 && !this.#held.has(key)) this.#raisedNs.delete(key);
    }
    return [...this.#held].flatMap(([key, held]) => this.#clear(key, held, now));
  }

  /** It has ended, which is known without waiting for the next look. */
  release(condition: Pick<Condition, 'kind' | 'subject' | 'detail'>, now: Moment): EventDraft[] {
    const key = keyOf(condition);
    const held = this.#held.get(key);
    return held === undefined ? [] : this.#clear(key, held, now, true);
  }

  #clear(key: string, held: Held, now: Moment, released = false): EventDraft[] {
    const absentNs = now.monotonicNs - held.heldNs;
    if (absentNs <= 0 && !released) return [];
    const { kind, subject, from, to } = held.condition;
    const { clearAfterNs = 0, cleared = `over: ${held.condition.text}` } = kindOf(kind);
    const flapping = this.#raisesOf(key, now).length >= flaps.times;
    const wait = flapping ? Math.max(clearAfterNs, flaps.clearAfterNs) : clearAfterNs;
    if (held.raised && absentNs < wait) return [];
    this.#held.delete(key);
    if (!held.raised) return [];
    const times = { atMs: now.unixMs, sinceMs: held.since.unixMs };
    return [
      {
        ...{ kind, state: 'cleared', ...subject, ...times },
        ...{ from: to, to: from, text: cleared, remedy: null },
      },
    ];
  }

  #raisesOf(key: string, now: Moment): readonly number[] {
    const since = now.monotonicNs - flaps.withinNs;
    return (this.#raisedNs.get(key) ?? []).filter((at) => at > since);
  }
}

function keyOf({ kind, subject, detail = '' }: Pick<Condition, 'kind' | 'subject' | 'detail'>) {
  const { sdoId, domain, vlan } = subject;
  return [kind, subjectText(subject), sdoId, domain, vlan, detail].join('|');
}
