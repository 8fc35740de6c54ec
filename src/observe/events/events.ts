/** Events of a switch, made of what is looked at once a second and of what happens in between. */
import type { PortSnapshot, Snapshot } from '../snapshot.js';
import type { Thresholds } from '../thresholds.js';
import type { AlarmSummary } from '../summary.js';
import { kindOf } from './catalogue.js';
import { Changes } from './changes.js';
import { ClockWatch } from './clock-watch.js';
import { Conditions } from './conditions.js';
import { nothing, ofInterface, type EventDraft, type Moment, type ObservedEvent } from './event.js';
import { Growth } from './growth.js';
import { loopOf, PortWatch } from './port-watch.js';
import { EventRing } from './ring.js';
import { Unusable } from './unusable.js';

/** What is known at once, without waiting for the next look. */
export type Happening = { readonly interface: string } & (
  | { readonly kind: 'link'; readonly link: PortSnapshot['link'] }
  | { readonly kind: 'clockMoved' }
  | { readonly kind: 'loop'; readonly other: string }
  /** Told as it is. */
  | {
      readonly kind: 'second-answer' | 'answer-by-other-port' | 'messages-merged' | 'port-error';
      readonly text: string;
      readonly remedy: string | null;
    }
);

export class Events {
  readonly #ring = new EventRing();
  readonly #conditions = new Conditions();
  readonly #changes = new Changes();
  readonly #growth = new Growth();
  readonly #ports = new PortWatch(this.#conditions, this.#changes, this.#growth);
  readonly #clocks = new ClockWatch(this.#conditions, this.#changes, this.#growth);
  readonly #unusable = new Unusable();
  readonly #onEvent: (event: ObservedEvent) => void;
  #thresholds: Thresholds;

  constructor(thresholds: Thresholds, onEvent: (event: ObservedEvent) => void) {
    this.#thresholds = thresholds;
    this.#onEvent = onEvent;
  }

  /** From the next look on. */
  setThresholds(thresholds: Thresholds): void {
    this.#thresholds = thresholds;
  }

  /** @param text what runs, in words */
  start(text: string, now: Moment): void {
    const times = { atMs: now.unixMs, sinceMs: now.unixMs };
    this.#tell([
      {
        ...{ kind: 'started', state: 'once', ...nothing, ...times },
        ...{ from: null, to: null, text, remedy: null },
      },
    ]);
  }

  take(now: Snapshot): void {
    this.#tell(this.#ports.look(now, this.#thresholds));
    this.#tell(this.#clocks.look(now, this.#thresholds));
    this.#tell(this.#unusable.look(now).flatMap((it) => this.#conditions.hold(it, now)));
    this.#tell(this.#conditions.sweep(now));
    this.#changes.sweep(now);
    this.#growth.sweep(now.monotonicNs);
  }

  note(happening: Happening, now: Moment): void {
    const { interface: name } = happening;
    switch (happening.kind) {
      case 'link':
        return this.#tell(this.#ports.link(name, happening.link, now));
      case 'loop':
        return this.#tell(this.#conditions.hold(loopOf(name, happening.other), now));
      case 'clockMoved':
        return this.#tell(
          this.#conditions.hold(
            {
              ...{ kind: 'clock-moved', subject: ofInterface(name), from: null, to: null },
              text: 'its hardware clock was set or slewed: relating it anew, corrections wait',
              remedy: null,
            },
            now,
          ),
        );
      default: {
        const { kind, text, remedy } = happening;
        const times = { atMs: now.unixMs, sinceMs: now.unixMs };
        return this.#tell([
          {
            ...{ kind, state: 'once', ...ofInterface(name), ...times },
            ...{ from: null, to: null, text, remedy },
          },
        ]);
      }
    }
  }

  /** Of the latest event; 0 before the first. */
  get seq(): number {
    return this.#ring.seq;
  }

  /** Those after a number that are still there, oldest first. */
  after(seq: number): readonly ObservedEvent[] {
    return this.#ring.after(seq);
  }

  /** What is wrong just now. @param dateOf a date as it is shown, of milliseconds since 1970 */
  alarms(dateOf: (unixMs: number) => string): readonly AlarmSummary[] {
    return this.#conditions.raised().map(({ kind, subject, sinceMs, text, remedy }) => ({
      kind,
      severity: kindOf(kind).severity,
      since: dateOf(sinceMs),
      ...{ instance: subject.instance, interface: subject.interface },
      ...{ text, remedy },
    }));
  }

  #tell(drafts: readonly EventDraft[]): void {
    for (const draft of drafts) this.#onEvent(this.#ring.add(draft));
  }
}
