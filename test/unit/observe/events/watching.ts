/** Events of snapshots that follow each other second by second. */
import { Events } from '../../../../src/observe/events/events.js';
import type { ObservedEvent } from '../../../../src/observe/events/event.js';
import type { Snapshot } from '../../../../src/observe/snapshot.js';
import type { Thresholds } from '../../../../src/observe/thresholds.js';

/** Somewhen. */
export const beginMs = 1_700_000_000_000;

export function watching(thresholds: Thresholds = {}) {
  const told: ObservedEvent[] = [];
  const events = new Events(thresholds, (event) => told.push(event));
  let second = 0;
  const moment = () => ({ monotonicNs: second * 1e9, unixMs: beginMs + second * 1e3 });
  return {
    events,
    told,
    moment,
    /** Looks once a second for so many seconds; @returns what was told meanwhile */
    look: (snapshot: Snapshot, seconds = 1): ObservedEvent[] => {
      const before = told.length;
      for (let left = seconds; left > 0; left--) {
        second += 1;
        events.take({ ...snapshot, ...moment() });
      }
      return told.slice(before);
    },
  };
}

/** "lock-changed raised" */
export function names(events: readonly ObservedEvent[]): string[] {
  return events.map(({ kind, state }) => `${kind} ${state}`);
}
