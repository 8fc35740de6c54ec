/** An event as a line of the log. */
import { subjectText, type ObservedEvent } from '../../observe/events/event.js';

/** "eth1: a loop: what comes in by eth2 comes round to it; use bridge: {stp: true}, or pull a cable" */
export function eventLine(event: ObservedEvent): string {
  const { text, remedy } = event;
  const subject = subjectText(event);
  return [subject, remedy === null ? text : `${text}; ${remedy}`]
    .filter((part) => part !== '')
    .join(': ');
}

/** That something is over is none. */
export function isWarning({ severity, state }: ObservedEvent): boolean {
  return state !== 'cleared' && (severity === 'warning' || severity === 'error');
}
