/** An event: something that has happened to the switch, or a condition that began or ended, told once. */
import type { EventKind, Severity } from './catalogue.js';

/** Of a condition the begin and the end; `once`: there is nothing that could end. */
export type EventState = 'raised' | 'cleared' | 'once';

/** What an event is about; null where that does not apply. */
export interface Subject {
  /** Name of the instance. */
  readonly instance: string | null;
  readonly sdoId: number | null;
  readonly domain: number | null;
  readonly vlan: number | null;
  readonly interface: string | null;
}

/** Two clocks, read at one moment. */
export interface Moment {
  /** Never goes back. */
  readonly monotonicNs: number;
  /** Milliseconds since 1970, for people. */
  readonly unixMs: number;
}

/** What an event says. */
export interface Telling {
  /** The former value, the new one; null where there is none. */
  readonly from: string | null;
  readonly to: string | null;
  /** A sentence without its subject. */
  readonly text: string;
  /** What to do about it; null: nothing. */
  readonly remedy: string | null;
}

export interface ObservedEvent extends Subject, Telling {
  /** Counts from 1 since the start of the process; no number comes twice. */
  readonly seq: number;
  readonly kind: EventKind;
  readonly severity: Severity;
  readonly state: EventState;
  /** When it was told, milliseconds since 1970; since when it is so. */
  readonly atMs: number;
  readonly sinceMs: number;
}

/** An event before it has a number. */
export type EventDraft = Omit<ObservedEvent, 'seq' | 'severity'> & {
  /** The kind's unless set. */
  readonly severity?: Severity;
};

export const nothing: Subject = {
  ...{ instance: null, sdoId: null, domain: null, vlan: null, interface: null },
};

export function ofInterface(name: string): Subject {
  return { ...nothing, interface: name };
}

/** "eth1", "bc of domain 0", "bc of domain 0: eth1"; empty of the switch as a whole. */
export function subjectText({ instance, interface: name }: Subject): string {
  return [instance, name].filter((part) => part !== null).join(': ');
}
