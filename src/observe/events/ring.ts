/** The latest events: the oldest make room. */
import type { EventDraft, ObservedEvent } from './event.js';
import { kindOf } from './catalogue.js';

export const maxEvents = 1024;

export class EventRing {
  readonly #events: ObservedEvent[] = [];
  #seq = 0;

  add(draft: EventDraft): ObservedEvent {
    this.#seq += 1;
    const event = {
      ...draft,
      seq: this.#seq,
      severity: draft.severity ?? kindOf(draft.kind).severity,
    };
    this.#events.push(event);
    if (this.#events.length > maxEvents) this.#events.shift();
    return event;
  }

  /** Of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** Those after it that are still there, oldest first. */
  after(seq: number): readonly ObservedEvent[] {
    // Numbers are consecutive.
    const first = this.#events[0]?.seq ?? 1;
    return this.#events.slice(Math.max(0, seq + 1 - first));
  }
}
