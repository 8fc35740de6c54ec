/** Events as the socket and the command line have them: what `GET /events` answers. */
import type { ServerResponse } from 'node:http';
import type { EventListener } from '../daemon/observing/switch-events.js';
import type { AnswerHead } from './answers.js';
import type { ObservedEvent } from '../observe/events/event.js';

/** An event with its times as text, UTC. */
export type EventJson = Omit<ObservedEvent, 'atMs' | 'sinceMs'> & {
  readonly at: string;
  /** Since when it is so. */
  readonly since: string;
};

export interface EventsAnswer extends AnswerHead {
  /** Oldest first. */
  readonly events: readonly EventJson[];
}

/** What events are asked of. */
export interface EventSource {
  /** Those after a number that are still remembered, oldest first. */
  readonly after: (seq: number) => readonly ObservedEvent[];
  /** @returns what ends it */
  readonly follow: (listener: EventListener) => () => void;
}

export function eventJson({
  seq,
  kind,
  severity,
  state,
  atMs,
  sinceMs,
  ...rest
}: ObservedEvent): EventJson {
  const { instance, sdoId, domain, vlan, interface: name, from, to, text, remedy } = rest;
  return {
    ...{ seq, kind, severity, state },
    at: new Date(atMs).toISOString(),
    since: new Date(sinceMs).toISOString(),
    ...{ instance, sdoId, domain, vlan, interface: name, from, to, text, remedy },
  };
}

/** What a reader may leave unread, more than all that is remembered; one that leaves more is cut off. */
const maxUnreadBytes = 1024 * 1024;

/** Sends every event, one JSON object a line, until the reader goes away. */
export function streamEvents(source: EventSource, since: number, response: ServerResponse): void {
  // Nothing may come for days.
  response.socket?.setTimeout(0);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  // One that has gone is told of by `close`.
  response.on('error', () => undefined);
  const send = (event: ObservedEvent): void => {
    if (response.destroyed) return;
    response.write(`${JSON.stringify(eventJson(event))}\n`);
    if (response.writableLength > maxUnreadBytes) response.destroy();
  };
  for (const event of source.after(since)) send(event);
  response.on('close', source.follow(send));
}
