/** The events of a running switch: fed with what is looked at and with what happens, logged, and handed to who follows them. */
import type { Config, InstanceConfig, MonitorConfig } from '../../config/config.js';
import { Events, type Happening } from '../../observe/events/events.js';
import type { Moment, ObservedEvent } from '../../observe/events/event.js';
import type { Snapshot } from '../../observe/snapshot.js';
import type { AlarmSummary } from '../../observe/summary.js';
import type { Log } from '../machine/log.js';
import type { ToldNotice } from '../status/notices.js';
import { eventLine, isWarning } from './event-line.js';

export interface SwitchEventsOptions {
  readonly monitor: MonitorConfig;
  /** What the clocks show now. */
  readonly moment: () => Moment;
  readonly log: Log;
}

/** Called with every event from now on; it is not to throw. */
export type EventListener = (event: ObservedEvent) => void;

export class SwitchEvents {
  readonly #options: SwitchEventsOptions;
  readonly #events: Events;
  readonly #listeners = new Set<EventListener>();

  constructor(options: SwitchEventsOptions) {
    this.#options = options;
    this.#events = new Events(options.monitor, (event) => this.#onEvent(event));
  }

  setMonitor(monitor: MonitorConfig): void {
    this.#events.setThresholds(monitor);
  }

  /** @param text what runs, in words */
  start(text: string): void {
    this.#events.start(text, this.#options.moment());
  }

  take(snapshot: Snapshot): void {
    this.#events.take(snapshot);
  }

  note(happening: Happening): void {
    this.#events.note(happening, this.#options.moment());
  }

  /** What is wrong just now. */
  alarms(): readonly AlarmSummary[] {
    return this.#events.alarms((unixMs) => new Date(unixMs).toISOString());
  }

  /** Those after a number that are still remembered, oldest first. */
  after(seq: number): readonly ObservedEvent[] {
    return this.#events.after(seq);
  }

  /** @returns what ends it */
  follow(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #onEvent(event: ObservedEvent): void {
    const { log } = this.#options;
    (isWarning(event) ? log.warn : log.info)(eventLine(event));
    for (const listener of this.#listeners) listener(event);
  }
}

/** By the engine's name for it. */
export const kindOfNotice = {
  mergedByOffload: 'messages-merged',
  answerByOtherPort: 'answer-by-other-port',
  secondAnswer: 'second-answer',
} as const satisfies Readonly<Record<ToldNotice, Happening['kind']>>;

/** What a switch does from now on, in words. */
export function runningText(
  { ports }: Pick<Config, 'ports'>,
  names: ReadonlyMap<InstanceConfig, string>,
): string {
  const interfaces = ports.map(({ interface: name }) => name).join(', ');
  return `started: ${[...names.values()].join(', ')} on ${interfaces}`;
}
