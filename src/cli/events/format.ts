/** Events for people: a line each, the remedy behind what is wrong. */
import type { EventJson } from '../../control/events-answer.js';

const severityWidth = 'warning'.length;
const stateWidth = 'cleared'.length;

export function formatEvents(events: readonly EventJson[]): string {
  if (events.length === 0) return 'nothing has happened';
  return events.map(formatEvent).join('\n');
}

/** "2026-11-30 14:02:11  warning  raised   eth1: the link is down: forwarding begins when it comes up" */
export function formatEvent(event: EventJson): string {
  const { severity, state, instance, interface: name, text, remedy, at } = event;
  const subject = [instance, name].filter((part) => part !== null).join(': ');
  const said = subject === '' ? text : `${subject}: ${text}`;
  const columns = [
    localTime(new Date(at)),
    severity.padEnd(severityWidth),
    (state === 'once' ? '' : state).padEnd(stateWidth),
    remedy === null ? said : `${said}; ${remedy}`,
  ];
  return columns.join('  ');
}

function localTime(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
